// SPDX-License-Identifier: Apache-2.0
// Every page of the dashboard in light and dark, on a phone and a desktop: accessible, nothing too wide or too
// small, also with texts of German length and from right to left; and the ways through it by keyboard.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { assertAccessible, launch, newPage, until } from "./browser.ts";
import { assertFits, Dashboard, logIn } from "./dashboard.ts";

let browser: Browser;
let dashboard: Dashboard;
let INSIDE: string[];
const OUTSIDE = ["/login", "/forgot", "/reset", "/setup", "/invitation#dw_iv_" + "0".repeat(36)];
const VIEWS = [{}, { dark: true }, { phone: true }, { phone: true, dark: true }];

before(async () => {
  browser = await launch();
  dashboard = await Dashboard.start();
  await dashboard.owner();
  const { uuid } = (await dashboard.api("POST", "/keys", { name: "Nächtlicher Dokumentenabgleich der Buchhaltung", kind: "secret", permissions: ["leads_read"] })) as { uuid: string };
  await dashboard.api("PATCH", `/projects/${dashboard.doorward.project}`, { domains: ["https://www.example.com", "https://*.beispiel-steuerberatungsgesellschaft.example", "http://localhost:3000"] });
  await dashboard.api("POST", "/people/invitations", { email: "maximilian.mustermann-schmidt@beispiel-steuerberatungsgesellschaft.example", role: "editor" });
  INSIDE = ["/account", "/account/app", "/people", "/people/invite", "/projects", `/projects/${dashboard.doorward.project}`, "/keys", "/keys/new", `/keys/${uuid}`, "/rules", "/audit", "/policy", "/nowhere"];
});
after(async () => {
  await browser.close();
  await dashboard.stop();
});

async function loaded(page: Page, path: string): Promise<void> {
  await page.goto(dashboard.url(path));
  await page.locator("h1").waitFor();
  await until(async () => !(await page.locator(".bone").count()), `${path} is loaded`);
}

for (const view of VIEWS) {
  const name = `${view.phone ? "phone" : "desktop"}_${view.dark ? "dark" : "light"}`;
  test(`every_page_is_accessible_on_a_${name}`, async () => {
    const outside = await newPage(browser, view);
    for (const path of OUTSIDE) {
      await loaded(outside.page, path);
      await assertAccessible(outside.page, `dashboard ${path.split("#")[0]} ${name}`);
      await assertFits(outside.page, `${path} ${name}`);
    }
    const { page, problems } = await dashboard.loggedIn(browser, view);
    for (const path of INSIDE) {
      await loaded(page, path);
      await assertAccessible(page, `dashboard ${path} ${name}`);
      await assertFits(page, `${path} ${name}`);
    }
    if (view.phone) {
      await page.getByRole("button", { name: "Open the menu" }).click();
      await assertAccessible(page, `dashboard menu ${name}`);
      await assertFits(page, `menu ${name}`);
    }
    assert.deepEqual([...outside.problems, ...problems], []);
    await outside.page.context().close();
    await page.context().close();
  });
}

/** Makes every text half as long again, as German does at worst, in one long word more; but not `data`. */
const lengthen = (page: Page, data: string): Promise<void> =>
  page.evaluate((out) => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const text = node.nodeValue ?? "";
      if (text.trim().length > 2 && !node.parentElement?.closest(`code, option, script, time, ${out}`)) node.nodeValue = `${text}${"ungsgemäß".repeat(4).slice(0, Math.min(22, Math.ceil(text.length / 2)))}`;
    }
  }, data);

test("texts_of_german_length_fit_and_right_to_left_does_not_break", async () => {
  for (const phone of [true, false]) {
    const { page } = await dashboard.loggedIn(browser, { phone });
    for (const path of INSIDE) {
      await loaded(page, path);
      // What stands in the cells of a table is data mostly; on a phone cells are lines of their own.
      await lengthen(page, phone ? "data" : "tbody");
      await assertFits(page, `${path}, long texts`);
      await loaded(page, path);
      await page.evaluate(() => void (document.documentElement.dir = "rtl"));
      await assertFits(page, `${path}, right to left`);
      if (!phone) assert.ok(await page.evaluate(() => (document.querySelector(".bar") as HTMLElement).getBoundingClientRect().left > innerWidth / 2), "the navigation stands on the other side");
    }
    await page.context().close();
  }
});

test("a_chosen_theme_stays_and_motion_is_left_out_when_asked", async () => {
  const { page } = await dashboard.loggedIn(browser, { reducedMotion: "reduce" });
  const ground = (): Promise<string> => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  await page.getByLabel("Colours").selectOption("dark");
  const dark = await ground();
  assert.notEqual(dark, light);
  await page.reload();
  assert.equal(await ground(), dark);
  assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
  await page.context().close();
});

test("the_keyboard_alone_leads_from_the_log_in_to_a_saved_rule", async () => {
  const { page } = await newPage(browser, { phone: true });
  await page.goto(dashboard.url("/login"));
  await logIn(page);
  await page.getByRole("heading", { name: "Projects" }).waitFor();
  const focused = (): Promise<string> => page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent ?? "");
  const tabTo = async (name: string): Promise<void> => {
    for (let i = 0; i < 60 && !(await focused()).startsWith(name); i++) await page.keyboard.press("Tab");
    assert.ok((await focused()).startsWith(name), `the focus never came to ${name}`);
  };
  await page.evaluate(() => document.body.focus());
  await tabTo("Open the menu");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  await until(async () => (await focused()) === "Open the menu", "Escape closes the menu and gives the focus back");
  await page.keyboard.press("Enter");
  await tabTo("Team rules");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Team rules" }).waitFor();
  assert.equal(await focused(), "Team rules");
  await page.getByLabel("Rotate keys after").focus();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("180");
  await page.keyboard.press("Enter");
  await page.locator(".toast").getByText("Saved.").waitFor();
  await page.context().close();
});

test("the_page_runs_under_its_content_policy_and_its_parts_may_be_kept_for_ever", async () => {
  const answer = await fetch(dashboard.url("/people"));
  const policy = answer.headers.get("content-security-policy") ?? "";
  assert.match(policy, /script-src 'self';/);
  assert.match(policy, /style-src 'self';/);
  assert.doesNotMatch(policy, /unsafe/);
  const html = await answer.text();
  const parts = [...html.matchAll(/(?:src|href)="(\/admin\/[\w.-]+\.(?:js|css))"/g)].map((match) => match[1] as string);
  assert.equal(parts.length, 3);
  for (const part of parts) assert.match((await fetch(dashboard.origin + part)).headers.get("cache-control") ?? "", /immutable/, part);
  assert.equal((await fetch(dashboard.url("/no-such-file.js"))).status, 404);
});
