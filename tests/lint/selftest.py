#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each lint refuses what it is there to refuse, and accepts a tree without fault."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
import source  # noqa: E402

HEAD = "/* SPDX-License-Identifier: Apache-2.0 */\n"
GUARD = HEAD + "#pragma once\n"
PLAIN = {"src/net/a.c": HEAD + '#include "net/a.h"\n\nint net_a(int x) { return x + 1; }\n',
         "docs/plain.md": "# A heading, with `code`\n\n[up](#a-heading-with-code)\n",
         "scripts/plain.sh": "#!/bin/sh\n# SPDX-License-Identifier: Apache-2.0\nset -eu\n",
         "src/net/a.h": GUARD + "/* Adds one. */\nint net_a(int x);\n"}


def body(lines):
    """A C file with one function of this many lines, braces included."""
    steps = "".join("    x++;\n" for _ in range(lines - 3))
    return HEAD + '#include "net/a.h"\n\nint net_a(int x)\n{\n' + steps + "    return x;\n}\n"


def call(text, folder="net"):
    return {f"src/{folder}/a.c": HEAD + f"void f(void)\n{{\n    {text}\n}}\n"}


# lint, what is wrong, the files that show it (beside those of PLAIN)
FAULTS = [
    ("layers", "a lower layer includes a higher one",
     {"src/net/a.c": HEAD + '#include "api/b.h"\n', "src/api/b.h": GUARD}),
    ("layers", "a neighbour that is not in the table",
     {"src/know/a.c": HEAD + '#include "chat/b.h"\n', "src/chat/b.h": GUARD}),
    ("layers", "a folder without a place", {"src/misc/a.c": HEAD}),
    ("layers", "an include not written from src/", {"src/net/a.c": HEAD + '#include "a.h"\n'}),
    ("calls", "an unbounded copy", call("strcpy(a, b);")),
    ("calls", "a shell", call("system(x);")),
    ("calls", "malloc above base", call("char *p = malloc(3);")),
    ("calls", "free above base", call("free(p);")),
    ("calls", "an assert above base", call("assert(x);")),
    ("calls", "a number parser without errors", call("atoi(x);", "base")),
    ("shape", "no licence line", {"src/net/a.c": "int x;\n"}),
    ("shape", "no include guard", {"src/net/a.h": HEAD + "int x;\n"}),
    ("shape", "a function of 61 lines", {"src/net/a.c": body(61)}),
    ("shape", "a file of 601 lines", {"src/net/a.c": HEAD + "int x;\n" * 600}),
    ("shape", "searched sources", {"src/meson.build": "# SPDX-License-Identifier: Apache-2.0\n"
                                   "s = run_command('find', '.', check: true)\n"}),
    ("shape", "a path of one machine", {"docs/a.md": "see /ho" + "me/someone/x\n"}),
    ("format", "wrong indentation",
     {"src/net/a.c": HEAD + "int net_a(int x)\n{\n  return x + 1;\n}\n"}),
    ("cppcheck", "an index out of bounds",
     {"src/net/a.c": HEAD + "int f(void)\n{\n    int a[2] = {1, 2};\n    return a[2];\n}\n"}),
    ("shell", "an unquoted variable", {"scripts/a.sh": "#!/bin/sh\nrm $1\n"}),
    ("docs", "a link to nothing", {"docs/a.md": "# A\n[b](b.md)\n"}),
    ("docs", "a link to no heading", {"docs/a.md": "# A\n[b](#c)\n"}),
    ("docs", "a key that does not exist",
     {"docs/a.md": "# A\n`server.lisen`\n", "src/cli/config_schema.c": HEAD + 'X("server.listen")\n'}),
    ("tidy", "a semicolon after if",
     {"src/net/a.c": HEAD + "int f(int x)\n{\n    if (x > 3);\n    return 2;\n}\n"}),
]
ACCEPTED = [
    ("calls", "banned words in comments, strings and members",
     {"src/net/a.c": HEAD + "/* malloc(3) */\nvoid f(void)\n{\n    g(\"free(x)\", s->free(1));\n}\n"}),
    ("calls", "malloc in base", call("char *p = malloc(3);", "base")),
    ("shape", "a function of 60 lines", {"src/net/a.c": body(60)}),
]
LINTS = ["layers", "calls", "shape", "format", "shell", "docs", "cppcheck", "tidy"]


def run(lint, files):
    """Returns (exit code, failing results, output) of a lint on a tree with these files."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        for path, text in {**PLAIN, **files}.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)
        shutil.copy(source.ROOT / ".clang-tidy", root)
        (root / "build-asan").mkdir()
        (root / "build-asan" / "compile_commands.json").write_text(json.dumps(
            [{"directory": str(root), "file": str(path),
              "command": f"cc -std=gnu17 -Isrc -o x.o -c {path}"} for path in root.rglob("*.c")]))
        program = source.ROOT / "tests" / "lint" / f"{lint}.py"
        found = subprocess.run(["python3", str(program), str(root)], capture_output=True, text=True,
                               env={**os.environ, "TEST_BUILDS": name})
        failing = found.stdout.count("not ok ")
        return found.returncode, failing, found.stdout + found.stderr


def main():
    out = source.Writer()
    for lint in LINTS:
        code, failing, text = run(lint, {})
        out.result(f"{lint} accepts a tree without fault", [] if code == 0 else [text])
    for lint, name, files in ACCEPTED:
        code, failing, text = run(lint, files)
        out.result(f"{lint} accepts {name}", [] if code == 0 else [text])
    for lint, name, files in FAULTS:
        code, failing, text = run(lint, files)
        out.result(f"{lint} refuses {name}", [] if code == 1 and failing >= 1 else [text or "?"])
    return out.done()


if __name__ == "__main__":
    sys.exit(main())
