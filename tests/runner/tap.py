# SPDX-License-Identifier: Apache-2.0
"""Reads and writes TAP, the one format in which every suite reports its test cases."""

import re
from dataclasses import dataclass, field

RESULT = re.compile(r"^(\s*)(ok|not ok)\b(?:\s+(\d+))?(?:\s*-)?\s*(.*)$")
PLAN = re.compile(r"^(\s*)1\.\.(\d+)(?:\s*#\s*(.*))?$")
SKIP = re.compile(r"\s*#\s*(?:SKIP|skip|Skip)\S*\s*(.*)$")
DETAIL_MAX = 60  # lines of output kept for one failing case


@dataclass
class Case:
    """One test case as reported."""

    name: str
    state: str  # "pass", "fail" or "skip"
    detail: list = field(default_factory=list)


class Reader:
    """Collects cases from TAP lines, nested subtests (4 spaces a level) included.

    A result that closes nested results is their sum and is not counted again, unless it failed
    although none of them did (a hook, a time limit)."""

    def __init__(self):
        self.cases = []
        self.planned = None
        self._before = []  # output since the last result
        self._nested = {}  # indent -> number of failed results below the one to come
        self._top = 0

    def feed(self, line):
        line = line.rstrip("\n")
        plan = PLAN.match(line)
        if plan:
            if not plan.group(1):
                self.planned = int(plan.group(2))
            return
        result = RESULT.match(line)
        if result:
            self._result(len(result.group(1)), result.group(2) == "ok", result.group(4))
            return
        if self.cases and self.cases[-1].state == "fail" and self._diagnostic(line):
            keep(self.cases[-1].detail, line)
        else:
            keep(self._before, line)

    @staticmethod
    def _diagnostic(line):
        """Lines after a result that explain it: YAML blocks and comments."""
        text = line.lstrip()
        return line.startswith(" ") or text.startswith("#")

    def _result(self, indent, good, text):
        deeper = [level for level in self._nested if level > indent]
        failed_below = sum(self._nested.pop(level) for level in deeper)
        self._nested[indent] = self._nested.get(indent, 0) + (0 if good else 1)
        self._top += indent == 0
        skip = SKIP.search(text)
        name = SKIP.sub("", text) if skip else text
        if deeper and (good or failed_below):
            self._before = []
            return
        state = "skip" if skip else "pass" if good else "fail"
        detail = list(self._before) if state == "fail" else []
        if state == "skip" and skip.group(1):
            detail = [skip.group(1)]
        self.cases.append(Case(name.strip(), state, detail))
        self._before = []

    def finish(self, program, status):
        """Adds a failing case when the program's end does not agree with what it reported.

        status: the exit code, negative for a signal, or a sentence when it never ran to its end."""
        trouble = None
        if isinstance(status, str):
            trouble = status
        elif status < 0:
            trouble = f"was ended by signal {-status}"
        elif self.planned is not None and self._top != self.planned:
            trouble = f"announced {self.planned} tests and reported {self._top} (exit code {status})"
        elif status != 0 and not any(case.state == "fail" for case in self.cases):
            trouble = f"ended with exit code {status} though no test failed"
        elif not self.cases and self.planned is None:
            trouble = "reported no test"
        if trouble:
            self.cases.append(Case(f"{program} {trouble}", "fail", self._before))
        return self.cases


def keep(lines, line):
    """Appends line, dropping from the middle when there are too many, what names an error last."""
    lines.append(line)
    if len(lines) > DETAIL_MAX:
        inner = range(DETAIL_MAX // 4, DETAIL_MAX * 3 // 4)
        del lines[next((i for i in inner if "error" not in lines[i].lower()), DETAIL_MAX // 2)]


class Writer:
    """Prints TAP: result() for each case, then done() for the plan. done() is the exit code."""

    def __init__(self):
        self.count = 0
        self.failed = 0

    def result(self, name, problems=()):
        """Passes when there are no problems; each problem becomes a diagnostic line."""
        self.count += 1
        problems = list(problems)
        self.failed += bool(problems)
        print(f"{'not ok' if problems else 'ok'} {self.count} - {name}")
        for problem in problems:
            for line in str(problem).splitlines():
                print(f"  # {line}")

    def skip(self, name, why):
        self.count += 1
        print(f"ok {self.count} - {name} # SKIP {why}")

    def done(self):
        print(f"1..{self.count}", flush=True)
        return 1 if self.failed else 0
