#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Calls that are banned in src/, each with what to use instead."""

import re
import sys

sys.dont_write_bytecode = True
import source  # noqa: E402

EVERYWHERE = {
    "strcpy": "str and buf of base/", "strcat": "buf of base/", "strncpy": "buf of base/",
    "strncat": "buf of base/", "sprintf": "buf_format or snprintf",
    "vsprintf": "vsnprintf", "gets": "a bounded read", "scanf": "a parser of its own",
    "sscanf": "a parser of its own", "fscanf": "a parser of its own",
    "strtok": "a cursor over str", "strtok_r": "a cursor over str",
    "atoi": "a number parser of base/ that reports errors",
    "atol": "a number parser of base/ that reports errors",
    "atoll": "a number parser of base/ that reports errors",
    "atof": "a number parser of base/ that reports errors",
    "alloca": "an arena", "system": "uv_spawn with an argument list",
    "popen": "uv_spawn with an argument list", "tmpnam": "mkstemp", "mktemp": "mkstemp",
    "rand": "base/crypto random", "srand": "base/crypto random", "random": "base/crypto random",
    "gethostbyname": "net/ address resolution", "asctime": "base/clock", "ctime": "base/clock",
    "localtime": "base/clock (UTC)", "gmtime": "gmtime_r",
}
OUTSIDE_BASE = {
    "malloc": "mem_* of base/", "calloc": "mem_* of base/", "realloc": "mem_* of base/",
    "reallocarray": "mem_* of base/", "free": "mem_free", "strdup": "base/",
    "strndup": "base/", "asprintf": "base/", "vasprintf": "base/", "assert": "an err",
}
CALL = re.compile(r"(?<![\w.>])([a-z_]\w*)\s*\(")


def problems(root, path):
    banned = dict(EVERYWHERE)
    if path.relative_to(root).parts[1] != "base":
        banned.update(OUTSIDE_BASE)
    for number, line in enumerate(source.strip(source.text(path)).splitlines(), 1):
        for found in CALL.finditer(line):
            name = found.group(1)
            if name in banned:
                yield f"{path.relative_to(root)}:{number}: {name}(); use {banned[name]}"


def check(root, out):
    for path in source.files(root, "src/*.[ch]", "src/**/*.[ch]"):
        out.result(f"calls {path.relative_to(root)}", problems(root, path))


if __name__ == "__main__":
    sys.exit(source.main(check))
