#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""cppcheck finds nothing in src/. Its results are cached, so a second run looks at changes only."""

import os
import subprocess
import sys

sys.dont_write_bytecode = True
import source  # noqa: E402

SUPPRESS = [
    "missingIncludeSystem",
    "unusedStructMember",      # structs of the interfaces are read elsewhere
    "constParameterCallback",  # the type of a callback is given by its library
    "readdirCalled",           # readdir is safe on a stream of one thread; readdir_r is deprecated
    "uninitStructMember",      # does not see that an output is only read after success
    "uninitvar",               # mistakes &x of a branch for a read; clang-tidy judges this better
    "unmatchedSuppression",
]


def check(root, out):
    paths = source.files(root, "src/*.c", "src/**/*.c")
    cache = root / ".cache" / "cppcheck"
    cache.mkdir(parents=True, exist_ok=True)
    command = [
        "cppcheck", "--quiet", "--std=c11", "--library=posix,gnu",
        "--enable=warning,performance,portability",
        "--inline-suppr", "--error-exitcode=1", f"-j{os.cpu_count() or 1}",
        f"--cppcheck-build-dir={cache}", f"-I{root / 'src'}", "-D_GNU_SOURCE",
        "--template={file}:{line}: {severity} {id}: {message}",
        *[f"--suppress={name}" for name in SUPPRESS], *map(str, paths),
    ]
    found = subprocess.run(command, capture_output=True, text=True)
    lines = [line for line in (found.stderr + found.stdout).splitlines() if line.strip()]
    if found.returncode == 0:
        lines = []
    elif not lines:
        lines = [f"cppcheck ended with {found.returncode}"]
    for path in paths:
        about = [line for line in lines if line.startswith(f"{path}:")]
        out.result(f"cppcheck {path.relative_to(root)}", about)
    rest = [line for line in lines if not any(line.startswith(f"{path}:") for path in paths)]
    out.result("cppcheck headers and whole program", rest)


if __name__ == "__main__":
    sys.exit(source.main(check))
