#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""usage: scripts/manual.py DOCS OUT

Turns docs/*.md into HTML pages in OUT, beside the demo page, so that the demo's citations lead to
something one can read. It knows the Markdown that the manual uses: headings, paragraphs, lists, code,
tables, links, images, emphasis. Headings get the anchors that renderers of Markdown give them."""

import html
import re
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent / "manual"
ORDER = ["start", "embed", "documents", "leads", "models", "configure", "api", "operate", "privacy",
         "troubleshooting"]
INLINE = re.compile(
    r"`(?P<code>[^`]+)`|!\[(?P<alt>[^\]]*)\]\((?P<src>[^)\s]+)\)|\[(?P<text>[^\]]+)\]\((?P<href>[^)\s]+)\)"
    r"|\*\*(?P<strong>.+?)\*\*|(?<!\w)[*_](?P<em>[^*_]+)[*_](?!\w)|<(?P<auto>https?://[^>\s]+)>")
ITEM = re.compile(r"^(?:[-*]|(\d+)\.) +(.*)$")


def link(target):
    """A page of the manual by its HTML name; anything else as it is."""
    if re.match(r"[a-z]+:", target):
        return target
    name, mark, anchor = target.partition("#")
    name = "./" if name == "README.md" else name.removesuffix(".md") + (".html" if name else "")
    return name + mark + anchor


def inline(text):
    out, last = [], 0
    for found in INLINE.finditer(text):
        out.append(html.escape(text[last:found.start()], quote=False))
        last = found.end()
        group = found.groupdict()
        if group["code"]:
            out.append(f"<code>{html.escape(group['code'], quote=False)}</code>")
        elif group["src"]:
            out.append(f'<img src="{html.escape(group["src"])}" alt="{html.escape(group["alt"])}">')
        elif group["href"]:
            out.append(f'<a href="{html.escape(link(group["href"]))}">{inline(group["text"])}</a>')
        elif group["strong"]:
            out.append(f"<strong>{inline(group['strong'])}</strong>")
        elif group["em"]:
            out.append(f"<em>{inline(group['em'])}</em>")
        else:
            address = html.escape(group["auto"])
            out.append(f'<a href="{address}">{address}</a>')
    out.append(html.escape(text[last:], quote=False))
    return "".join(out)


def anchor(text):
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return re.sub(r"[^\w\- ]", "", re.sub(r"[`*_]", "", plain).lower()).replace(" ", "-")


def table(rows):
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", row.strip().strip("|"))] for row in rows]
    head = "".join(f"<th>{inline(cell)}</th>" for cell in cells[0])
    body = "".join("<tr>" + "".join(f"<td>{inline(cell)}</td>" for cell in row) + "</tr>"
                   for row in cells[2:])
    return f'<div class="table"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def items(lines):
    """A list without lists in it; a line that begins with spaces goes on with the item before."""
    found = []
    for line in lines:
        begun = ITEM.match(line)
        if begun:
            found.append(begun.group(2))
        else:
            found[-1] += " " + line.strip()
    kind = "ol" if ITEM.match(lines[0]).group(1) else "ul"
    return f"<{kind}>" + "".join(f"<li>{inline(item)}</li>" for item in found) + f"</{kind}>"


def block(lines):
    """One block: lines without an empty one between them."""
    heading = re.match(r"^(#{1,4}) +(.*?) *#*$", lines[0])
    if heading:
        level, text = len(heading.group(1)), heading.group(2)
        rest = [line for line in lines[1:] if line.strip()]
        return (f'<h{level} id="{anchor(text)}">{inline(text)}</h{level}>'
                + (block(rest) if rest else ""))
    if lines[0].startswith("|"):
        return table(lines)
    if ITEM.match(lines[0]):
        return items(lines)
    for i, line in enumerate(lines):
        if ITEM.match(line) or line.startswith("|"):
            return (f"<p>{inline(' '.join(lines[:i]))}</p>" if i else "") + block(lines[i:])
    return f"<p>{inline(' '.join(lines))}</p>"


def render(text):
    out, lines = [], []
    rest = iter(text.splitlines())

    def flush():
        if lines:
            out.append(block(list(lines)))
            lines.clear()

    for line in rest:
        if line.startswith("```"):
            flush()
            code = []
            for inner in rest:
                if inner.startswith("```"):
                    break
                code.append(inner)
            out.append("<pre tabindex=\"0\"><code>" + html.escape("\n".join(code), quote=False)
                       + "</code></pre>")
        elif line.startswith("<!--"):
            continue
        elif not line.strip():
            flush()
        else:
            lines.append(line)
    flush()
    return "\n".join(out)


def title(text):
    return re.search(r"^# +(.*)$", text, re.MULTILINE).group(1)


def entry(name, heading, here):
    mark = ' aria-current="page"' if here else ""
    return f'<li><a href="{name}.html"{mark}>{html.escape(heading.split(":")[0])}</a></li>'


def main():
    docs, out = Path(sys.argv[1]), Path(sys.argv[2])
    pages = {name: (docs / f"{name}.md").read_text(encoding="utf-8") for name in ORDER}
    missing = {path.stem for path in docs.glob("*.md")} - {"README"} - set(pages)
    if missing:
        sys.exit(f"manual: {', '.join(sorted(missing))} has no place in ORDER")
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    shutil.copy(HERE / "manual.css", out)
    if (docs / "images").is_dir() and any("images/" in text for text in pages.values()):
        shutil.copytree(docs / "images", out / "images")
    template = (HERE / "page.html").read_text(encoding="utf-8")
    pages["index"] = (docs / "README.md").read_text(encoding="utf-8")
    for name, text in pages.items():
        listed = "".join(entry(other, title(pages[other]), other == name) for other in ORDER)
        page = (template.replace("@TITLE@", html.escape(title(text)))
                .replace("@PAGES@", f"<ul>{listed}</ul>").replace("@BODY@", render(text)))
        (out / f"{name}.html").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
