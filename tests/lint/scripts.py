#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests of scripts/: the embedded assets and the package lists."""

import gzip
import re
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
import source  # noqa: E402

EMBED = source.ROOT / "scripts" / "embed.py"
LONG = "console.log('a text that is long enough to be worth compressing, compressing, compressing');\n"
FILES = {"index.html": "<p>home", "demo/index.html": "<p>demo", "about.html": "<p>about",
         "widget.js": LONG, "x.0123456789abcdef.css": "a{}", ".built": "", "empty.txt": ""}


def embed(files):
    """Runs the script; returns (exit code, assets.c, the folder's files by name)."""
    with tempfile.TemporaryDirectory() as name:
        dist, out = Path(name) / "dist", Path(name) / "out"
        for path, text in files.items():
            (dist / path).parent.mkdir(parents=True, exist_ok=True)
            (dist / path).write_text(text)
        done = subprocess.run(["python3", str(EMBED), str(dist), str(out), f"{name}/d",
                               str(source.ROOT / "openapi.yaml")],
                              capture_output=True, text=True)
        made = {path.name: path.read_bytes() for path in out.glob("*")} if out.exists() else {}
        return done.returncode, made.get("assets.c", b"").decode(), made


def embed_problems():
    code, table, made = embed(FILES)
    paths = re.findall(r'\.path = \{"([^"]*)"', table)
    yield "ends with 0", code == 0
    yield "the table is sorted", paths == sorted(paths)
    yield "index.html is its folder", {"/", "/demo/", "/about.html"} <= set(paths)
    yield "a dot file is left out", not any("built" in path for path in paths)
    hashed = [path for path in paths if re.fullmatch(r"/widget\.[0-9a-f]{16}\.js", path)]
    yield "a script has a name with its hash", len(hashed) == 1 and "/widget.js" in paths
    row = next(line for line in table.splitlines() if f'"{hashed[0]}"' in line)
    yield "that name is immutable", ".immutable = true" in row
    yield "the plain name is not", ".immutable = false" in next(
        line for line in table.splitlines() if '"/widget.js"' in line)
    yield "a name that has a hash is not hashed again", len([p for p in paths if p.endswith(".css")]) == 1
    packed = [data for name, data in made.items() if name.endswith("-1")]
    yield "gzip gives back the bytes", any(gzip.decompress(one) == LONG.encode() for one in packed)
    yield "what does not shrink is not kept compressed", table.count('.gzip = {"", 0}') >= 4
    yield "equal input gives equal output", embed(FILES)[1] == table
    yield "an unknown type is refused", embed({"a.xyz": "?"})[0] != 0
    code, table, _ = embed({})
    yield "no files leave the interface description", code == 0 and "/openapi.json" in table


def check(root, out):
    for name, good in embed_problems():
        out.result(f"embed: {name}", [] if good else ["it does not"])
    for path in sorted((root / "scripts").glob("packages-*.txt")):
        wrong = [line for line in source.text(path).splitlines()
                 if not re.fullmatch(r"#.*|[a-z0-9][a-z0-9+.-]+ +# \S.*", line)]
        names = [line.split()[0] for line in source.text(path).splitlines() if line[:1] not in "#"]
        wrong += [f"{name} twice" for name in set(names) if names.count(name) > 1]
        out.result(f"packages: {path.name} names each package once and says why", wrong)


if __name__ == "__main__":
    sys.exit(source.main(check, each=True))
