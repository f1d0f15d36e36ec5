#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""usage: check_fixtures.py ROOT OUT

Refuses to build when a check of src/check/rows/ has no fixture that passes or none that does not, or
a fixture belongs to no check. Writes the list of checks to OUT, as a C comment for each."""

import re
import sys
from pathlib import Path

ID = re.compile(r'\.id\s*=\s*"([a-z0-9.-]+)"')


def main(root, out):
    rows, folder = Path(root) / "src/check/rows", Path(root) / "tests/fixtures/check"
    ids = [found for path in sorted(rows.glob("*.c")) for found in ID.findall(path.read_text())]
    wanted = {f"{name}.{kind}.yaml" for name in ids for kind in ("pass", "fail")}
    there = {path.name for path in folder.glob("*.yaml") if path.name.count(".") > 1}
    # More than one of a kind: email.spf.missing.fail-2.yaml
    plain = {re.sub(r"-\d+\.yaml$", ".yaml", name) for name in there}
    problems = [f"the check {name} is there twice" for name in sorted({x for x in ids if ids.count(x) > 1})]
    problems += [f"tests/fixtures/check/{name} is missing" for name in sorted(wanted - plain)]
    problems += [f"tests/fixtures/check/{name} belongs to no check" for name in sorted(plain - wanted)]
    if problems:
        print("\n".join(problems), file=sys.stderr)
        return 1
    text = "".join(f"/* {name} */\n" for name in ids)
    if not Path(out).exists() or Path(out).read_text() != text:
        Path(out).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
