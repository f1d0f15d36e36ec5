#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""usage: scripts/embed.py DIST OUT_DIR DEPFILE OPENAPI

Turns the files below DIST into OUT_DIR/assets.c, a table of struct http_asset (src/http/asset.h),
and OUT_DIR/assets.S, which holds their bytes, gzip and brotli forms included.

A file's path below DIST is its path on the server; index.html stands for its folder.
A script or style sheet is also there with its hash in the name, as
widget.0123456789abcdef.js, which never changes and may be kept for ever; so may a file whose name
has such a hash already. OPENAPI is a YAML file that is there as /openapi.json too."""

import base64
import hashlib
import json
import re
import subprocess
import sys
import zlib
from pathlib import Path

import yaml

TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".yaml": "application/yaml",
    ".txt": "text/plain; charset=utf-8",
    ".md": "text/markdown; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webp": "image/webp",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
}
SMALLER_BY_NATURE = {".png", ".webp", ".woff2"}
HASHED = re.compile(r"[.-][0-9a-fA-F]{8,64}\.[a-z0-9]+$")


def url_of(name):
    if name == "index.html" or name.endswith("/index.html"):
        return "/" + name.removesuffix("index.html")
    return "/" + name


def gzip(raw):
    """gzip without a time stamp, so that equal input gives equal output."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return packer.compress(raw) + packer.flush()


def brotli(raw):
    return subprocess.run(["brotli", "-q", "11", "-c", "-"], input=raw, capture_output=True,
                          check=True).stdout


def forms(path, raw):
    """The three forms of a file; a compressed one that saves nothing is empty."""
    if path.suffix in SMALLER_BY_NATURE:
        return raw, b"", b""
    return raw, *(packed if len(packed) < len(raw) else b"" for packed in (gzip(raw), brotli(raw)))


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def str_of(text):
    return f"{{{quoted(text)}, {len(text.encode())}}}"


def interface(path):
    """The description of the interface in both forms, by name."""
    raw = path.read_bytes()
    text = json.dumps(yaml.safe_load(raw), ensure_ascii=False, separators=(",", ":"))
    return {"openapi.json": text.encode(), "openapi.yaml": raw}


def rows_of(dist, more):
    """Yields (url, content type, etag, immutable, index of the file, forms, SRI, immutable url)."""
    names = [p.relative_to(dist).as_posix() for p in dist.rglob("*") if p.is_file()]
    names = [name for name in names if not any(part.startswith(".") for part in name.split("/"))]
    for index, name in enumerate(sorted({*names, *more})):
        path = dist / name
        if path.suffix not in TYPES:
            sys.exit(f"embed: {path} has a type that is not known here; add it to TYPES")
        raw = more.get(name) or path.read_bytes()
        digest = hashlib.sha256(raw).hexdigest()[:16]
        packed = forms(path, raw)
        known = bool(HASHED.search(name))
        sri = "sha384-" + base64.b64encode(hashlib.sha384(raw).digest()).decode()
        url, fixed = url_of(name), url_of(name)
        if path.suffix in (".js", ".css") and not known:
            fixed = f"/{name.removesuffix(path.suffix)}.{digest}{path.suffix}"
            yield fixed, TYPES[path.suffix], digest, True, index, packed, sri, fixed
        yield url, TYPES[path.suffix], digest, known, index, packed, sri, fixed


def c_source(rows):
    """The table, sorted by path (its last slash apart) so that it can be searched by halves."""
    symbols = sorted({(row[4], form) for row in rows for form in range(3) if row[5][form]})
    out = ["/* Made by scripts/embed.py. */", '#include "http/asset.h"', "",
           "extern const struct http_asset http_asset_table[];",
           "extern const size_t http_asset_count;"]
    out += [f"extern const char http_asset_{i}_{form}[];" for i, form in symbols]
    out += ["", "const struct http_asset http_asset_table[] = {"]
    for url, kind, digest, immutable, index, packed, sri, fixed in sorted(
            rows, key=lambda row: (row[0].rstrip("/") or "/").encode()):
        bodies = [f"{{http_asset_{index}_{form}, {len(packed[form])}}}" if packed[form]
                  else '{"", 0}' for form in range(3)]
        etag, gzip_etag, brotli_etag = (f'"{digest}{form}"' for form in ("", "-gz", "-br"))
        out.append("    {" + ", ".join([
            f".path = {str_of(url)}", f".content_type = {str_of(kind)}", f".etag = {str_of(etag)}",
            f".etag_gzip = {str_of(gzip_etag)}", f".etag_brotli = {str_of(brotli_etag)}",
            f".sri = {str_of(sri)}", f".hashed_path = {str_of(fixed)}",
            f".raw = {bodies[0]}", f".gzip = {bodies[1]}", f".brotli = {bodies[2]}",
            f".immutable = {'true' if immutable else 'false'}"]) + "},")
    if not rows:
        out.append('    {.path = {"", 0}},')
    return "\n".join([*out, "};", f"const size_t http_asset_count = {len(rows)};", ""])


def assembly(rows, folder):
    """Writes each form beside the assembly and includes it from there."""
    out = ["/* Made by scripts/embed.py. */", "#ifdef __CET__", "#include <cet.h>", "#endif",
           '    .section .rodata, "a", %progbits']
    for index, packed in sorted({row[4]: row[5] for row in rows}.items()):
        for form in range(3):
            if packed[form]:
                data = folder / f"asset-{index}-{form}"
                write(data, packed[form])
                digest = hashlib.sha256(packed[form]).hexdigest()[:16]
                out += [f"    .globl http_asset_{index}_{form}",
                        f"    .hidden http_asset_{index}_{form}",
                        f"http_asset_{index}_{form}: /* {digest} */",
                        f'    .incbin "{data.resolve()}"', "    .byte 0"]
    return "\n".join([*out, '    .section .note.GNU-stack, "", %progbits', ""])


def write(path, data):
    """Touches a file only when it changes, so that nothing is compiled in vain."""
    data = data if isinstance(data, bytes) else data.encode()
    if not path.exists() or path.read_bytes() != data:
        path.write_bytes(data)


def main():
    dist, folder, depfile, openapi = map(Path, sys.argv[1:5])
    folder.mkdir(parents=True, exist_ok=True)
    more = interface(openapi)
    rows = list(rows_of(dist, more))
    if len(rows) == len(more):
        print("embed: web/dist is empty, so this build has no widget; run `make web`",
              file=sys.stderr)
    write(folder / "assets.S", assembly(rows, folder))
    write(folder / "assets.c", c_source(rows))
    seen = [openapi, *([dist, *dist.rglob("*")] if dist.is_dir() else [dist.parent])]
    escaped = " ".join(str(path).replace(" ", "\\ ") for path in seen)
    depfile.write_text(f"{folder / 'assets.c'} {folder / 'assets.S'}: {escaped}\n")


if __name__ == "__main__":
    main()
