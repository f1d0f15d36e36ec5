// SPDX-License-Identifier: Apache-2.0
// usage: node tests/dist/integration/lab/main.mjs [SITE]...
// Starts the laboratory with the clean site and those named, prints how to audit each, and stays until it is told to stop.
import { CLEAN, Lab } from "./lab.ts";
import { ALL } from "./sites/all.ts";

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !ALL.some((site) => site.name === name));
if (unknown.length > 0) throw new Error(`no site ${unknown.join(", ")}; there are ${ALL.map((site) => site.name).join(" ")}`);
const lab = await Lab.start([CLEAN, ...ALL.filter((site) => wanted.includes(site.name))]);
for (const one of lab.placed) {
  const args = lab.args(one).map((word) => (/^[\w.:/-]+$/.test(word) ? word : `'${word}'`));
  console.log(`doorward check ${one.domain} ${args.join(" ")}`);
}
console.log("# ready; ends with its standard input or SIGTERM");
process.stdin.resume();
await new Promise((resolve) => {
  process.stdin.once("end", resolve);
  process.once("SIGTERM", resolve);
  process.once("SIGINT", resolve);
});
await lab.stop();
process.exit(0);
