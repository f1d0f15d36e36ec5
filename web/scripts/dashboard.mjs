// SPDX-License-Identifier: Apache-2.0
// Builds the dashboard: one script, one style sheet, both with their hash in the name, and the page that loads them.
import { build, transform } from "esbuild";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

/** Bytes of all that the first visit loads, after gzip -9. */
const GZIP_MAX = 60 * 1024;

/** The style sheet's parts; what comes later wins. */
const SHEETS = ["base", "parts", "forms", "steps", "window", "layout", "table", "outside", "narrow"];

const hashed = (name, content) => {
  const digest = createHash("sha256").update(content).digest("hex").slice(0, 16);
  return name.replace(/(\.\w+)$/, `.${digest}$1`);
};

async function script(entry, target) {
  const bundle = await build({
    entryPoints: [entry], bundle: true, format: "iife", target, charset: "utf8", minify: true, write: false,
    jsx: "automatic", jsxImportSource: "preact", legalComments: "none", banner: { js: "/* Doorward, Apache-2.0; Preact, MIT */" },
  });
  return bundle.outputFiles[0].text;
}

export async function buildDashboard({ from, to, target, tokens }) {
  const sheets = SHEETS.map((name) => readFileSync(join(from, "styles", `${name}.css`), "utf8"));
  const css = await transform(tokens + sheets.join("\n"), { loader: "css", minify: true, target, legalComments: "none" });
  const files = {
    "dashboard.css": css.code.trim(),
    "theme-first.js": await script(join(from, "theme-first.ts"), target),
    "dashboard.js": await script(join(from, "main.tsx"), target),
  };
  mkdirSync(to, { recursive: true });
  let page = readFileSync(join(from, "index.html"), "utf8");
  for (const [name, content] of Object.entries(files)) {
    const file = hashed(name, content);
    writeFileSync(join(to, file), content);
    page = page.replace(`{${name}}`, `/admin/${file}`);
  }
  writeFileSync(join(to, "index.html"), page);
  cpSync(join(from, "icon.svg"), join(to, "icon.svg"));
  const all = [page, ...Object.values(files)];
  const size = (measure) => all.reduce((sum, content) => sum + measure(content), 0);
  return { limit: GZIP_MAX, bytes: size((content) => Buffer.byteLength(content)), packed: size((content) => gzipSync(content, { level: 9 }).length) };
}
