# SPDX-License-Identifier: Apache-2.0
"""usage: tests/quality/scan/judge.py PROGRAM tune|judge [--seed N] [--show]

Makes one half of the labelled set, scans it with PROGRAM and reports recall and precision of the rules with a form of
their own and of the generic ones as TAP. --show prints what was missed and what was found wrongly."""

import argparse
import collections
import json
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
import make  # noqa: E402

LIMITS = {"provider": (0.95, 0.95), "generic": (0.80, 0.80)}
SCAN_SECONDS = 300


def scan(program, folder):
    done = subprocess.run([program, "scan", "--format", "json", "--show-secrets", "."], cwd=folder, text=True,
                          capture_output=True, timeout=SCAN_SECONDS, check=False)
    if done.returncode not in (0, 1):
        sys.exit(f"Bail out! {program} scan ended with {done.returncode}: {done.stderr[-2000:]}")
    return json.loads(done.stdout)["findings"]


def places(findings):
    """(path, line) of every finding with its rule's family."""
    for finding in findings:
        family = "generic" if finding["rule"].startswith("generic-") else "provider"
        for place in finding["places"]:
            yield place["path"].removeprefix("./"), place["line"], family, finding


def judge(labels, findings):
    """Counts by family and the lists of what went wrong. What another family finds counts as found for recall."""
    by_line = {(label["path"], label["line"] + i): label for label in labels for i in range(label["lines"])}
    count, found, false, wrong = collections.Counter(), set(), [], collections.Counter()
    for path, line, family, finding in places(findings):
        label = by_line.get((path, line))
        if label and label["real"]:
            found.add(id(label))
            count[family, "right"] += 1
        else:
            count[family, "false"] += 1
            false.append((path, line, finding, label))
            wrong[finding["rule"]] += 1
    missed = [label for label in labels if label["real"] and id(label) not in found]
    for label in labels:
        if label["real"]:
            family = label["kind"].split(":")[0]
            count[family, "real"] += 1
            count[family, "found"] += id(label) in found
    return count, missed, false


def report(half, count):
    bad = 0
    print(f"1..{2 * len(LIMITS)}")
    number = 0
    for family, (recall_min, precision_min) in LIMITS.items():
        recall = count[family, "found"] / max(1, count[family, "real"])
        reported = count[family, "right"] + count[family, "false"]
        precision = count[family, "right"] / max(1, reported)
        for name, value, least, of in (("recall", recall, recall_min, count[family, "real"]), ("precision", precision, precision_min, reported)):
            number += 1
            bad += value < least
            print(f"{'ok' if value >= least else 'not ok'} {number} - {half}: {name} of {family} rules {value:.4f} of {of}, at least {least}")
    return bad


def show(missed, false):
    print("# missed, by kind:", collections.Counter(label["kind"] for label in missed).most_common(60))
    for label in missed[:60]:
        print("#   ", label["path"], label["line"], label["kind"], label["name"], label["value"][:60].replace("\n", " "))
    print("# false, by rule:", collections.Counter(f[2]["rule"] for f in false).most_common(60))
    for path, line, finding, label in false[:80]:
        print("#   ", path, line, finding["rule"], finding["secret"][:60].replace("\n", " "), "| a look-alike:" if label else "| no label", label and label["name"])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("half", choices=["tune", "judge"])
    parser.add_argument("--seed", default="1")
    parser.add_argument("--show", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        labelled = make.make(given.half, Path(folder), given.seed, 1100)
        counted, not_found, wrongly = judge(labelled, scan(str(Path(given.program).resolve()), Path(folder) / "files"))
    failed = report(given.half, counted)
    if given.show:
        show(not_found, wrongly)
    sys.exit(1 if failed else 0)
