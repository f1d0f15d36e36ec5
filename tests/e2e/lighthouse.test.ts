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
import { RESOLVE, startProduct, type Product } from "./product.ts";

const SCORE_MIN = 98;
const RUNS = 3;
/** What the widget may add to a page: bytes on the wire, headers and the project's face included. */
const ADDED_BYTES_MAX = 20 * 1024;

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
  while (scores.length < RUNS) {
    const run = await visit(url);
    scores.push(run.score);
    audits = run.audits;
  }
  const { score } = await visit(url, true);
  const value = (id: string): number => Math.round(audits[id]?.numericValue ?? 0);
  t.diagnostic(`mobile ${scores.join(", ")}, median ${middle(scores)}; desktop ${score}`);
  t.diagnostic(`mobile, last run: FCP ${value("first-contentful-paint")} ms, LCP ${value("largest-contentful-paint")} ms, TBT ${value("total-blocking-time")} ms, ${value("total-byte-weight")} bytes`);
  assert.ok(middle(scores) >= SCORE_MIN, `the median of ${scores.join(", ")} is less than ${SCORE_MIN}`);
});

test("the_widget_adds_little_to_a_plain_page", async (t: TestContext) => {
  const measure = async (tag?: string): Promise<{ bytes: number; lcp: number }> => {
    const runs: Audits[] = [];
    for (let i = 0; i < RUNS; i++) runs.push((await visit(product.url({}, tag === undefined ? {} : { tag }), false, ["total-byte-weight", "largest-contentful-paint"])).audits);
    const of = (id: string): number => middle(runs.map((audits) => audits[id]?.numericValue ?? NaN));
    return { bytes: of("total-byte-weight"), lcp: of("largest-contentful-paint") };
  };
  const plain = await measure(" ");
  const widget = await measure();
  t.diagnostic(`bytes ${plain.bytes} + ${widget.bytes - plain.bytes}; LCP ${Math.round(plain.lcp)} ms + ${Math.round(widget.lcp - plain.lcp)} ms (limit 100), medians of ${RUNS}`);
  assert.ok(widget.bytes > plain.bytes, "the widget was loaded");
  assert.ok(widget.bytes - plain.bytes <= ADDED_BYTES_MAX, `${widget.bytes - plain.bytes} bytes`);
});
