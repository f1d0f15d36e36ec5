#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The manual holds together: links and anchors lead somewhere, and every configuration key it names
is one the program knows."""

import re
import sys

sys.dont_write_bytecode = True
import source  # noqa: E402

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)|<img src=\"([^\"]+)\"")
HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*$", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`\n]+)`")
SCHEMA_KEY = re.compile(r'"([a-z_]+(?:\[\])?(?:\.[a-z_]+)+)"')
EVENTS = {"mail.failed"}  # a webhook event that reads like a key
KEY = re.compile(r"^[a-z_]+(?:\.[a-z_]+)+$")


def anchors(text):
    """Anchors as renderers of Markdown make them from headings."""
    found = set()
    for heading in HEADING.findall(FENCE.sub("", text)):
        plain = re.sub(r"[`*_]|\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        found.add(re.sub(r"[^\w\- ]", "", plain).replace(" ", "-"))
    return found


def broken_links(root, path, text):
    for match in LINK.finditer(FENCE.sub("", text)):
        target = match.group(1) or match.group(2)
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        file = (path.parent / name).resolve() if name else path
        if not file.exists():
            yield f"{path.relative_to(root)}: {target} is not there"
        elif anchor and anchor not in anchors(source.text(file)):
            yield f"{path.relative_to(root)}: {target}: no such heading"


def unknown_keys(root, path, text, known):
    """Only words whose first part is a section of the configuration are taken for keys."""
    sections = {key.partition(".")[0] for key in known}
    for match in CODE.finditer(FENCE.sub("", text)):
        word = match.group(1).partition(":")[0].strip()
        if KEY.match(word) and word.partition(".")[0] in sections and word not in known | EVENTS \
                and not any(key.startswith(word + ".") for key in known):
            yield f"{path.relative_to(root)}: the key `{word}` does not exist"


def check(root, out):
    schema = root / "src" / "cli" / "config_schema.c"
    known = set(SCHEMA_KEY.findall(source.text(schema))) if schema.exists() else set()
    for path in source.files(root, "*.md", "docs/*.md"):
        text = source.text(path)
        problems = [*broken_links(root, path, text), *unknown_keys(root, path, text, known)]
        out.result(f"docs {path.relative_to(root)}", problems)


if __name__ == "__main__":
    sys.exit(source.main(check))
