# SPDX-License-Identifier: Apache-2.0
"""usage: tests/quality/scan/trees.py PROGRAM [--show]

Scans the source trees of five Debian packages. Everything that is found must be listed in trees.json as looked at, true or
false; there may be one false finding in MEGABYTES_A_FALSE. TAP."""

import argparse
import json
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
import sources  # noqa: E402

MEGABYTES_A_FALSE = 20
MEGABYTES_LEAST = 500
SCAN_SECONDS = 600


def scan(program, tree):
    done = subprocess.run([program, "scan", "--format", "json", "."], cwd=tree, text=True, capture_output=True,
                          timeout=SCAN_SECONDS, check=False)
    if done.returncode not in (0, 1, 3):
        sys.exit(f"Bail out! scan of {tree.name} ended with {done.returncode}: {done.stderr[-2000:]}")
    return json.loads(done.stdout)


def known(listed, finding):
    """The verdict of the first place that is listed: {"rule", "path", "real", "why"}."""
    for place in finding["places"]:
        for entry in listed:
            if entry["rule"] == finding["rule"] and entry["path"] == place["path"]:
                return entry["real"]
    return None


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("--show", action="store_true")
    given = parser.parse_args()
    verdicts = json.loads((Path(__file__).parent / "trees.json").read_text())
    size, new, false, true = 0, [], 0, 0
    for package in sources.CLEAN:
        found = scan(str(Path(given.program).resolve()), sources.fetch(package))
        size += found["summary"]["bytes"] / 1e6
        for one in found["findings"]:
            verdict = known(verdicts.get(package, []), one)
            true += verdict is True
            false += verdict is False
            if verdict is None:
                new.append((package, one))
    print("1..3")
    print(f"{'ok' if size >= MEGABYTES_LEAST else 'not ok'} 1 - five source trees, {size:.0f} MB")
    print(f"{'not ok' if new else 'ok'} 2 - every finding was looked at: {true} true, {false} false, {len(new)} not listed")
    allowed = size / MEGABYTES_A_FALSE
    print(f"{'ok' if false <= allowed else 'not ok'} 3 - at most one false finding in {MEGABYTES_A_FALSE} MB: {false} of {allowed:.0f}")
    for package, one in new if given.show else new[:20]:
        place = one["places"][0]
        print(f"# {package} {one['rule']} {place['path']}:{place['line']} {one['secret']} – {one['why'][:100]}")
    sys.exit(1 if new or false > allowed or size < MEGABYTES_LEAST else 0)
