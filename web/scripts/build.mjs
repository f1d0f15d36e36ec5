// SPDX-License-Identifier: Apache-2.0
// Builds web/dist: widget.js (one file, checked against its size limit), tokens.css, the demo page, the manual and
// the dashboard.
import { build, transform } from "esbuild";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { minify as terser } from "terser";
import { buildDashboard } from "./dashboard.mjs";
import { buildDocs } from "./docs.mjs";

/** Bytes of widget.js after gzip -9, texts and styles included. */
const WIDGET_GZIP_MAX = 15 * 1024;
const TARGET = ["es2022", "chrome111", "firefox113", "safari16.4"];

const web = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(web, "dist");
const read = (name) => readFileSync(join(web, name), "utf8");
const tokens = read("tokens.css");

const minifyCss = async (css) =>
  (await transform(css, { loader: "css", minify: true, target: TARGET, legalComments: "none" })).code.trim();

/** Tokens for whole pages: the dark block also answers to the device where no theme was chosen. */
function pageTokens() {
  const dark = /:root\[data-theme="dark"\] (\{[^}]*\})/.exec(tokens);
  if (!dark) throw new Error("tokens.css: no dark block");
  return `${tokens}@media (prefers-color-scheme: dark) { :root:not([data-theme="light"]) ${dark[1]} }\n`;
}

/** Tokens and the widget's own sheet, without the tokens it never uses or always sets itself (theme.ts). */
async function widgetCss() {
  const own = read("widget/widget.css");
  const used = tokens.replace(/^ +(--dw-[\w-]+):.*\n/gm, (line, name) => (own.includes(`var(${name}`) && !/accent/.test(name) ? line : ""));
  const css = await minifyCss(used.replaceAll(":root", ".dw") + own);
  return css.replace(/(--[\w-]+): /g, "$1:");
}

/** Languages as one string each, in the order of en.ts: the keys travel once. */
async function packTexts(path) {
  const { code } = await transform(readFileSync(path, "utf8"), { loader: "ts" });
  const module = await import("data:text/javascript," + encodeURIComponent(code));
  const [[tag, texts]] = Object.entries(module);
  const keys = [...read("widget/texts/en.ts").matchAll(/^  (\w+): "/gm)].map((m) => m[1]);
  const packed = JSON.stringify(keys.map((key) => texts[key]).join("|"));
  if (tag !== "en") return `import { unpack } from "./en.ts"; export const ${tag} = unpack(${packed});`;
  return `const keys = ${JSON.stringify(keys.join("|"))}.split("|");
    export const unpack = (s) => Object.fromEntries(s.split("|").map((v, i) => [keys[i], v]));
    export const en = unpack(${packed});`;
}

const packing = {
  name: "packing",
  setup(b) {
    b.onLoad({ filter: /widget\.css$/ }, async () => ({ contents: await widgetCss(), loader: "text" }));
    b.onLoad({ filter: /texts\/\w+\.ts$/ }, async ({ path }) => ({ contents: await packTexts(path), loader: "js" }));
  },
};

async function script(entry, outfile) {
  const options = { bundle: true, format: "iife", target: TARGET, charset: "utf8", write: false, plugins: [packing] };
  const bundle = await build({ entryPoints: [join(web, entry)], ...options, minifySyntax: true });
  const source = bundle.outputFiles[0].text.replace(/^"use strict";\n/, "");
  const { code } = await terser(source, {
    ecma: 2020,
    compress: { passes: 3, unsafe_arrows: true, pure_getters: true, keep_fargs: false, hoist_props: true },
    format: { preamble: "/* Doorward, Apache-2.0 */" },
  });
  writeFileSync(outfile, shortProperties(code));
}

/** Inside the widget's shadow tree its tokens need no long names. */
function shortProperties(code) {
  const names = [...new Set(code.match(/--dw-[\w-]+/g))].sort();
  return code.replace(/--dw-[\w-]+/g, (name) => "--" + names.indexOf(name).toString(36));
}

rmSync(dist, { recursive: true, force: true });
mkdirSync(join(dist, "demo"), { recursive: true });
await script("widget/index.ts", join(dist, "widget.js"));
writeFileSync(join(dist, "tokens.css"), await minifyCss(pageTokens()));

for (const name of readdirSync(join(web, "demo"))) {
  const from = join(web, "demo", name);
  const to = join(dist, "demo", name);
  const head = name === "demo.css" ? pageTokens() : "";
  if (name.endsWith(".css")) writeFileSync(to, await minifyCss(head + readFileSync(from, "utf8")));
  else if (name.endsWith(".ts")) await script("demo/" + name, to.replace(/ts$/, "js"));
  else cpSync(from, to);
}
buildDocs(join(dirname(web), "docs"), join(dist, "demo", "docs"));
const dashboard = await buildDashboard({ from: join(web, "dashboard"), to: join(dist, "admin"), target: TARGET, tokens: pageTokens() });

const widget = readFileSync(join(dist, "widget.js"));
const size = gzipSync(widget, { level: 9 }).length;
const sri = "sha384-" + createHash("sha384").update(widget).digest("base64");
console.log(`dashboard  ${dashboard.bytes} bytes, ${dashboard.packed} gzipped (limit ${dashboard.limit})`);
console.log(`widget.js  ${widget.length} bytes, ${size} gzipped (limit ${WIDGET_GZIP_MAX})  ${sri}`);
if (size > WIDGET_GZIP_MAX) {
  console.error(`widget.js is ${size - WIDGET_GZIP_MAX} bytes over its limit`);
  process.exit(1);
}
if (dashboard.packed > dashboard.limit) {
  console.error(`the dashboard is ${dashboard.packed - dashboard.limit} bytes over its limit`);
  process.exit(1);
}
