// SPDX-License-Identifier: Apache-2.0
// Where the widget works and where it does not, with the real program: allowed domains, strangers and
// look-alikes, `null` origins, and host pages with a strict content security policy.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, test } from "node:test";
import type { Browser, Frame, Page } from "playwright-core";
import { launch, newPage, until } from "./browser.ts";
import { QUESTION, RESOLVE, STRANGERS, startProduct, type Product } from "./product.ts";
import { Visitor, visitUrl } from "./widget.ts";

let browser: Browser;
let product: Product;
before(async () => {
  [browser, product] = await Promise.all([launch(RESOLVE), startProduct()]);
});
after(async () => {
  await browser?.close();
  await product?.stop();
});

/** Runs before any script of a page: notes what the widget tells and what the page's policy forbids. */
const LISTEN = `addEventListener("doorward:error", () => (globalThis.refused = true));
addEventListener("securitypolicyviolation", (e) => (globalThis.broken ??= []).push(e.violatedDirective + " " + e.blockedURI));`;

/** The widget was refused in this frame, shows nothing, and what it would ask for cannot be asked for by hand. */
async function assertShutOut(frame: Frame | Page, where: string): Promise<void> {
  await until(() => frame.evaluate(() => (globalThis as { refused?: boolean }).refused), `the widget is refused: ${where}`);
  const shown = await frame.evaluate(() => [...(document.querySelector("doorward-chat")?.shadowRoot?.querySelectorAll<HTMLElement>("button, dialog") ?? [])].filter((el) => el.checkVisibility()).length);
  assert.equal(shown, 0, where);
  const answer = await frame.evaluate(
    async ([server, project]) => {
      const read = (path: string, body?: object): Promise<string> =>
        fetch(`${server}/api/v1${path}`, body ? { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) } : {}).then(
          (r) => `readable ${r.status}`,
          () => "blocked",
        );
      return [await read(`/projects/${project}`), await read(`/projects/${project}/sessions`, {}), await read("/chats", { project, message: "Hello" })];
    },
    [product.doorward.url, product.project] as const,
  );
  assert.deepEqual(answer, ["blocked", "blocked", "blocked"], where);
}

for (const host of STRANGERS)
  test(`a_page_of_${host}_cannot_use_the_widget`, async () => {
    const { page } = await newPage(browser);
    await page.addInitScript(LISTEN);
    await page.goto(product.url({}, { host }));
    await assertShutOut(page, host);
    await page.context().close();
  });

test("a_sandboxed_frame_has_the_origin_null_and_cannot_use_the_widget", async () => {
  const { page } = await newPage(browser);
  await page.addInitScript(LISTEN);
  const inner = product.url();
  await page.goto(product.url({}, { tag: `<iframe sandbox="allow-scripts" src="${inner.replace(/&/g, "&amp;").replace(/"/g, "&quot;")}"></iframe>` }));
  const frame = page.frames().find((one) => one !== page.mainFrame()) as Frame;
  assert.equal(await frame.evaluate(() => self.origin), "null");
  await assertShutOut(frame, "sandboxed frame");
  await page.context().close();
});

test("the_same_page_of_the_allowed_domain_can_use_it", async () => {
  const v = await visitUrl(browser, product.url());
  await v.open();
  assert.match(await (await v.ask(QUESTION)).innerText(), /120 euros/);
  assert.deepEqual(v.problems, []);
  await v.page.context().close();
});

test("an_element_in_the_page_works_like_the_script_tag", async () => {
  const { doorward } = product;
  const tag = `<script async src="${doorward.url}/widget.js"></script><doorward-chat project="${product.project}" mode="inline"></doorward-chat>`;
  const v = await visitUrl(browser, product.url({}, { tag }));
  await v.input.waitFor();
  assert.match(await (await v.ask(QUESTION)).innerText(), /120 euros/);
  await v.page.context().close();
});

/** Name and integrity value of the pinned script, found as docs/embed.md says. */
async function pinned(): Promise<{ src: string; integrity: string }> {
  const script = (await product.doorward.ask("/widget.js")).bytes;
  const hash = (name: string): Buffer => createHash(name).update(script).digest();
  return { src: `${product.doorward.url}/widget.${hash("sha256").toString("hex").slice(0, 16)}.js`, integrity: `sha384-${hash("sha384").toString("base64")}` };
}

const POLICIES = {
  "the server's address": async () => ({ tag: undefined, script: product.doorward.url }),
  "the script's hash": async () => {
    const { src, integrity } = await pinned();
    return { tag: `<script async crossorigin="anonymous" integrity="${integrity}" src="${src}" data-project="${product.project}"></script>`, script: `'${integrity}'` };
  },
};

for (const [name, policy] of Object.entries(POLICIES))
  test(`a_page_that_allows_nothing_else_needs_two_entries: ${name}`, async () => {
    const { tag, script } = await policy();
    const { url } = product.doorward;
    const csp = `default-src 'none'; script-src ${script}; connect-src ${url}; require-trusted-types-for 'script'; trusted-types 'none'`;
    const { page, problems } = await newPage(browser);
    const outside: string[] = [];
    page.on("request", (r) => ![product.home, url].includes(new URL(r.url()).origin) && outside.push(r.url()));
    await page.addInitScript(LISTEN);
    await page.goto(product.url({}, { csp, ...(tag ? { tag } : {}) }));
    const v = new Visitor(page, problems);
    await v.open();
    assert.match(await (await v.ask(QUESTION)).innerText(), /120 euros/);
    assert.equal(await page.locator(".panel").evaluate((el) => getComputedStyle(el).width), "400px");
    await v.menu("Talk to a person");
    await page.locator(".card .primary").waitFor();
    assert.deepEqual(await page.evaluate(() => (globalThis as { broken?: string[] }).broken ?? []), []);
    assert.deepEqual(outside, []);
    await page.context().close();
  });

test("a_script_that_was_changed_is_not_run_under_its_integrity_value", async () => {
  const { src } = await pinned();
  const wrong = `sha384-${createHash("sha384").update("another script").digest("base64")}`;
  const { page } = await newPage(browser);
  const failed = page.waitForEvent("console", (message) => /integrity/.test(message.text()));
  await page.goto(product.url({}, { tag: `<script async crossorigin="anonymous" integrity="${wrong}" src="${src}" data-project="main"></script>` }));
  await failed;
  assert.equal(await page.locator("doorward-chat").count(), 0);
  await page.context().close();
});

test("nothing_is_left_behind_before_a_visitor_acts", async () => {
  const v = await visitUrl(browser, product.url());
  await v.button("Open chat").waitFor();
  assert.deepEqual(await v.page.context().cookies(), []);
  assert.deepEqual(await v.page.evaluate(() => ({ ...localStorage })), {});
  await v.page.context().close();
});
