# SPDX-License-Identifier: Apache-2.0
"""Named parts of the rules' expressions: @{name} stands for a line of rules/secrets/fragments.yaml, @{name:TEXT} for one
that has %s, with TEXT in its place. Fragments may use those above them."""

import re

USE = re.compile(r"@\{([a-z][a-z-]*)(:?)")


class UnknownFragment(ValueError):
    pass


def end_of(text, at):
    """Where the brace that closes an open one before `at` stands."""
    depth = 1
    while at < len(text):
        if text[at] == "\\":
            at += 1
        elif text[at] in "{}":
            depth += 1 if text[at] == "{" else -1
            if depth == 0:
                return at
        at += 1
    raise UnknownFragment(f"@{{ is not closed: …{text[-20:]}")


def expand(text, fragments):
    out, at = "", 0
    for found in iter(lambda: USE.search(text, at), None):
        end = end_of(text, found.end())
        name, value = found[1], text[found.end():end]
        if name not in fragments:
            raise UnknownFragment(f"there is no fragment {name} in fragments.yaml")
        whole = fragments[name]
        if ("%s" in whole) != bool(found[2]):
            raise UnknownFragment(f"the fragment {name} is used {'without' if '%s' in whole else 'with'} a text")
        out += text[at:found.start()] + whole.replace("%s", expand(value, fragments))
        at = end + 1
    return out + text[at:]


def load(lines):
    """The mapping of a fragments file, expanded."""
    fragments = {}
    for name, text in lines.items():
        fragments[name] = expand(text, fragments)
    return fragments
