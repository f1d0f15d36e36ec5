#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""usage: scripts/secret_rules.py RULES PREFILTER EXAMPLES SAMPLES FILE...

Turns rules/secrets/*.yaml into three C files and a text: RULES has scan_rules (src/scan/rule.h),
PREFILTER has prefilters (src/scan/prefilter.h), EXAMPLES has the rules' examples
(src/scan/tools/example.h), SAMPLES random values of each rule's secret (src/scan/tools/samples.c).
Any mistake in a rule ends the build with the file, the rule and words."""

import base64
import re
import sys
from pathlib import Path

import yaml

sys.dont_write_bytecode = True
import secret_fragments  # noqa: E402
from secret_examples import TemplateMistake, expand  # noqa: E402
from secret_samples import UnknownForm, samples  # noqa: E402

SERVICE_KEYS = {"service": str, "console": str, "tell": str, "rules": list}
RULE_KEYS = {
    "id": str, "title": str, "opens": str, "severity": str, "words": list, "pattern": str,
    "fold": bool, "expression": str, "window": list, "entropy": (int, float), "proof": str,
    "allow": list, "shape": str, "generic": bool, "public": bool, "rotate": list, "match": list, "miss": list,
}
REQUIRED = ("id", "title", "opens", "severity", "expression", "rotate", "match", "miss")
SEVERITIES = {"low": "RULE_LOW", "medium": "RULE_MEDIUM", "high": "RULE_HIGH"}
PROOFS = {
    "crc32-base62", "github-crc", "crc32-hex", "jwt", "pem-private", "aws-key-id", "base64-json",
    "azure-storage", "base58-check", "bech32", "telegram", "discord", "crypt", "macaroon",
    "basic-auth",
}
FRAGMENTS = "fragments.yaml"
SHAPES = ("none", "assignment", "argument", "element", "pair", "option")
ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
WINDOW = [64, 256]
BEFORE_MAX, AFTER_MAX = 8192, 16384  # enum in src/scan/engine_private.h
WORD_MIN, WORD_MAX = 3, 64
REPEAT_MAX = 16384
WIDTH_MAX = 512  # WORD_MAX in src/scan/engine_private.h
RANDOM_BEFORE, RANDOM_AFTER = 320, 128  # enum in src/scan/random_runs.h
NEAR_TRIES, NEAR_MISSES_MAX = 12, 1
SAMPLES, SAMPLE_MISSES_MAX = 200, 4  # at most 2 % of a rule's secrets may lack a run when its words are near


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


def width_of(pattern):
    """The most bytes that a prefilter's pattern matches."""
    try:
        return int(re._parser.parse(pattern).getwidth()[1])  # re has no public name for it
    except re.error as e:
        raise Mistake(f"pattern: {e}") from e


def check_rule(rule, seen):
    check_keys(rule, RULE_KEYS)
    for key in REQUIRED:
        need(key in rule, f"{key} is missing")
    need(ID.fullmatch(rule["id"]), "id is not lower case with dashes")
    need(rule["id"] not in seen, "id is there twice")
    seen.add(rule["id"])
    need(rule["severity"] in SEVERITIES, "severity is none of low, medium and high")
    need(rule.get("proof", "jwt") in PROOFS, f"proof {rule.get('proof')} is unknown")
    need(rule.get("shape", "none") in SHAPES, f"shape {rule.get('shape')} is none of {', '.join(SHAPES)}")
    need(("words" in rule) != ("pattern" in rule), "there must be either words or a pattern")
    for word in rule.get("words", ()):
        size = len(word.encode())
        need(WORD_MIN <= size <= WORD_MAX, f"the word {word} has not {WORD_MIN} to {WORD_MAX} bytes")
    check_bounded("expression", rule["expression"])
    for name in ["pattern"] * ("pattern" in rule):
        check_bounded(name, rule[name])
        need(width_of(rule[name]) <= WIDTH_MAX, f"pattern matches more than {WIDTH_MAX} bytes")
    window = rule.get("window", WINDOW)
    need(len(window) == 2 and all(type(x) is int and x >= 0 for x in window), "window is not two numbers")
    need(window[0] <= BEFORE_MAX and window[1] <= AFTER_MAX,
         f"window is larger than {BEFORE_MAX} and {AFTER_MAX}")
    need(0 <= rule.get("entropy", 0) <= 8, "entropy is not 0 to 8 bits")
    need(2 <= len(rule["rotate"]) <= 5, "rotate has not 2 to 5 steps")
    need(not any("\n" in step for step in rule["rotate"]), "a step of rotate has more than one line")
    for kind in ("match", "miss"):
        for template in rule[kind]:
            try:
                expand(template, "")
            except TemplateMistake as e:
                raise Mistake(f"{kind}: {e}") from e
    need(not (rule.get("generic") and rule.get("public")), "generic and public exclude each other")


def read(path, fragments, seen, mistakes):
    """Yields (service, rule) of a file; adds to `mistakes`."""
    try:
        services = yaml.load(path.read_text(encoding="utf-8"), Loader)
        need(isinstance(services, list), "is no list of services")
    except (yaml.YAMLError, UnicodeDecodeError, Mistake) as e:
        mistakes.append(f"{path.name}: {e}")
        return
    for service in services:
        name = service.get("service", "?") if isinstance(service, dict) else "?"
        try:
            check_keys(service, SERVICE_KEYS)
            for key in ("service", "console", "rules"):
                need(key in service, f"{key} is missing")
        except Mistake as e:
            mistakes.append(f"{path.name}: {name}: {e}")
            continue
        for rule in service["rules"]:
            try:
                if isinstance(rule, dict) and isinstance(rule.get("expression"), str):
                    rule["expression"] = secret_fragments.expand(rule["expression"], fragments)
                check_rule(rule, seen)
                rule["samples"] = samples(rule["expression"], rule.get("fold"), SAMPLES)
                yield service, rule
            except (Mistake, UnknownForm, secret_fragments.UnknownFragment) as e:
                rule_id = rule.get("id", name) if isinstance(rule, dict) else name
                mistakes.append(f"{path.name}: {rule_id}: {e}")


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
        before, after = rule.get("window", WINDOW)
        if "pattern" in rule and fixed_beginning(rule["pattern"]):
            after += width_of(rule["pattern"])  # the hit is its beginning alone
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
            "shape": f"SHAPE_{rule.get('shape', 'none').upper()}",
            "entropy_min": f"{round(rule.get('entropy', 0) * 100)}",
            "before": str(before), "after": str(after),
        }
        lines += ["{"] + [f".{key} = {value}," for key, value in fields.items()] + ["},"]
    lines += ["};", "const size_t scan_rule_count = sizeof scan_rules / sizeof *scan_rules;", ""]
    return "\n".join(lines)


def literal(raw):
    """A Vectorscan expression that is these bytes."""
    return "".join(chr(b) if chr(b).isalnum() and b < 128 else f"\\x{b:02x}" for b in raw)


# Signs of an encoding: (expression, kind, most bytes). They must be rare in source code: eight
# printable bytes written as escapes are, any eight are not (tables of test vectors).
SIGNS = [
    ("H4sI", "GZIP", 4),
    (r"(?:\\u00[2-7][0-9a-fA-F]){8}", "ESCAPES", 48),
    (r"(?:\\x[2-7][0-9a-fA-F]){8}", "ESCAPES", 32),
    (r"(?:%[2-7][0-9a-fA-F]){6}", "ESCAPES", 18),
    (r"%3[aA]%2[fF]%2[fF]", "ESCAPES", 9),
]
# The seams of joined literals; hidden.c looks at what is around them. As one pattern they would halve
# the speed of all.
SEAMS = [f"{q}{seam}" for q in "\"'`" for seam in (f"+{q}", f" + {q}", f".{q}", f" . {q}", " +\n", "+\n")]
BASE64_WORD_MIN, BASE64_MIN, HEX_WORD_MIN = 4, 5, 4


def base64_forms(word):
    """Yields (letters, phase) of a word in base64, by how many bytes of a group of three stand
    before it: the letters that nothing but the word decides, and how many of the group are before
    them. Five letters stand in random base64 once in 64^5 = 1.07e9 letters."""
    for before in range(3):
        first, end = -(-8 * before // 6), 8 * (before + len(word)) // 6
        letters = base64.b64encode(b"\0" * before + word + b"\0\0")[first:end].decode()
        if len(letters) >= BASE64_MIN:
            yield letters, first
            if set(letters) & set("+/"):
                yield letters.replace("+", "-").replace("/", "_"), first


def fixed_beginning(pattern):
    found = re.match(r"[A-Za-z0-9_-]{3,}(?=[\[(]|$)", pattern)
    return found[0] if found and "|" not in pattern else ""


def pattern_row(pattern, fold):
    """What begins with three fixed bytes is cheaper as a word, even when that is a frequent one: a
    look at a window takes some 100 ns, a pattern slows the search of every byte."""
    fixed = fixed_beginning(pattern)
    if fixed:
        word = (fixed.lower() if fold else fixed).encode()
        return literal(word), fold, "WORD", len(word)
    return pattern, fold, "WORD", width_of(pattern)


def random_ends(text):
    """Where runs end that random_runs.c finds."""
    for run in re.finditer(r"[A-Za-z0-9]{12,}", text):
        if re.search(r"[0-9]|[A-Z][a-z][A-Z]", run[0]):
            yield from (run.start() + 12, run.end())
    for run in re.finditer(r"[A-Za-z0-9_-]{16,}", text):
        for end in range(run.start() + 16, run.end() + 1):
            if all(re.search(x, text[end - 16:end])
                   for x in ("[A-Za-z][0-9]", "[0-9][A-Za-z]", "[a-z][A-Z]")):
                yield end


def has_runs(values):
    """True when nearly each of a rule's values has a run itself."""
    return sum(next(random_ends(value), None) is None for value in values) <= SAMPLE_MISSES_MAX


def is_near(rule):
    """True when the secret of a rule has something random, whatever its value is, and the words of the rule stand near
    that in its examples; then they are searched only there."""
    if rule.get("generic") or not has_runs(rule["samples"]):
        return False
    find = re.compile("|".join(map(re.escape, rule["words"])) if "words" in rule else rule["pattern"],
                      re.IGNORECASE if rule.get("fold") else 0)
    for template in rule["match"]:
        misses = 0
        for seed in range(NEAR_TRIES):
            text = expand(template, seed)
            words = list(find.finditer(text))
            misses += not any(end - RANDOM_BEFORE <= word.start() and word.end() <= end + RANDOM_AFTER
                              for end in random_ends(text) for word in words)
        if misses > NEAR_MISSES_MAX:
            return False
    return True


def prefilters(rules):
    """Rows of (near, expression, caseless, kind, most bytes, rules, phase)."""
    words, encoded = {}, {}
    for i, (_, rule) in enumerate(rules):
        fold, near = bool(rule.get("fold")), is_near(rule)
        for word in rule.get("words", ()):
            raw = (word.lower() if fold else word).encode()
            words.setdefault((near, literal(raw), fold, "WORD", len(raw)), []).append(i)
            if fold:
                continue
            if len(raw) >= BASE64_WORD_MIN:
                for letters, phase in base64_forms(raw):
                    row = (True, literal(letters.encode()), False, "BASE64", len(letters), (), phase)
                    encoded[row] = True
            if len(raw) >= HEX_WORD_MIN:
                encoded[True, raw.hex(), True, "HEX", 2 * len(raw), (), 0] = True
        if "pattern" in rule:
            words.setdefault((near, *pattern_row(rule["pattern"], fold)), []).append(i)
    rows = [(*key, sorted(set(of)), 0) for key, of in words.items()]
    rows += [*encoded, *((False, x, False, kind, width, (), 0) for x, kind, width in SIGNS)]
    rows += [(False, literal(x.encode()), False, "JOIN", len(x), (), 0) for x in SEAMS]
    return sorted(rows, key=lambda row: row[0])


def write_prefilter(rules):
    lines = ['/* Generated by scripts/secret_rules.py. */', '#include "scan/prefilter.h"', "",
             "const struct prefilter prefilters[] = {"]
    flat, rows = [], prefilters(rules)
    for _, expression, fold, kind, width, of, phase in rows:
        flags = "HS_FLAG_CASELESS" if fold else "0"
        lines.append(f"{{{quoted(expression)}, {flags}, PREFILTER_{kind}, {width}, "
                     f"{len(flat)}, {len(of)}, {phase}}},")
        flat += of
    lines += ["};", "const size_t prefilter_count = sizeof prefilters / sizeof *prefilters;",
              f"const size_t prefilter_everywhere_count = {sum(not row[0] for row in rows)};",
              "const uint16_t prefilter_rules[] = {%s};" % ", ".join(map(str, flat)), ""]
    return "\n".join(lines)


def write_examples(rules):
    lines = ['/* Generated by scripts/secret_rules.py. */', '#include "scan/tools/example.h"', "",
             "const struct example examples[] = {"]
    for i, (_, rule) in enumerate(rules):
        for kind in ("match", "miss"):
            for number, template in enumerate(rule[kind]):
                text = expand(template, f"{rule['id']} {kind} {number}")
                lines.append(f"{{{i}, {flag(kind == 'match')}, {quoted(text)}}},")
    lines += ["};", "const size_t example_count = sizeof examples / sizeof *examples;", ""]
    return "\n".join(lines)


def write_samples(rules):
    """A line for each value: the rule's index, a space, the value; a line end in it is a vertical tab."""
    return "".join(f"{i} " + value.replace("\n", "\v") + "\n"
                   for i, (_, rule) in enumerate(rules) for value in rule["samples"])


def main():
    targets, paths = sys.argv[1:5], [Path(name) for name in sorted(sys.argv[5:])]
    rules, fragments, seen, mistakes = [], {}, set(), []
    for path in (path for path in paths if path.name == FRAGMENTS):
        fragments = secret_fragments.load(yaml.load(path.read_text(encoding="utf-8"), Loader))
    for path in (path for path in paths if path.name != FRAGMENTS):
        rules += read(path, fragments, seen, mistakes)
    if mistakes or not rules:
        sys.exit("\n".join(mistakes or ["there are no rules"]))
    for target, write in zip(targets, (write_rules, write_prefilter, write_examples, write_samples)):
        Path(target).write_text(write(rules), encoding="utf-8")


main()
