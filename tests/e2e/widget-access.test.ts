// SPDX-License-Identifier: Apache-2.0
// axe-core and target sizes in every state, light and dark, phone and desktop; keyboard alone; strict host policies.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { assertAccessible, assertTargets, launch, until } from "./browser.ts";
import { serve, visit, type Server, type Visitor } from "./widget.ts";

let browser: Browser;
let server: Server;
let host: Server;
before(async () => {
  [browser, server, host] = await Promise.all([launch(), serve(), serve()]);
});
after(async () => {
  await browser?.close();
  await Promise.all([server?.close(), host?.close()]);
});

interface State {
  name: string;
  options?: Record<string, string>;
  run(v: Visitor): Promise<unknown>;
}
const STATES: State[] = [
  { name: "closed", run: (v) => v.button("Open chat").waitFor() },
  { name: "empty", run: (v) => v.open() },
  { name: "answered", run: async (v) => (await v.open(), await v.ask("long"), await v.button("Helpful").click()) },
  { name: "menu", run: async (v) => (await v.open(), await v.ask("x"), await v.button("Menu").click()) },
  {
    name: "form with errors",
    run: async (v) => {
      await v.open();
      await v.ask("weather");
      await v.button("Leave my details").click();
      await v.page.locator(".card .primary").click();
      await v.page.getByText("This is needed.").first().waitFor();
    },
  },
  { name: "terms", options: { project: "terms" }, run: async (v) => (await v.open(), await v.page.getByRole("dialog", { name: "Privacy and terms" }).waitFor()) },
  { name: "limited", run: async (v) => (await v.open(), await v.input.fill("limit"), await v.input.press("Enter"), await v.notice.getByText("write again").waitFor()) },
  {
    name: "failed",
    run: async (v) => (await v.open(), await v.input.fill("broken"), await v.input.press("Enter"), await v.button("Try again").waitFor()),
  },
  { name: "thumb down", options: { project: "yellow" }, run: async (v) => (await v.open(), await v.ask("x"), await v.button("Not helpful").click()) },
  { name: "waiting", run: async (v) => (await v.open(), await v.input.fill("wait"), await v.input.press("Enter"), await v.page.locator(".dots").waitFor()) },
  {
    name: "inline",
    options: { mode: "inline", element: "" },
    run: async (v) => {
      await v.input.waitFor();
      await v.ask("x");
    },
  },
];

for (const phone of [false, true])
  for (const dark of [false, true])
    for (const { name, options = {}, run } of STATES) {
      const where = `${name}, ${phone ? "phone" : "desktop"}, ${dark ? "dark" : "light"}`;
      test(`axe_finds_nothing_and_targets_are_large_enough: ${where}`, async () => {
        const v = await visit(browser, server.origin, options, { phone, dark, reducedMotion: "reduce" });
        await run(v);
        await assertAccessible(v.page, where);
        await assertTargets(v.widget, where);
        assert.deepEqual(v.problems, []);
        await v.page.context().close();
      });
    }

for (const phone of [false, true])
  for (const dark of [false, true])
    test(`axe_finds_nothing_on_the_demo_page: ${phone ? "phone" : "desktop"}, ${dark ? "dark" : "light"}`, async () => {
      const v = await visit(browser, server.origin, {}, { phone, dark }, "/demo/");
      await v.button("Open chat").waitFor();
      await assertAccessible(v.page, "demo");
      const wide = await v.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wide <= 0, `sticks out by ${wide} px`);
      await v.page.getByRole("button", { name: "Which documents can it read?" }).click();
      await v.answers.first().waitFor();
      assert.deepEqual(v.problems, []);
      await v.page.context().close();
    });

test("the_whole_journey_works_by_keyboard_alone", async () => {
  const v = await visit(browser, server.origin);
  const { keyboard } = v.page;
  const focused = (): Promise<string> => v.focused();
  const tabTo = (name: string): Promise<void> => v.tabTo(name);
  await v.button("Open chat").waitFor();
  await tabTo("Open chat");
  await keyboard.press("Enter");
  assert.equal(await focused(), "Ask a question");
  await keyboard.type("weather");
  await keyboard.press("Shift+Enter");
  await keyboard.type("in Lisbon?");
  await keyboard.press("Enter");
  await v.button("Leave my details").waitFor();
  assert.equal(await focused(), "Ask a question");
  await keyboard.press("Shift+Tab");
  for (let i = 0; i < 20 && (await focused()) !== "Leave my details"; i++) await keyboard.press("Shift+Tab");
  await keyboard.press("Enter");
  await until(async () => (await focused()) === "Name", "the first field has the focus");
  await keyboard.type("A Visitor");
  await tabTo("Email");
  await keyboard.type("visitor@example.com");
  await tabTo("You may use");
  await keyboard.press("Space");
  await tabTo("Send");
  await keyboard.press("Enter");
  await v.page.getByText("Thank you. We will get back to you.").waitFor();
  assert.equal(await focused(), "Ask a question");
  await tabTo("Menu");
  await keyboard.press("Enter");
  assert.equal(await focused(), "Talk to a person");
  await keyboard.press("Escape");
  assert.equal(await focused(), "Menu");
  await keyboard.press("Escape");
  assert.equal(await focused(), "Open chat");
  await v.page.context().close();
});

test("only_finished_messages_come_into_the_announced_log", async () => {
  const v = await visit(browser, server.origin);
  await v.open();
  await v.page.evaluate(() => {
    const log = document.querySelector("doorward-chat")?.shadowRoot?.querySelector("[role=log]") as HTMLElement;
    const seen: string[] = [];
    new MutationObserver((all) => all.forEach((m) => m.target === log && m.addedNodes.forEach((n) => seen.push(n.textContent ?? "")))).observe(log, { childList: true, subtree: true });
    Object.assign(window, { seen });
  });
  await v.ask("How?");
  const seen = await v.page.evaluate(() => (window as never as { seen: string[] }).seen);
  assert.equal(seen.length, 2);
  assert.match(seen[1] as string, /address of your server/);
  await v.page.context().close();
});

test("a_phone_gets_the_whole_screen_and_the_composer_stays_above_the_keyboard", async () => {
  const v = await visit(browser, server.origin, {}, { phone: true, reducedMotion: "reduce" });
  await v.open();
  const panel = v.page.locator(".panel");
  assert.deepEqual(await panel.boundingBox(), { x: 0, y: 0, width: 390, height: 844 });
  await v.page.setViewportSize({ width: 390, height: 500 });
  await until(async () => (await panel.boundingBox())?.height === 500, "the panel shrinks");
  const composer = await v.input.boundingBox();
  assert.ok(composer && composer.y + composer.height < 500);
  await v.page.context().close();
});

test("reduced_motion_stops_all_motion", async () => {
  const v = await visit(browser, server.origin, {}, { reducedMotion: "reduce" });
  await v.open();
  await v.input.fill("wait");
  await v.input.press("Enter");
  await v.page.locator(".dots").waitFor();
  assert.equal(await v.page.evaluate(() => document.getAnimations().length), 0);
  await v.page.context().close();
});

for (const element of [false, true])
  test(`a_strict_host_policy_needs_two_entries: ${element ? "element" : "script tag"}`, async () => {
    const csp = `default-src 'none'; script-src ${server.origin}; connect-src ${server.origin}; require-trusted-types-for 'script'; trusted-types 'none'`;
    const v = await visit(browser, host.origin, { host: server.origin, csp, ...(element ? { element: "" } : {}) });
    const outside: string[] = [];
    v.page.on("request", (r) => !r.url().startsWith(server.origin) && !r.url().startsWith(host.origin) && outside.push(r.url()));
    await v.page.evaluate(() => {
      const broken: string[] = [];
      addEventListener("securitypolicyviolation", (e) => broken.push(e.violatedDirective + " " + e.blockedURI));
      Object.assign(window, { broken });
    });
    await v.open();
    const answer = await v.ask("long");
    assert.equal(await v.page.locator(".panel").evaluate((el) => getComputedStyle(el).width), "400px");
    assert.equal(await answer.locator("table").count(), 1);
    assert.deepEqual(await v.page.evaluate(() => (window as never as { broken: string[] }).broken), []);
    assert.deepEqual(v.problems.filter((p) => !p.includes("favicon")), []);
    assert.deepEqual(outside, []);
    await v.page.context().close();
  });

test("german_texts_fit", async () => {
  const v = await visit(browser, server.origin, { project: "yellow", locale: "de" }, { phone: true });
  await v.page.getByRole("button", { name: "Chat öffnen" }).click();
  await v.input.fill("weather");
  await v.input.press("Enter");
  await v.page.getByRole("button", { name: "Kontaktdaten hinterlassen" }).click();
  await v.page.locator(".card .primary").click();
  await v.page.getByRole("button", { name: "Menü" }).click();
  const cut = await v.widget.evaluate((el) =>
    [...((el as HTMLElement).shadowRoot as ShadowRoot).querySelectorAll<HTMLElement>("button, label, .wrong, .who, .pick")].filter((x) => x.scrollWidth > x.clientWidth + 1 && !x.matches(".sr") && getComputedStyle(x).display !== "inline").map((x) => x.className + x.innerText),
  );
  assert.deepEqual(cut, []);
  await v.page.context().close();
});
