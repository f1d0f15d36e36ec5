#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns rules/check/takeover.txt into a C table: takeover.py INPUT OUTPUT. The format is explained in the input."""
import json
import pathlib
import sys


def rows(name, text):
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        fields = [field.strip() for field in line.split("|")]
        if len(fields) != 4 or not fields[0] or fields[2] not in ("", "nxdomain") or not (fields[2] or fields[3]):
            sys.exit(f"{name}, line {number}: service | suffix | nxdomain or nothing | text")
        yield fields


def main(source, target):
    path = pathlib.Path(source)
    quote = lambda s: json.dumps(s, ensure_ascii=False)
    lines = [f"    {{{quote(service)}, {quote(suffix)}, {str(bool(nx)).lower()}, {quote(text)}}},"
             for service, suffix, nx, text in rows(path.name, path.read_text())]
    pathlib.Path(target).write_text("const struct takeover takeovers[] = {\n" + "\n".join(lines) +
                                    "\n    {0},\n};\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
