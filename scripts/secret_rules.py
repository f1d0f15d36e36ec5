#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""usage: scripts/secret_rules.py RULES PREFILTER EXAMPLES FILE...

Turns rules/secrets/*.yaml into three C files: RULES has scan_rules (src/scan/rule.h), PREFILTER has
prefilters (src/scan/prefilter.h), EXAMPLES has the rules' examples (src/scan/tools/example.h). Any
mistake in a rule ends the build with the file, the rule and words."""

import re
import sys
from pathlib import Path

import yaml

SERVICE_KEYS = {"service": str, "console": str, "tell": str, "rules": list}
RULE_KEYS = {
    "id": str, "title": str, "opens": str, "severity": str, "words": list, "pattern": str,
    "fold": bool, "expression": str, "window": list, "entropy": (int, float), "proof": str,
    "allow": list, "generic": bool, "public": bool, "rotate": list, "match": list, "miss": list,
}
REQUIRED = ("id", "title", "opens", "severity", "expression", "rotate", "match", "miss")
SEVERITIES = {"low": "RULE_LOW", "medium": "RULE_MEDIUM", "high": "RULE_HIGH"}
PROOFS = {
    "crc32-base62", "github-crc", "crc32-hex", "jwt", "pem-private", "aws-key-id", "base64-json",
    "azure-storage", "base58-check", "bech32", "telegram", "discord", "crypt", "macaroon",
}
ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
WINDOW = [64, 256]
BEFORE_MAX, AFTER_MAX = 8192, 16384  # enum in src/scan/engine_private.h
WORD_MIN, WORD_MAX = 3, 64
REPEAT_MAX = 16384


class Mistake(Exception):
    pass


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """Refuses a key that is there twice."""

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise Mistake(f"line {node.start_mark.line + 1}: {key} is there twice")
        return super().construct_mapping(node, deep)


def need(holds, words):
    if not holds:
        raise Mistake(words)


def check_keys(mapping, keys):
    need(isinstance(mapping, dict), "is no mapping")
    for key, value in mapping.items():
        need(key in keys, f"{key} is unknown")
        need(isinstance(value, keys[key]) and (keys[key] is bool or not isinstance(value, bool)),
             f"{key} is of the wrong kind")
        if isinstance(value, list) and key not in ("rules", "window"):
            need(value and all(isinstance(x, str) and x for x in value), f"{key} is no list of texts")
        if isinstance(value, str):
            need(value.strip() == value and value, f"{key} is empty or has space around")


def atoms(expression):
    """Yields the tokens of an expression: escapes, classes, and single characters."""
    at = 0
    while at < len(expression):
        end = at + 1
        if expression[at] == "\\":
            end = at + 2
            if expression[at + 1:at + 2] == "Q":
                raise Mistake(r"\Q is not understood here")
        elif expression[at] == "[":
            end += expression[end:end + 1] == "^"
            end += expression[end:end + 1] == "]"
            while end < len(expression) and expression[end] != "]":
                posix = re.match(r"\[:\^?[a-z]+:\]", expression[end:])
                end += len(posix[0]) if posix else 2 if expression[end] == "\\" else 1
            end += 1
        yield expression[at:end], at
        at = end


def check_bounded(name, expression):
    last = ""
    for atom, at in atoms(expression):
        rest = expression[at:]
        where = f"…{expression[max(0, at - 20):at + 4]}"
        # "?+" and "{1,5}+" are possessive, and bounded.
        if atom == "*" or (atom == "+" and last not in ("?", "}")) or re.match(r"\{\d*,\}", rest):
            raise Mistake(f"{name} has an unbounded repetition: {where}")
        found = re.match(r"\{(\d+)(?:,(\d+))?\}", rest)
        need(atom != "{" or not found or int(found[2] or found[1]) <= REPEAT_MAX,
             f"{name} repeats more than {REPEAT_MAX} times: {where}")
        last = atom


def check_rule(rule, seen):
    check_keys(rule, RULE_KEYS)
    for key in REQUIRED:
        need(key in rule, f"{key} is missing")
    need(ID.fullmatch(rule["id"]), "id is not lower case with dashes")
    need(rule["id"] not in seen, "id is there twice")
    seen.add(rule["id"])
    need(rule["severity"] in SEVERITIES, "severity is none of low, medium and high")
    need(rule.get("proof", "jwt") in PROOFS, f"proof {rule.get('proof')} is unknown")
    need(("words" in rule) != ("pattern" in rule), "there must be either words or a pattern")
    for word in rule.get("words", ()):
        size = len(word.encode())
        need(WORD_MIN <= size <= WORD_MAX, f"the word {word} has not {WORD_MIN} to {WORD_MAX} bytes")
    check_bounded("expression", rule["expression"])
    for name in ["pattern"] * ("pattern" in rule):
        check_bounded(name, rule[name])
    for expression in rule.get("allow", ()):
        check_bounded("allow", expression)
    window = rule.get("window", WINDOW)
    need(len(window) == 2 and all(type(x) is int and x >= 0 for x in window), "window is not two numbers")
    need(window[0] <= BEFORE_MAX and window[1] <= AFTER_MAX,
         f"window is larger than {BEFORE_MAX} and {AFTER_MAX}")
    need(0 <= rule.get("entropy", 0) <= 8, "entropy is not 0 to 8 bits")
    need(2 <= len(rule["rotate"]) <= 5, "rotate has not 2 to 5 steps")
    need(not any("\n" in step for step in rule["rotate"]), "a step of rotate has more than one line")
    need(not (rule.get("generic") and rule.get("public")), "generic and public exclude each other")


def read(path, seen):
    """Yields (service, rule) of a file."""
    try:
        services = yaml.load(path.read_text(encoding="utf-8"), Loader)
    except (yaml.YAMLError, UnicodeDecodeError) as e:
        raise Mistake(str(e)) from e
    need(isinstance(services, list), "is no list of services")
    for service in services:
        name = service.get("service", "?") if isinstance(service, dict) else "?"
        try:
            check_keys(service, SERVICE_KEYS)
            for key in ("service", "console", "rules"):
                need(key in service, f"{key} is missing")
        except Mistake as e:
            raise Mistake(f"{name}: {e}") from e
        for rule in service["rules"]:
            try:
                check_rule(rule, seen)
            except Mistake as e:
                raise Mistake(f"{rule.get('id', name) if isinstance(rule, dict) else name}: {e}") from e
            yield service, rule


def quoted(text):
    """A C string literal of any text; None is NULL."""
    if text is None:
        return "NULL"
    out = ""
    for byte in text.encode():
        char = chr(byte)
        if char in '"\\?':
            out += "\\" + char
        elif 32 <= byte < 127:
            out += char
        else:
            out += f"\\{byte:03o}"
    return f'"{out}"'


def flag(value):
    return "true" if value else "false"


def write_rules(rules):
    lines = ['/* Generated by scripts/secret_rules.py. */', '#include "scan/rule.h"', ""]
    for i, (_, rule) in enumerate(rules):
        if "allow" in rule:
            items = ", ".join(quoted(x) for x in rule["allow"])
            lines.append(f"static const char *const allow_{i}[] = {{{items}, NULL}};")
    lines += ["", "const struct rule scan_rules[] = {"]
    for i, (service, rule) in enumerate(rules):
        proof = rule.get("proof", "none").upper().replace("-", "_")
        window = rule.get("window", WINDOW)
        keyed = "(?<key>" in rule["expression"] and not rule.get("generic")
        fields = {
            "id": quoted(rule["id"]), "service": quoted(service["service"]),
            "title": quoted(rule["title"]), "opens": quoted(rule["opens"]),
            "rotate": quoted("\n".join(rule["rotate"])), "console": quoted(service["console"]),
            "tell": quoted(service.get("tell")), "severity": SEVERITIES[rule["severity"]],
            "generic": flag(rule.get("generic")), "keyed": flag(keyed),
            "public_by_design": flag(rule.get("public")),
            "expression": quoted(rule["expression"]), "caseless": flag(rule.get("fold")),
            "allow": f"allow_{i}" if "allow" in rule else "NULL", "proof": f"PROOF_{proof}",
            "entropy_min": f"{round(rule.get('entropy', 0) * 100)}",
            "before": str(window[0]), "after": str(window[1]),
        }
        lines += ["{"] + [f".{key} = {value}," for key, value in fields.items()] + ["},"]
    lines += ["};", "const size_t scan_rule_count = sizeof scan_rules / sizeof *scan_rules;", ""]
    return "\n".join(lines)


def literal(word):
    """A Vectorscan expression that is the word."""
    return "".join(chr(b) if chr(b).isalnum() and b < 128 else f"\\x{b:02x}" for b in word.encode())


def prefilters(rules):
    """Rows of (expression, caseless, kind, width, rules, phase)."""
    words = {}
    for i, (_, rule) in enumerate(rules):
        fold = bool(rule.get("fold"))
        for word in rule.get("words", ()):
            key = (literal(word.lower() if fold else word), fold, "WORD", len(word.encode()))
            words.setdefault(key, []).append(i)
        if "pattern" in rule:
            words.setdefault((rule["pattern"], fold, "WORD", 0), []).append(i)
    return [(*key, sorted(set(of)), 0) for key, of in words.items()]


def write_prefilter(rules):
    lines = ['/* Generated by scripts/secret_rules.py. */', '#include "scan/prefilter.h"', "",
             "#include <hs.h>", "", "const struct prefilter prefilters[] = {"]
    flat = []
    for expression, fold, kind, width, of, phase in prefilters(rules):
        flags = "HS_FLAG_CASELESS" if fold else "0"
        lines.append(f"{{{quoted(expression)}, {flags}, PREFILTER_{kind}, {width}, "
                     f"{len(flat)}, {len(of)}, {phase}}},")
        flat += of
    lines += ["};", "const size_t prefilter_count = sizeof prefilters / sizeof *prefilters;",
              "const uint16_t prefilter_rules[] = {%s};" % ", ".join(map(str, flat)), ""]
    return "\n".join(lines)


def write_examples(rules):
    lines = ['/* Generated by scripts/secret_rules.py. */', '#include "scan/tools/example.h"', "",
             "const struct example examples[] = {"]
    for i, (_, rule) in enumerate(rules):
        for kind in ("match", "miss"):
            lines += [f"{{{i}, {flag(kind == 'match')}, {quoted(x)}}}," for x in rule[kind]]
    lines += ["};", "const size_t example_count = sizeof examples / sizeof *examples;", ""]
    return "\n".join(lines)


def main():
    *targets, first = sys.argv[1:5]
    rules, seen = [], set()
    for path in map(Path, sorted([first, *sys.argv[5:]])):
        try:
            rules += read(path, seen)
        except Mistake as e:
            sys.exit(f"{path.name}: {e}")
    if not rules:
        sys.exit("there are no rules")
    for target, write in zip(targets, (write_rules, write_prefilter, write_examples)):
        Path(target).write_text(write(rules), encoding="utf-8")


main()
