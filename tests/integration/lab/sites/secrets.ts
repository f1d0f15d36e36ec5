// SPDX-License-Identifier: Apache-2.0
// Secrets in files, in a history, in what a site serves; made at run time, none stands here.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { run } from "../../harness/child.ts";
import { doorwardKey, stripeKey } from "../../harness/secret.ts";
import type { Placed, Site } from "../site.ts";

const key = stripeKey();

function put(self: Placed, path: string, text: string): void {
  const whole = join(self.folder, path);
  mkdirSync(dirname(whole), { recursive: true });
  writeFileSync(whole, text);
}

async function git(self: Placed, ...words: string[]): Promise<void> {
  const cwd = join(self.folder, "source");
  const person = { GIT_AUTHOR_NAME: "A", GIT_AUTHOR_EMAIL: "a@example.com", GIT_COMMITTER_NAME: "A", GIT_COMMITTER_EMAIL: "a@example.com" };
  const ended = await run("git", words, { cwd, env: { ...person, HOME: self.folder, GIT_CONFIG_NOSYSTEM: "1" } });
  if (ended.status !== 0) throw new Error(`git ${words.join(" ")}: ${ended.stderr}`);
}

const BY_ENVIRONMENT = "export const key = process.env.STRIPE_SECRET_KEY;\n";

export const SECRET_SITES: Site[] = [
  { name: "secrets-tree", expect: { "secrets.tree": "fail" },
    launch: () => "version: 1\nsecrets:\n  paths: [source/]\n",
    start: async (_lab, self) => put(self, "source/pay.js", `export const stripe = "${key}";\n`),
    repair: (_web, _fix, self) => put(self, "source/pay.js", BY_ENVIRONMENT) },
  { name: "secrets-history", expect: { "secrets.history": "fail" },
    noRepair: "what was committed is known to everybody with a copy",
    launch: () => "version: 1\nsecrets:\n  paths: [source/]\n  repository: true\n",
    start: async (_lab, self) => {
      put(self, "source/pay.js", `export const stripe = "${key}";\n`);
      await git(self, "init", "-q", "-b", "main");
      await git(self, "add", "-A");
      await git(self, "commit", "-q", "-m", "pay");
      put(self, "source/pay.js", BY_ENVIRONMENT);
      await git(self, "commit", "-q", "-a", "-m", "pay by environment");
    } },
  { name: "secrets-served", expect: { "secrets.served": "fail" },
    web: (web) => {
      web.files["/app.js"] = "import(\"./pay.js\");\n";
      web.files["/pay.js"] = `const stripe = "${key}";\n`;
    },
    repair: (web) => { web.files["/pay.js"] = "fetch(\"/pay\");\n"; } },
  { name: "secrets-environments", expect: { "secrets.tree": "fail", "secrets.environments": "fail" },
    launch: () => "version: 1\nsecrets:\n  paths: [deploy/]\n  environments:\n    prod: [deploy/prod/]\n    staging: [deploy/staging/]\n",
    start: async (_lab, self) => {
      put(self, "deploy/prod/app.env", `STRIPE_SECRET_KEY=${key}\n`);
      put(self, "deploy/staging/app.env", `STRIPE_SECRET_KEY=${key}\n`);
    },
    repair: (_web, _fix, self) => {
      put(self, "deploy/prod/app.env", "STRIPE_SECRET_KEY=\n");
      put(self, "deploy/staging/app.env", "STRIPE_SECRET_KEY=\n");
    } },
  { name: "keys-browser", expect: { "secrets.served": "fail", "keys.browser": "fail" },
    web: (web) => { web.files["/app.js"] = `const chat = { key: "${doorwardKey("sk")}" };\n`; },
    repair: (web) => { web.files["/app.js"] = `const chat = { key: "${doorwardKey("pk")}" };\n`; } },
];
