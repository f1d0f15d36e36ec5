#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Includes point downward only. Reads the #include lines of src/ and of nothing else."""

import re
import sys
from pathlib import Path

sys.dont_write_bytecode = True
import source  # noqa: E402

# From the bottom up. A folder may include itself and every folder of a band further down.
BANDS = [
    ["base"], ["net"], ["http"], ["store"], ["model"], ["guard"],
    ["know", "chat", "access", "check", "scan", "ops"],
    ["api", "cli"],
]
# Inside a band only these: folder -> what it may include besides.
BESIDES = {
    "chat": {"know", "ops", "access"},
    "access": {"ops"},
    "ops": {"know"},
    "check": {"scan"},
    "cli": {"api"},
}
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)


def allowed():
    """folder -> the folders it may include."""
    below, table = set(), {}
    for band in BANDS:
        for folder in band:
            table[folder] = below | {folder} | BESIDES.get(folder, set())
        below = below | set(band)
    return table


def problems(path, src, table):
    inside = path.relative_to(src)
    folder = inside.parts[0] if len(inside.parts) > 1 else None
    if folder is not None and folder not in table:
        yield f"src/{inside}: the folder {folder}/ has no place in the order of layers"
        return
    code = source.text(path)
    for found in INCLUDE.finditer(code):
        name = found.group(1)
        line = code.count("\n", 0, found.start()) + 1
        target = Path(name).parts[0]
        if not (src / name).is_file() and not name.endswith(".inc"):
            yield f'src/{inside}:{line}: "{name}" is not written from src/'
        elif folder is not None and target not in table[folder]:
            yield f'src/{inside}:{line}: {folder}/ must not include "{name}"'


def check(root, out):
    table, src = allowed(), root / "src"
    for path in source.files(root, "src/*.[ch]", "src/**/*.[ch]"):
        out.result(f"layers {path.relative_to(root)}", problems(path, src, table))


if __name__ == "__main__":
    sys.exit(source.main(check))
