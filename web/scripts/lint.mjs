// SPDX-License-Identifier: Apache-2.0
// Refuses what must never be in the browser's code: text parsed as HTML or as code, and other hosts.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const web = dirname(dirname(fileURLToPath(import.meta.url)));
const RULES = [
  [/\b(inner|outer)HTML\b|\binsertAdjacentHTML\b|\bdocument\.write|\bcreateContextualFragment\b|\bDOMParser\b|\bsetHTMLUnsafe\b|\bdangerouslySetInnerHTML\b/, "text must not be parsed as HTML"],
  [/\beval\s*\(|\bnew\s+Function\b|\bset(Timeout|Interval)\(\s*["'`]/, "text must not be run as code"],
  [/\bsrcdoc\b|\bjavascript:/, "no address may carry code"],
  [/setAttribute\(\s*["'](style|on\w+)|<[a-z][^>]*\sstyle=/, "no inline style or handler: a strict content policy forbids them"],
  [/(https?:)?\/\/(?!www\.w3\.org\/2000\/svg|www\.example\.com)[a-z0-9-]+\.[a-z]{2,}/i, "no other host"],
];
const MARKUP_RULES = [
  [/<script(?![^>]*\bsrc=)[^>]*>/i, "no inline script"],
  [/<style\b|\sstyle=/i, "no inline style"],
  [/\son[a-z]+=/i, "no inline handler"],
];
const SHIPPED = ["widget", "demo", "dashboard"];
const LINES_MAX = 600;

function* files(folder) {
  for (const name of readdirSync(join(web, folder))) {
    const path = join(folder, name);
    if (statSync(join(web, path)).isDirectory()) yield* files(path);
    else yield path;
  }
}

let problems = 0;
const report = (path, line, text) => {
  console.error(`web/${relative("", path)}:${line}: ${text}`);
  problems++;
};
for (const path of SHIPPED.flatMap((folder) => [...files(folder)])) {
  const text = readFileSync(join(web, path), "utf8");
  const lines = text.trimEnd().split("\n");
  const code = /\.(tsx?|css)$/.test(path);
  if (code && !lines[0].includes("SPDX-License-Identifier: Apache-2.0")) report(path, 1, "no SPDX line");
  if (lines.length > LINES_MAX) report(path, LINES_MAX, `more than ${LINES_MAX} lines`);
  lines.forEach((line, i) => {
    const bare = code ? line.replace(/^\s*(\/\/|\/?\*).*|\s\/\/ .*$/, "") : line;
    for (const [pattern, why] of code ? RULES : MARKUP_RULES) if (pattern.test(bare)) report(path, i + 1, why);
  });
}
if (problems) process.exit(1);
console.log("web: nothing forbidden found");
