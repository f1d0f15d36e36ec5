#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""shellcheck finds nothing in the shell scripts, those without a suffix included."""

import subprocess
import sys

sys.dont_write_bytecode = True
import source  # noqa: E402


def is_shell(path):
    with open(path, "rb") as file:
        first = file.readline(80)
    return first.startswith(b"#!") and (b"sh\n" in first or b"bash" in first)


def check(root, out):
    for path in source.files(root, "*"):
        if path.suffix in (".sh", "") and is_shell(path):
            found = subprocess.run(["shellcheck", "--severity=info", "--format=gcc", str(path)],
                                   capture_output=True, text=True)
            lines = (found.stdout + found.stderr).splitlines()
            out.result(f"shell {path.relative_to(root)}", lines if found.returncode else [])


if __name__ == "__main__":
    sys.exit(source.main(check))
