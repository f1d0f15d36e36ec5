#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Length of files and functions, licence line, include guard, no globbed sources, no path of the
machine something was written on."""

import re
import sys

sys.dont_write_bytecode = True
import source  # noqa: E402

FILE_LINES = 600
FUNCTION_LINES = 60
CODE = ("*.c", "*.h", "*.py", "*.sh", "*.ts", "*.mjs", "*.S", "meson.build")
SPDX = "SPDX-License-Identifier: Apache-2.0"
# Assembled, so that this file passes its own rule.
FOREIGN = re.compile("|".join([
    r"(?<![\w.])/" + r"work/", r"/tmp/" + r"plan\b", r"/ro" + r"ot/", r"/ho" + r"me/[a-z]",
]))
GLOB = re.compile(r"run_command\([^)]*\b(find|ls|glob)\b")


def long_functions(code):
    """Yields (line, name, length) of C functions that are too long. A body is what stands between
    a brace alone in the first column and the next closing one there: the format lint sees to it."""
    lines = source.strip(code).splitlines()
    start = None
    for number, line in enumerate(lines, 1):
        if line.startswith("{"):
            start = number
        elif line.startswith("}") and start is not None:
            length = number - start + 1
            if length > FUNCTION_LINES:
                yield start, length
            start = None


def problems(root, path):
    name, code = path.relative_to(root), source.text(path)
    lines = code.splitlines()
    if len(lines) > FILE_LINES:
        yield f"{name}: {len(lines)} lines, {FILE_LINES} at most"
    if not any(SPDX in line for line in lines[:3]):
        yield f"{name}:1: no line '{SPDX}'"
    if path.suffix == ".h" and "#pragma once" not in code:
        yield f"{name}: no '#pragma once'"
    if path.suffix == ".c":
        for line, length in long_functions(code):
            yield f"{name}:{line}: a function of {length} lines, {FUNCTION_LINES} at most"
    if path.name == "meson.build" and GLOB.search(code):
        yield f"{name}: sources are listed, not searched for"


def lost_tests(root):
    """Tests that a meson.build lists and that are not there."""
    for path in source.files(root, "tests/unit/*/meson.build"):
        for noun in re.findall(r"^\s*'(\w+)'\s*:", source.text(path), re.MULTILINE):
            if not (path.parent / f"test_{noun}.c").exists():
                yield f"{path.relative_to(root)}: test_{noun}.c is not there"


def foreign(root, path):
    for number, line in enumerate(source.text(path).splitlines(), 1):
        if FOREIGN.search(line):
            yield f"{path.relative_to(root)}:{number}: a path of one machine: {line.strip()[:80]}"


def check(root, out):
    for path in source.files(root, *CODE):
        out.result(f"shape {path.relative_to(root)}", problems(root, path))
    out.result("every listed unit test is there", lost_tests(root))
    found = []
    for path in source.files(root, *CODE, "*.md", "*.yaml", "*.yml", "*.json", "*.html", "*.css",
                             "*.txt", "Makefile", "run"):
        found.extend(foreign(root, path))
    out.result("no path of one machine", found)


if __name__ == "__main__":
    sys.exit(source.main(check))
