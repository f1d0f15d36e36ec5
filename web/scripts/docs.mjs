// SPDX-License-Identifier: Apache-2.0
// Renders the manual (docs/*.md) as the demo site's pages, with the anchors GitHub gives the same headings.
// The pages run under `default-src 'none'`: no inline script or style, and raw HTML in a page is an error.
import { Marked } from "marked";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const escape = (s) => s.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");

/** The anchor of a heading: lower case, without what is neither letter, digit, space, `_` nor `-`. */
const slug = (text) => text.toLowerCase().replace(/[^\p{L}\p{M}\p{N}_\- ]/gu, "").replace(/ /g, "-");

/** leads.md#x becomes leads.html#x, README.md the folder; other addresses stay. */
const address = (href) => href.replace(/^README\.md/, "./").replace(/^([\w-]+)\.md(?=#|$)/, "$1.html");

/** One page: its title, its body and the anchors in it. */
function render(name, markdown) {
  const anchors = new Map();
  const links = [];
  let title = "";
  const renderer = {
    heading({ tokens, depth }) {
      const plain = this.parser.parseInline(tokens, this.parser.textRenderer);
      const text = plain.replace(/&(amp|lt|gt|quot|#39);/g, (_, it) => ({ amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" })[it]);
      const base = slug(text);
      const count = anchors.get(base) ?? 0;
      anchors.set(base, count + 1);
      const id = count ? `${base}-${count}` : base;
      if (depth === 1) title ||= text;
      return `<h${depth} id="${escape(id)}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
    },
    link({ href, tokens }) {
      links.push(address(href));
      return `<a href="${escape(address(href))}">${this.parser.parseInline(tokens)}</a>`;
    },
    code: ({ text, lang }) => `<pre tabindex="0"><code${lang ? ` class="language-${escape(lang)}"` : ""}>${escape(text)}\n</code></pre>\n`,
    html({ text }) {
      throw new Error(`docs/${name}: raw HTML is not rendered: ${text.trim()}`);
    },
  };
  const marked = new Marked({ renderer, gfm: true });
  const table = (html) => html.replaceAll("<table>", '<div class="wide" tabindex="0"><table>').replaceAll("</table>", "</table></div>");
  const body = table(marked.parse(markdown));
  if (!title) throw new Error(`docs/${name}: no title`);
  return { name, title, body, links, ids: new Set([...body.matchAll(/ id="([^"]*)"/g)].map((m) => m[1])), out: name === "README.md" ? "index.html" : address(name) };
}

/** Pages and anchors that a link names must be there. */
function check(pages) {
  const byName = new Map(pages.map((page) => [page.out, page]));
  for (const page of pages)
    for (const link of page.links.filter((href) => !/^[a-z]+:/.test(href))) {
      const [file, anchor] = link.split("#");
      const target = byName.get(file === "./" ? "index.html" : file || page.out);
      if (!target || (anchor && !target.ids.has(anchor))) throw new Error(`docs/${page.name}: ${link} leads nowhere`);
    }
}

const document = (page, pages) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta property="og:site_name" content="Doorward">
<title>${escape(page.title)} | Doorward</title>
<link rel="icon" href="../icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="../demo.css">
<link rel="stylesheet" href="../docs.css">
<script async src="../../widget.js" data-project="main"></script>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header class="top">
  <div class="wrap">
    <a class="brand" href="../" aria-label="Doorward, start page">
      <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M6 21V10a6 6 0 0 1 12 0v11M3 21h18M14 14v.01"/></svg>
      Doorward
    </a>
    <nav aria-label="Site"><a href="./">Manual</a></nav>
  </div>
</header>
<div class="wrap manual">
  <nav class="pages" aria-label="Manual">
    <ul>
${pages.map((one) => `      <li><a href="${one.out === "index.html" ? "./" : one.out}"${one === page ? ' aria-current="page"' : ""}>${escape(one.short)}</a></li>`).join("\n")}
    </ul>
  </nav>
  <main id="content">
    <article class="prose">
${page.body}    </article>
  </main>
</div>
</body>
</html>
`;

/** Writes each page of `from` to `to`. The overview decides their order and their short names. */
export function buildDocs(from, to) {
  const names = readdirSync(from).filter((name) => name.endsWith(".md"));
  const pages = names.map((name) => render(name, readFileSync(join(from, name), "utf8")));
  check(pages);
  const overview = readFileSync(join(from, "README.md"), "utf8");
  const order = [...overview.matchAll(/\[([^\]]+)\]\(([\w-]+\.md)\)/g)].map(([, short, name]) => ({ short, name }));
  const place = (page) => (page.name === "README.md" ? -1 : order.findIndex((one) => one.name === page.name));
  for (const page of pages) {
    page.short = page.name === "README.md" ? "Overview" : order[place(page)]?.short;
    if (!page.short) throw new Error(`docs/README.md does not list ${page.name}`);
  }
  pages.sort((a, b) => place(a) - place(b));
  mkdirSync(to, { recursive: true });
  for (const page of pages) writeFileSync(join(to, page.out), document(page, pages));
  return pages.length;
}
