#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests of the test runner itself: what it must count, and what it must never call a pass."""

import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from runner import process, tap  # noqa: E402

# name, program output, exit status, expected (passed, failed, skipped)
ROWS = [
    ("plain results are counted", "1..2\nok 1 - a\nok 2 - b", 0, (2, 0, 0)),
    ("a failing result is a failure", "1..2\nok 1 - a\nnot ok 2 - b", 1, (1, 1, 0)),
    ("a skipped result is counted apart", "1..2\nok 1 - a # SKIP no tool\nok 2 - b", 0, (1, 0, 1)),
    ("a plan at the end works too", "ok 1 - a\n1..1", 0, (1, 0, 0)),
    ("a program that reports nothing fails", "", 0, (0, 1, 0)),
    ("a program that stops early fails", "1..3\nok 1 - a", 0, (1, 1, 0)),
    ("a crash after the last result fails", "1..1\nok 1 - a", -11, (1, 1, 0)),
    ("a leak found at the end fails", "1..1\nok 1 - a\nLeakSanitizer: 8 bytes", 23, (1, 1, 0)),
    ("a program over its time fails", "1..1\nok 1 - a", "did not end within 1 s", (1, 1, 0)),
    ("nested results are counted, their sum is not",
     "# Subtest: f\n    ok 1 - a\n    ok 2 - b\n    1..2\nok 1 - f\n1..1", 0, (2, 0, 0)),
    ("a failing nested result counts once",
     "    ok 1 - a\n    not ok 2 - b\n    1..2\nnot ok 1 - f\n1..1", 1, (1, 1, 0)),
    ("a sum that failed by itself counts",
     "    ok 1 - a\n    1..1\nnot ok 1 - f\n1..1", 1, (1, 1, 0)),
    ("three levels count their leaves",
     "        ok 1 - x\n        1..1\n    ok 1 - a\n    ok 2 - b\n    1..2\nok 1 - f\n1..1",
     0, (2, 0, 0)),
]


def counted(text, status):
    reader = tap.Reader()
    for line in text.splitlines():
        reader.feed(line)
    states = [case.state for case in reader.finish("program", status)]
    return tuple(states.count(state) for state in ("pass", "fail", "skip"))


def main():
    out = tap.Writer()
    for name, text, status, expected in ROWS:
        found = counted(text, status)
        out.result(name, [] if found == expected else [f"expected {expected}, found {found}"])

    reader = tap.Reader()
    for line in ["# reason before", "not ok 1 - a", "  ---", "  error: reason after", "  ..."]:
        reader.feed(line)
    detail = " ".join(reader.cases[0].detail)
    out.result("output around a failing result is kept",
               [] if "reason before" in detail and "reason after" in detail else [detail])

    status = process.run(["sh", "-c", "sleep 30 & sleep 30"], 0.2)
    out.result("a program over its time limit is ended",
               [] if isinstance(status, str) and "within" in status else [status])
    status = process.run(["sh", "-c", "kill -9 $$"], 10)
    out.result("a killed program is seen as killed", [] if status == -9 else [status])
    status = process.run(["/no/such/program"], 10)
    out.result("a program that is not there fails",
               [] if isinstance(status, str) and "start" in status else [status])
    return out.done()


if __name__ == "__main__":
    sys.exit(main())
