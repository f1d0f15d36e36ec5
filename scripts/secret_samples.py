# SPDX-License-Identifier: Apache-2.0
"""Random values of a rule's secret, made from its expression: of a class any of its printable characters, of a repetition
the least. They are the shortest and the most various that the rule takes; whoever chose or made them, real ones have no
less of what looks random."""

import random
import re
from re import _compiler, _parser  # the trees of expressions have no public name

PRINTABLE = [chr(c) for c in range(32, 127)]
TRIES = 40  # for a value that its own look-aheads allow; the first half as the expression writes its letters
LITERALS = {"CATEGORY_DIGIT": r"\d", "CATEGORY_NOT_DIGIT": r"\D", "CATEGORY_SPACE": r"\s",
            "CATEGORY_NOT_SPACE": r"\S", "CATEGORY_WORD": r"\w", "CATEGORY_NOT_WORD": r"\W"}


class UnknownForm(ValueError):
    pass


def group_end(expression, at):
    """Where the parenthesis stands that closes one open before `at`."""
    depth = 1
    while depth:
        if expression[at] == "\\":
            at += 1
        elif expression[at] == "[":
            at += 1 + (expression[at + 1] == "^")
            at += expression[at] == "]"
            while expression[at] != "]":
                at += 1 + (expression[at] == "\\")
        else:
            depth += {"(": 1, ")": -1}.get(expression[at], 0)
        at += 1
    return at - 1


def secret_parts(expression):
    """The group `secret`, wherever it stands; else the first group, else all."""
    starts = [found.end() for found in re.finditer(r"\(\?<secret>", expression)]
    starts = starts or [found.end() for found in re.finditer(r"(?<!\\)\((?!\?)", expression)][:1]
    return [expression[at:group_end(expression, at)] for at in starts] or [expression]


def as_python(expression):
    """PCRE2's groups as those of `re`: without names, and either side of a condition."""
    return re.sub(r"\(\?(?:<\w+>|\||\(<\w+>\))", "(?:", expression)


def members(items):
    """The printable characters of a class; those that it names, if there are none."""
    chosen = set()
    for op, value in items:
        if str(op) == "LITERAL":
            chosen.add(chr(value))
        elif str(op) == "RANGE":
            chosen.update(map(chr, range(value[0], value[1] + 1)))
        elif str(op) == "CATEGORY":
            chosen.update(c for c in PRINTABLE if re.match(LITERALS[str(value)], c, re.ASCII))
    if str(items[0][0]) == "NEGATE":
        return [c for c in PRINTABLE if c not in chosen]
    return [c for c in PRINTABLE if c in chosen] or sorted(chosen)


class Sampler:
    """Makes values of one part of an expression."""

    def __init__(self, part, caseless, rng):
        self.tree = _parser.parse(part, re.ASCII)
        self.flags = re.ASCII | (re.IGNORECASE if caseless else 0)
        self.rng, self.classes, self.looks = rng, {}, {}

    def letters(self, items, flags):
        key = id(items), bool(flags & re.IGNORECASE and self.mixed)
        if key not in self.classes:
            of = members(items) if isinstance(items, list) else [items]
            self.classes[key] = [x for c in of for x in {c.lower(), c.upper()}] if key[1] else of
        return self.classes[key]

    def look(self, node, flags):
        if id(node) not in self.looks:
            self.looks[id(node)] = _compiler.compile(node, int(flags))
        return self.looks[id(node)]

    def add(self, tree, flags):
        for op, value in tree:
            self.add_one(str(op), value, flags)

    def add_one(self, op, value, flags):
        if op == "LITERAL":
            self.out += self.rng.choice(self.letters(chr(value), flags)) if chr(value).isalpha() else chr(value)
        elif op in ("ANY", "NOT_LITERAL"):
            self.out += self.rng.choice([c for c in PRINTABLE if ord(c) != value])
        elif op == "IN":
            self.out += self.rng.choice(self.letters(value, flags))
        elif op == "BRANCH":
            self.add(self.rng.choice(value[1]), flags)
        elif op == "SUBPATTERN":
            self.add(value[3], (flags | value[1]) & ~value[2])
        elif op == "ATOMIC_GROUP":
            self.add(value, flags)
        elif op.endswith("_REPEAT"):
            self.repeat(value[0], value[2], flags)
        elif op in ("ASSERT", "ASSERT_NOT") and value[0] > 0:
            self.ahead.append((len(self.out), op == "ASSERT", self.look(value[1], flags)))
        elif op not in ("ASSERT", "ASSERT_NOT", "AT"):
            raise UnknownForm(f"secret_samples.py does not know {op}")

    def repeat(self, count, tree, flags):
        op, value = tree[0]
        if len(tree) == 1 and str(op) == "IN":
            self.out += "".join(self.rng.choices(self.letters(value, flags), k=count))
            return
        for _ in range(count):
            self.add(tree, flags)

    def value(self):
        for self.mixed in [False] * (TRIES // 2) + [True] * (TRIES // 2):
            self.out, self.ahead = "", []
            self.add(self.tree, self.flags)
            # What is ahead of the end is no part of the value.
            if all(bool(look.match(self.out, at)) == wanted for at, wanted, look in self.ahead if at < len(self.out)):
                break
        return self.out


def samples(expression, caseless, count):
    """Gives `count` values, the same in every build."""
    rng = random.Random(expression)
    try:
        parts = [Sampler(as_python(part), caseless, rng) for part in secret_parts(expression)]
    except re.error as e:
        raise UnknownForm(f"expression: {e}") from e
    return [rng.choice(parts).value() for _ in range(count)]
