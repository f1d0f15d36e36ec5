#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""usage: report_style.py TOKENS CSS SCRIPT OUT

Writes the style and the script of the HTML report as C strings, with their hashes for its content
security policy. The dark tokens hold on screens that ask for them, never on paper."""

import base64
import hashlib
import re
import sys
from pathlib import Path

DARK = re.compile(r':root\[data-theme="dark"\] \{(.*?)\}', re.DOTALL)


def css(tokens, own):
    text = DARK.sub(r"@media screen and (prefers-color-scheme: dark) { :root {\1} }", tokens) + own
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return re.sub(r"\s*\n\s*", "\n", text).strip()


def script(text):
    return "\n".join(line.strip() for line in text.splitlines()
                     if line.strip() and not line.strip().startswith("//"))


def define(name, text):
    lines = [line.replace("\\", "\\\\").replace('"', '\\"') for line in text.splitlines()]
    body = " \\\n".join(f'    "{line}\\n"' for line in lines)
    digest = base64.b64encode(hashlib.sha256((text + "\n").encode()).digest()).decode()
    return f'#define {name} \\\n{body}\n#define {name}_HASH "sha256-{digest}"\n'


def main(tokens, own, code, out):
    made = "/* Made by scripts/report_style.py. */\n"
    made += define("REPORT_CSS", css(Path(tokens).read_text(), Path(own).read_text()))
    made += define("REPORT_SCRIPT", script(Path(code).read_text()))
    Path(out).write_text(made)


if __name__ == "__main__":
    main(*sys.argv[1:])
