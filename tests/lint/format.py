#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""clang-format has nothing to change in any C file. `make format` mends it."""

import subprocess
import sys

sys.dont_write_bytecode = True
import source  # noqa: E402


def check(root, out):
    paths = source.files(root, "src/*.[ch]", "src/**/*.[ch]", "tests/**/*.[ch]")
    for path in paths:
        style = f"--style=file:{source.ROOT / '.clang-format'}"
        found = subprocess.run(["clang-format", style, "--dry-run", "-Werror", str(path)],
                               capture_output=True, text=True)
        lines = [line for line in found.stderr.splitlines() if "error:" in line]
        if found.returncode != 0 and not lines:
            lines = [f"clang-format ended with {found.returncode}: {found.stderr[:300]}"]
        out.result(f"format {path.relative_to(root)}", lines[:5])


if __name__ == "__main__":
    sys.exit(source.main(check))
