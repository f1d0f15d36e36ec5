#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""clang-tidy finds nothing in src/. A file that passed is looked at again only when it, a header it
includes, its flags or .clang-tidy changed; a clean checkout looks at every file."""

import concurrent.futures
import hashlib
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True
import source  # noqa: E402

# gcc's own options in the compile commands, which clang does not know.
OPTIONS = ["--extra-arg=-Wno-unknown-warning-option",
           "--extra-arg=-Wno-ignored-optimization-argument",
           "--extra-arg=-UNDEBUG", "--extra-arg=-Wno-error",
           "--extra-arg=-ftrivial-auto-var-init=uninitialized", "--quiet"]
TIME_MAX = 180  # seconds for one file


def commands(build):
    """path -> its entry in compile_commands.json."""
    table = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        path = os.path.normpath(os.path.join(entry["directory"], entry["file"]))
        table[path] = entry
    return table


def key(root, path, entry):
    """Hash of everything the verdict on a file depends on."""
    words = [word for word in shlex.split(entry["command"]) if word not in ("-c", "-MD")]
    words = words[:words.index("-o")] if "-o" in words else words
    words = [word for word in words if word not in ("-MQ", "-MF") and not word.endswith((".o", ".d"))]
    listed = subprocess.run([*words, "-MM", path], capture_output=True, text=True,
                            cwd=entry["directory"])
    total = hashlib.sha256(entry["command"].encode())
    for name in [*listed.stdout.replace("\\\n", " ").split(), root / ".clang-tidy", __file__]:
        try:
            with open(os.path.join(entry["directory"], name), "rb") as file:
                total.update(file.read())
        except OSError:
            total.update(str(name).encode())
    return total.hexdigest()


def tidy(root, build, path, entry):
    """Returns the complaints about one file."""
    mark = root / ".cache" / "tidy" / key(root, path, entry)
    if mark.exists():
        return []
    try:
        found = subprocess.run(["clang-tidy", f"-p={build}", *OPTIONS, path], capture_output=True,
                               text=True, timeout=TIME_MAX)
    except subprocess.TimeoutExpired:
        return [f"{path}: clang-tidy took more than {TIME_MAX} s"]
    lines = [line for line in found.stdout.splitlines() if ": error:" in line or ": warning:" in line]
    if found.returncode == 0:
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()
        return []
    if lines:
        return [f"{os.path.relpath(path, root)}: {line}" for line in lines]
    return [f"clang-tidy ended with {found.returncode}", found.stderr[-500:]]


def check(root, out):
    build = Path(os.environ.get("TEST_BUILDS", root)) / "build-asan"
    table = commands(build)
    paths = [str(path) for path in source.files(root, "src/*.c", "src/**/*.c")]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        work = {path: pool.submit(tidy, root, build, path, table[path])
                for path in paths if path in table}
    for path in paths:
        name = f"tidy {os.path.relpath(path, root)}"
        if path in work:
            out.result(name, work[path].result())
        else:
            out.result(name, [f"{os.path.relpath(path, root)} is in no meson.build"])


if __name__ == "__main__":
    sys.exit(source.main(check))
