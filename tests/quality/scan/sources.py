# SPDX-License-Identifier: Apache-2.0
"""Real source trees: Debian's source packages, fetched once into var/sources by apt, with the machine's own mirrors."""

import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
FOLDER = Path(os.environ.get("SOURCES_FOLDER", ROOT / "var" / "sources"))
# Five languages, together more than 500 MB.
CLEAN = ["golang-1.19", "node-typescript", "postgresql-15", "python-django", "rails"]
# A tree of more than 1 GB, and together another: of small files, with packed test data among them.
LARGE = "linux"
SMALL_FILES = [*CLEAN, "openjdk-17"]
SECONDS = 900


def stanza(uri, suites, rest):
    """One deb822 entry for sources: of the stable release alone, whose versions stay where they are."""
    plain = [suite for suite in suites.split() if "-" not in suite]
    return f"Types: deb-src\nURIs: {uri}\nSuites: {' '.join(plain)}\n{rest}" if plain else None


def stanzas():
    """The machine's deb822 entries and one-line entries for Debian itself."""
    places = [Path("/etc/apt/sources.list"), *sorted(Path("/etc/apt/sources.list.d").glob("*"))]
    for path in (place for place in places if place.is_file()):
        text = path.read_text()
        if path.suffix == ".sources":
            for part in re.split(r"\n\s*\n", text):
                field = dict(re.findall(r"^([A-Za-z-]+):\s*(.*)", part, re.MULTILINE))
                signed = f"Signed-By: {field['Signed-By']}\n" if "Signed-By" in field else ""
                if re.search("/debian/?$", field.get("URIs", "")):
                    yield stanza(field["URIs"], field["Suites"], f"Components: {field['Components']}\n{signed}")
        for line in text.splitlines() if path.suffix != ".sources" else []:
            found = re.match(r"deb\s+(\[[^\]]*\]\s+)?(\S+/debian/?)\s+(\S+)\s+(.*)", line)
            if found:
                yield stanza(found[2], found[3], f"Components: {found[4]}\n")


def apt(*arguments):
    home = FOLDER / "apt"
    options = ["Dir::Etc::sourcelist=/dev/null", f"Dir::Etc::sourceparts={home}/parts", f"Dir::State::lists={home}/lists",
               f"Dir::Cache={home}/cache", "APT::Sandbox::User=root"]
    done = subprocess.run(["apt-get", "-qq", *(word for option in options for word in ("-o", option)), *arguments], cwd=FOLDER,
                          timeout=SECONDS, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"apt-get {' '.join(arguments)}: {done.stderr[-1000:]}")


def prepare():
    home = FOLDER / "apt"
    if (home / ".ready").exists():
        return
    for folder in ["parts", "lists/partial", "cache/archives/partial"]:
        (home / folder).mkdir(parents=True, exist_ok=True)
    (home / "parts" / "source.sources").write_text("\n".join(filter(None, stanzas())))
    apt("update")
    (home / ".ready").touch()


def fetch(package):
    """The folder of a package's upstream source, fetched and unpacked when it is not there yet."""
    tree = FOLDER / package
    if (tree / ".whole").exists():
        return tree
    prepare()
    apt("source", "--download-only", package)
    subprocess.run(["rm", "-rf", str(tree)], check=True)
    tree.mkdir()
    main = [path for path in FOLDER.glob(f"{package}_*.orig.tar.*") if path.suffix != ".asc"]
    subprocess.run(["tar", "-xf", str(main[0]), "--strip-components=1", "-C", str(tree)], check=True, timeout=SECONDS)
    for path in FOLDER.glob(f"{package}_*"):
        path.unlink()
    (tree / ".whole").touch()
    return tree
