// SPDX-License-Identifier: Apache-2.0
// Lighthouse on the real program: the score of the demo page, and what the widget adds to a plain page. The
// score that counts is the mobile one, Lighthouse's default: its network and processor are simulated and
// therefore defined; the desktop score is printed beside it. Timings are printed, never asserted.
import lighthouse, { desktopConfig } from "lighthouse";
import assert from "node:assert/strict";
import { after, before, test, type TestContext } from "node:test";
import { Child } from "../integration/harness/child.ts";
import { temporaryFolder } from "../integration/harness/doorward.ts";
import { chromiumPath, FLAGS } from "./browser.ts";
import { distantProxy } from "./proxy.ts";
import { RESOLVE, startProduct, type Product } from "./product.ts";

const SCORE_MIN = 98;
const RUNS = 3;
/** The simulation multiplies processor time by four, also the time that a busy machine takes away: noise only ever
 * lowers a score, so a low median is measured again up to this many runs, of which RUNS must reach the score. */
const RUNS_MAX = 9;
/** What the widget may add to a page: bytes on the wire, headers and the project's face included. */
const ADDED_BYTES_MAX = 20 * 1024;
/** One way to a server in the same country. */
const DISTANCE_MS = 20;

let product: Product;
let chromium: Child;
let port: number;
before(async () => {
  product = await startProduct();
  const flags = [...FLAGS, RESOLVE, "--remote-debugging-port=0", `--user-data-dir=${temporaryFolder()}`, "about:blank"];
  chromium = new Child(chromiumPath(), flags);
  port = Number((await chromium.says(/DevTools listening on ws:\/\/127\.0\.0\.1:(\d+)/, 30))[1]);
});
after(async () => {
  await chromium?.kill();
  await product?.stop();
});

const middle = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;

type Audits = Record<string, { numericValue?: number }>;

/** One visit with an empty cache. */
async function visit(url: string, desktop = false, onlyAudits?: string[]): Promise<{ score: number; audits: Audits }> {
  const found = await lighthouse(url, { port, logLevel: "error", output: "json", ...(onlyAudits ? { onlyAudits } : { onlyCategories: ["performance"] }) }, desktop ? desktopConfig : undefined);
  assert.ok(found && !found.lhr.runtimeError, found?.lhr.runtimeError?.message);
  return { score: Math.round((found.lhr.categories["performance"]?.score ?? 0) * 100), audits: found.lhr.audits as Audits };
}

test(`the_demo_page_scores_at_least_${SCORE_MIN}`, async (t: TestContext) => {
  const url = `${product.doorward.url}/demo/`;
  const scores: number[] = [];
  let audits: Audits = {};
  const good = (): number => scores.filter((one) => one >= SCORE_MIN).length;
  while (scores.length < RUNS || (middle(scores) < SCORE_MIN && good() < RUNS && scores.length < RUNS_MAX)) {
    const run = await visit(url);
    scores.push(run.score);
    audits = run.audits;
  }
  const { score } = await visit(url, true);
  const value = (id: string): number => Math.round(audits[id]?.numericValue ?? 0);
  t.diagnostic(`mobile ${scores.join(", ")}, median ${middle(scores)}; desktop ${score}`);
  t.diagnostic(`mobile, last run: FCP ${value("first-contentful-paint")} ms, LCP ${value("largest-contentful-paint")} ms, TBT ${value("total-blocking-time")} ms, ${value("total-byte-weight")} bytes`);
  assert.ok(middle(scores) >= SCORE_MIN || good() >= RUNS, `${scores.join(", ")}: less than ${SCORE_MIN}`);
});

test("the_widget_adds_little_to_a_plain_page", async (t: TestContext) => {
  const measure = async (tag: string): Promise<{ bytes: number; lcp: number }> => {
    const runs: Audits[] = [];
    for (let i = 0; i < RUNS; i++) runs.push((await visit(product.url({}, { tag }), false, ["total-byte-weight", "largest-contentful-paint"])).audits);
    const of = (id: string): number => middle(runs.map((audits) => audits[id]?.numericValue ?? NaN));
    return { bytes: of("total-byte-weight"), lcp: of("largest-contentful-paint") };
  };
  // Lighthouse's simulation charges a page's largest paint with everything that happened to end before it. On
  // loopback that is every script, however asynchronous; a server as far away as a real one shows what is so.
  const far = await distantProxy(product.doorward.port, DISTANCE_MS);
  const tag = (server: string): string => `<script async src="${server}/widget.js" data-project="${product.project}"></script>`;
  const plain = await measure(" ");
  const near = await measure(tag(product.doorward.url));
  const distant = await measure(tag(far.url));
  await far.close();
  const more = (lcp: number): number => Math.round(lcp - plain.lcp);
  t.diagnostic(`bytes: ${plain.bytes} + ${near.bytes - plain.bytes} (limit ${ADDED_BYTES_MAX})`);
  t.diagnostic(`LCP: ${Math.round(plain.lcp)} ms + ${more(distant.lcp)} ms (limit 100) with the server ${DISTANCE_MS} ms away, + ${more(near.lcp)} ms with it on loopback; medians of ${RUNS}`);
  assert.ok(near.bytes > plain.bytes && distant.bytes > plain.bytes, "the widget was loaded");
  assert.ok(near.bytes - plain.bytes <= ADDED_BYTES_MAX, `${near.bytes - plain.bytes} bytes`);
});
