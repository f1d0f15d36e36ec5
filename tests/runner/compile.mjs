// SPDX-License-Identifier: Apache-2.0
// usage: node tests/runner/compile.mjs FOLDER...
// Bundles each *.test.ts and main.ts below tests/FOLDER into tests/dist/FOLDER/….mjs for node.
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const tests = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(join(tests, "../web/package.json"));
const esbuild = require("esbuild");

const entries = process.argv.slice(2).flatMap((folder) =>
  readdirSync(join(tests, folder), { recursive: true })
    .filter((name) => name.endsWith(".test.ts") || name.endsWith("main.ts"))
    .map((name) => join(tests, folder, name)),
);

await esbuild.build({
  entryPoints: entries,
  outdir: join(tests, "dist"),
  outbase: tests,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  platform: "node",
  target: "node18",
  format: "esm",
  sourcemap: "inline",
  logLevel: "warning",
});
