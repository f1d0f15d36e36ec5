#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""usage: check_table.py IN OUT

Turns a table of rules/check/ (fields between "|", a line each, # for comments) into rows of C string
literals, to be included into an array."""

import json
import sys
from pathlib import Path


def main(source, out):
    rows = []
    for line in Path(source).read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            rows.append("{" + ", ".join(json.dumps(field.strip()) for field in line.split("|")) + "},\n")
    Path(out).write_text("".join(rows), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
