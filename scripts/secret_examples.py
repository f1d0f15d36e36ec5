# SPDX-License-Identifier: Apache-2.0
"""Templates of example secrets, so that no whole secret stands in the repository.

    {class:n}             n letters of a class (CLASSES)
    {crc:base62}          six letters: the CRC-32, in base62, of the token before
    {crc:github}          the same of the token's part after its last "_"
    {crc:hex}             its eight hex digits, of the token before without its last "_"
    {base64-of "TEXT"}    base64 of TEXT, which may be a template itself; also base64url-of and
                          hex-of; TEXT ends at the quote before the brace
    {base64-of-hex "TEXT"}  base64 of the bytes whose hex digits TEXT gives
    {base58check:VERSION:n} the version byte (hex) and n bytes with Bitcoin's checksum
    {bech32:PREFIX:n}     n bytes with the checksum of BIP 173; a prefix in capitals makes capitals
    {{                    a brace

What is random is seeded by the rule's id, so that every build makes the same."""

import base64
import hashlib
import random
import re
import string
import zlib

DIGITS, LOWER, UPPER = string.digits, string.ascii_lowercase, string.ascii_uppercase
BASE62 = DIGITS + UPPER + LOWER
RFC4648 = UPPER + LOWER + DIGITS + "+/"
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
CLASSES = {
    "hex": DIGITS + "abcdef", "HEX": DIGITS + "ABCDEF", "digit": DIGITS, "lower": LOWER,
    "upper": UPPER, "alpha": UPPER + LOWER, "alnum": BASE62, "uppernum": UPPER + DIGITS,
    "lowernum": LOWER + DIGITS, "base64": BASE62 + "+/", "base64url": BASE62 + "-_",
    "base32": UPPER + "234567", "base58": BASE58,
    "print": BASE62 + "!@#$%^&*()-_[]{}<>~+=,.;:/?|",
}
MEMBER = re.compile(r"\{(?:([A-Za-z0-9]+):(\d+)|crc:(base62|github|hex)"
                    r"|base58check:([0-9a-f]+):(\d+)|bech32:([A-Za-z0-9-]+):(\d+))\}")
NESTED = re.compile(r'\{(base64-of|base64url-of|hex-of|base64-of-hex) "')
LENGTH_MAX = 8192


class TemplateMistake(Exception):
    pass


def base62(number):
    out = ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        out = BASE62[digit] + out
    return out


def crc(kind, before):
    token = re.search(r"[A-Za-z0-9_.-]*$", before)[0]
    if kind == "github":
        token = token.rpartition("_")[2]
    if kind == "hex":
        return "%08x" % zlib.crc32(token.removesuffix("_").encode())
    return base62(zlib.crc32(token.encode()))


def base58check(version, raw):
    data = bytes.fromhex(version) + raw
    data += hashlib.sha256(hashlib.sha256(data).digest()).digest()[:4]
    number, out = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        out = BASE58[digit] + out
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + out


def bech32_polymod(values):
    check = 1
    for value in values:
        top, check = check >> 25, (check & 0x1ffffff) << 5 ^ value
        for i, g in enumerate((0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3)):
            check ^= g if top >> i & 1 else 0
    return check


def bech32(prefix, raw):
    low = prefix.lower()
    bits = "".join(f"{byte:08b}" for byte in raw)
    bits += "0" * (-len(bits) % 5)
    values = [int(bits[i:i + 5], 2) for i in range(0, len(bits), 5)]
    head = [ord(c) >> 5 for c in low] + [0] + [ord(c) & 31 for c in low]
    check = bech32_polymod(head + values + [0] * 6) ^ 1
    values += [check >> 5 * (5 - i) & 31 for i in range(6)]
    out = low + "1" + "".join(BECH32[v] for v in values)
    return out.upper() if prefix.isupper() else out


def letters(name, count, after, rng):
    """Before its padding base64 ends with a letter whose unused bits are zero (RFC 4648)."""
    out = "".join(rng.choice(CLASSES[name]) for _ in range(count))
    step = 16 if after.startswith("==") else 4 if after.startswith("=") else 1
    if name.startswith("base64") and out and step > 1:
        at = RFC4648.index(out[-1].replace("-", "+").replace("_", "/"))
        out = out[:-1] + RFC4648[at - at % step]
    return out


def one(found, before, after, rng):
    name, count, kind, version, size, prefix, bytes_ = found.groups()
    if name in CLASSES and int(count) <= LENGTH_MAX:
        return letters(name, int(count), after, rng)
    if kind:
        return crc(kind, before)
    if version:
        return base58check(version, rng.randbytes(int(size)))
    if prefix:
        return bech32(prefix, rng.randbytes(int(bytes_)))
    raise TemplateMistake(f"{found[0]} is unknown, or too long")


def nested(kind, text):
    try:
        raw = bytes.fromhex(text) if kind == "base64-of-hex" else text.encode()
    except ValueError as e:
        raise TemplateMistake(f"base64-of-hex: {e}") from e
    if kind == "hex-of":
        return raw.hex()
    if kind == "base64url-of":
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")
    return base64.b64encode(raw).decode()


def expand_from(template, at, rng, inside):
    """Expands up to the end, or to the quote and brace that end a nested one; gives where."""
    out = ""
    while at < len(template):
        member, start = MEMBER.match(template, at), NESTED.match(template, at)
        if inside and template.startswith('"}', at):
            return out, at + 2
        if template.startswith("{{", at):
            out, at = out + "{", at + 2
        elif member:
            out, at = out + one(member, out, template[member.end():], rng), member.end()
        elif start:
            text, at = expand_from(template, start.end(), rng, True)
            out += nested(start[1], text)
        elif template[at] == "{":
            raise TemplateMistake(f"not understood: {template[at:at + 30]}")
        else:
            out, at = out + template[at], at + 1
    if inside:
        raise TemplateMistake(f"a nested template does not end: {template[:60]}")
    return out, at


def expand(template, seed):
    """Gives the example that a template makes."""
    return expand_from(template, 0, random.Random(seed), False)[0]
