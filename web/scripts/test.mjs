// SPDX-License-Identifier: Apache-2.0
// usage: node scripts/test.mjs FOLDER [NAME-PART]
// Bundles the *.test.ts of a folder and runs them with node's own test runner (18 and later).
// TEST_REPORTER picks the reporter, TAP by default; DOORWARD_BIN is the program to test.
import { build } from "esbuild";
import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const web = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = resolve(web, process.argv[2] ?? "test");
const part = process.argv[3] ?? "";
const names = readdirSync(folder).filter((name) => name.endsWith(".test.ts") && name.includes(part));
if (!names.length) {
  console.error(`no tests in ${folder}`);
  process.exit(2);
}
const out = join(web, ".test", basename(folder));
rmSync(out, { recursive: true, force: true });

/** The development server finds its files by its own place: it is loaded, not bundled. */
const devServer = {
  name: "dev-server",
  setup(b) {
    b.onResolve({ filter: /\/dev\/server\.mjs$/ }, ({ path, resolveDir }) => ({ path: pathToFileURL(resolve(resolveDir, path)).href, external: true }));
  },
};

await build({
  entryPoints: names.map((name) => join(folder, name)),
  outdir: out,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node18",
  packages: "external",
  sourcemap: "inline",
  loader: { ".css": "text" },
  plugins: [devServer],
  logLevel: "warning",
});
const root = dirname(web);
const env = { DOORWARD_ROOT: root, DOORWARD_BIN: join(root, "build", "doorward"), ...process.env };
const files = names.map((name) => join(out, name.replace(/\.ts$/, ".mjs")));
const options = ["--enable-source-maps", "--test", `--test-reporter=${process.env.TEST_REPORTER ?? "tap"}`];
process.exit(spawnSync(process.execPath, [...options, ...files], { stdio: "inherit", cwd: web, env }).status ?? 1);
