// SPDX-License-Identifier: Apache-2.0
// The whole journey in a browser with the real program: from a page of the company's site to the mail at
// its mail server, on desktop and phone, light and dark.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { assertAccessible, assertTargets, launch, until } from "./browser.ts";
import { CONSENT, OFF_TOPIC, QUESTION, RESOLVE, startProduct, type Product } from "./product.ts";
import { holdingProxy } from "./proxy.ts";
import { visitUrl, type Visitor } from "./widget.ts";

let browser: Browser;
let product: Product;
before(async () => {
  [browser, product] = await Promise.all([launch(RESOLVE), startProduct()]);
});
after(async () => {
  await browser?.close();
  await product?.stop();
});

/** What a click opens in a new tab: its status, and whether the anchor in its address is there. */
async function follow(v: Visitor, act: () => Promise<void>): Promise<string> {
  const [page] = await Promise.all([v.page.context().waitForEvent("page", { timeout: 30_000 }), act()]);
  await page.waitForLoadState();
  const url = page.url();
  const { hash } = new URL(url);
  const status = await page.evaluate(() => (performance.getEntriesByType("navigation")[0] as unknown as { responseStatus: number }).responseStatus);
  assert.equal(status, 200, url);
  assert.ok(hash && (await page.locator(hash).count()) === 1, `${url} has its anchor`);
  await page.close();
  return url;
}

async function look(v: Visitor, where: string): Promise<void> {
  await assertAccessible(v.page, where);
  await assertTargets(v.widget, where);
}

for (const phone of [false, true])
  for (const dark of [false, true]) {
    const view = { phone, dark, reducedMotion: "reduce" as const };
    const form = `${phone ? "phone" : "desktop"} ${dark ? "dark" : "light"}`;
    const email = `${form.replace(" ", ".")}@customer.example`;
    let v: Visitor;

    test(`a_question_is_answered_with_a_citation_that_leads_to_its_place: ${form}`, async () => {
      v = await visitUrl(browser, product.url(), view);
      await v.button("Open chat").waitFor();
      await look(v, `01 closed ${form}`);
      await v.tabTo("Open chat");
      await v.page.keyboard.press("Enter");
      await v.button(QUESTION).waitFor();
      await look(v, `02 open ${form}`);
      await v.tabTo("Ask a question");
      await v.page.keyboard.type(QUESTION);
      await v.page.keyboard.press("Enter");
      const answer = v.answers.first();
      await answer.locator(".tools").waitFor();
      assert.match(await answer.innerText(), /120 euros/);
      await look(v, `03 answered ${form}`);
      const place = `${product.home}/prices.html#first-consultation`;
      assert.equal(await follow(v, () => answer.locator(".body a.cite").first().click()), place);
      assert.equal(await follow(v, async () => (await v.tabTo("1"), await v.page.keyboard.press("Enter"))), place);
      await v.button("Helpful").click();
      await answer.getByText("Thank you.").waitFor();
    });

    test(`a_question_off_the_topic_is_declined_and_details_can_be_left: ${form}`, async () => {
      const answer = await v.ask(OFF_TOPIC);
      assert.equal(await answer.locator(".sources").count(), 0);
      await look(v, `04 declined ${form}`);
      await v.button("Leave my details").click();
      await v.page.locator(".card .primary").click();
      assert.equal(await v.page.getByText("This is needed.").count(), 3);
      await v.page.getByLabel("Email").fill("no address");
      await v.page.locator(".card .primary").click();
      await v.page.getByText("Like name@example.com, please.").waitFor();
      await look(v, `05 form errors ${form}`);
      await v.page.getByLabel("Name").fill(`A Visitor ${form}`);
      await v.page.getByLabel("Email").fill(email);
      await v.page.getByLabel("Message").fill("Please call back.\nThursday suits best.");
      await v.page.getByLabel(CONSENT).check();
      await look(v, `06 form filled ${form}`);
      await v.page.locator(".card .primary").click();
      await v.page.getByText("Thank you. We will get back to you.").waitFor();
      await look(v, `07 lead left ${form}`);
    });

    test(`a_person_can_be_asked_for: ${form}`, async () => {
      await v.menu("Talk to a person");
      await v.page.getByLabel("Message").fill(`I would rather talk, ${form}`);
      await look(v, `08 asking for a person ${form}`);
      await v.page.locator(".card .primary").click();
      await v.page.getByText("Waiting for a person").waitFor();
      await v.button("Menu").click();
      await look(v, `09 waiting, menu ${form}`);
      await v.page.keyboard.press("Escape");
    });

    test(`the_mail_reaches_the_company_with_all_that_matters: ${form}`, async () => {
      const [lead] = await product.smtp.arrived(1, (mail) => (mail.headers["reply-to"] ?? "").includes(email));
      const text = lead?.parts["text/plain"] ?? "";
      assert.match(lead?.headers["to"] ?? "", /sales@example\.com/);
      for (const part of [`A Visitor ${form}`, "Thursday suits best.", `${product.home}/`, QUESTION, "120 euros", OFF_TOPIC]) assert.ok(text.includes(part), `${part} is in\n${text}`);
      assert.ok(lead?.parts["text/html"]?.includes("120 euros"));
      await product.smtp.arrived(1, (mail) => (mail.parts["text/plain"] ?? "").includes(`I would rather talk, ${form}`));
      const leads = (await product.doorward.json(["lead", "list"])) as object[];
      assert.equal(leads.filter((one) => JSON.stringify(one).includes(email)).length, 1);
    });

    test(`the_conversation_is_kept_over_a_reload: ${form}`, async () => {
      await v.page.reload();
      // On a phone the page comes back as the visitor left it, behind the launcher.
      if (phone) await v.open();
      await v.answers.nth(1).waitFor();
      assert.deepEqual(await v.page.locator("[role=log] .msg.visitor .body").allInnerTexts(), [QUESTION, OFF_TOPIC]);
      assert.equal(await v.answers.first().locator("[aria-label=Helpful]").getAttribute("aria-pressed"), "true");
      assert.equal(await v.answers.first().locator(".sources a").first().getAttribute("href"), `${product.home}/prices.html#first-consultation`);
      await v.page.getByText("Waiting for a person").waitFor();
      await look(v, `10 reloaded ${form}`);
    });

    test(`offline_says_so_and_keeps_what_was_written: ${form}`, async () => {
      await v.input.fill("Do you audit small companies?");
      await v.page.context().setOffline(true);
      await v.notice.getByText("You are offline").waitFor();
      await look(v, `11 offline ${form}`);
      await v.page.context().setOffline(false);
      await v.notice.waitFor({ state: "hidden" });
      assert.equal(await v.input.inputValue(), "Do you audit small companies?");
    });

    test(`the_conversation_goes_on_after_the_server_was_started_again: ${form}`, async () => {
      await product.doorward.stop();
      await v.input.press("Enter");
      await v.notice.getByText("No answer from the server").waitFor();
      await look(v, `12 failed ${form}`);
      await product.doorward.serve();
      await v.button("Try again").last().click();
      await until(async () => (await v.answers.count()) === 3, "the question is answered");
      assert.equal(await v.page.locator("[role=log] .msg.visitor").count(), 3);
      assert.deepEqual(v.problems, []);
      await v.page.context().close();
    });

    test(`terms_are_asked_for_first_and_the_server_insists: ${form}`, async () => {
      const t = await visitUrl(browser, product.url({ project: "terms" }), view);
      await t.open();
      const dialog = t.page.getByRole("dialog", { name: "Privacy and terms" });
      await dialog.waitFor();
      await look(t, `13 terms ${form}`);
      await t.button("Not now").click();
      await t.notice.getByText("Please accept the terms").waitFor();
      await look(t, `14 terms declined ${form}`);
      await t.notice.getByRole("button").click();
      await t.button("Accept and continue").click();
      await dialog.waitFor({ state: "hidden" });
      assert.match(await (await t.ask(QUESTION)).innerText(), /120 euros/);
      assert.deepEqual(t.problems, []);
      const { url } = product.doorward;
      const refused = await t.page.evaluate(async ([server]) => {
        const post = (path: string, body: object, token?: string): Promise<Response> =>
          fetch(`${server}/api/v1${path}`, { method: "POST", headers: { "Content-Type": "application/json", ...(token ? { Authorization: `Bearer ${token}` } : {}) }, body: JSON.stringify(body) });
        const session = await post("/projects/terms/sessions", {});
        const { token } = session.ok ? await session.json() : { token: "" };
        const chat = await post("/chats", { project: "terms", message: "Hello" }, token);
        return { status: chat.status, code: (await chat.json()).code };
      }, [url]);
      assert.equal(refused.status === 403 || refused.status === 401, true, JSON.stringify(refused));
      await t.page.context().close();
    });

    test(`tables_code_and_long_words_stay_inside_the_panel: ${form}`, async () => {
      const g = await visitUrl(browser, product.url({ project: "german", locale: "de" }), view);
      await g.page.getByRole("button", { name: "Chat öffnen" }).click();
      await g.page.locator(".chip").first().waitFor();
      await look(g, `15 German ${form}`);
      await g.page.locator(".chip").first().click();
      await g.answers.first().locator(".tools").waitFor();
      await look(g, `16 German answer ${form}`);
      for (const [i, question] of ["What is the hourly rate of a payroll audit?", "How are payroll files uploaded?", "Cancellation of a consultation: what does it cost?"].entries()) {
        await g.ask(question);
        await look(g, `17 long ${i} ${form}`);
      }
      await g.page.getByRole("button", { name: "Menü" }).click();
      await g.page.locator(".menu").getByText("Mit einem Menschen sprechen").click();
      await g.page.locator(".card .primary").waitFor();
      await look(g, `18 German form ${form}`);
      const wide = await g.page.locator(".scroller").evaluate((el) => el.scrollWidth - el.clientWidth);
      assert.ok(wide <= 0, `sticks out by ${wide} px`);
      await g.page.context().close();
    });
  }

test("a_stream_that_breaks_off_is_completed_from_the_server", async () => {
  const proxy = await holdingProxy(product.doorward.port, /event: message_delta[^]*?\n\n/);
  const tag = `<script async src="${proxy.url}/widget.js" data-project="${product.project}"></script>`;
  const v = await visitUrl(browser, product.url({}, { tag }));
  await v.open();
  await v.input.fill(QUESTION);
  await v.input.press("Enter");
  await v.page.locator(".msg.ai .body", { hasText: "A first" }).waitFor();
  assert.equal(await v.page.locator("[role=log] .msg.ai").count(), 0, "the answer is not finished");
  proxy.cut();
  await v.answers.first().locator(".tools").waitFor();
  assert.equal(proxy.cuts, 1);
  assert.match(await v.answers.first().innerText(), /120 euros/);
  assert.ok((await v.answers.first().locator(".sources li").count()) >= 1);
  assert.equal(await v.notice.isVisible(), false);
  await v.ask("Do you audit small companies?");
  assert.equal(await v.page.locator("[role=log] .msg.visitor").count(), 2);
  await v.page.context().close();
  await proxy.close();
});

test("the_demo_page_works_from_the_first_click_to_the_answer", async () => {
  const v = await visitUrl(browser, `${product.doorward.url}/demo/`);
  await v.button("Open chat").waitFor();
  await v.page.getByRole("button", { name: "Which documents can it read?" }).click();
  await v.answers.first().waitFor();
  assert.deepEqual(v.problems, []);
  // The conversation goes with the visitor to the pages of the manual.
  await v.page.goto(`${product.doorward.url}/demo/docs/embed.html#content-security-policy`);
  await v.answers.first().waitFor();
  await assertAccessible(v.page, "manual page");
  await v.page.context().close();
});
