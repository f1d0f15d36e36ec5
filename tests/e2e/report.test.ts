// SPDX-License-Identifier: Apache-2.0
// The HTML report of `doorward check`: accessible in light and dark, on a phone, on paper; it asks nobody for
// anything, and hostile evidence stays text.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { assertAccessible, launch, newPage, picture, PHONE } from "./browser.ts";
import { BINARY } from "../integration/harness/doorward.ts";

const SAMPLE = join(dirname(BINARY), "tests", "unit", "check", "check_sample");
let browser: Browser;
let folder: string;

before(async () => {
  browser = await launch();
  folder = mkdtempSync(join(tmpdir(), "doorward-report-"));
  writeFileSync(join(folder, "sample.html"), execFileSync(SAMPLE, ["html"]));
  writeFileSync(join(folder, "hostile.html"), execFileSync(SAMPLE, ["html", "hostile"]));
});
after(async () => {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
});

const address = (name: string): string => pathToFileURL(join(folder, `${name}.html`)).href;

for (const view of [{}, { dark: true }, { phone: true }, { phone: true, dark: true }]) {
  const name = `${view.phone ? "phone" : "desktop"}_${view.dark ? "dark" : "light"}`;
  test(`the_report_is_accessible_on_a_${name}`, async () => {
    const { page, problems } = await newPage(browser, view);
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    await page.goto(address("sample"));
    await page.locator("details").first().evaluate((one) => void ((one as HTMLDetailsElement).open = true));
    await assertAccessible(page, `report ${name}`);
    assert.deepEqual(asked.filter((url) => !url.startsWith("file:") && !url.startsWith("data:")), [], "requests");
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${wide} px too wide`);
    assert.deepEqual(problems, []);
    await page.setViewportSize({ width: view.phone ? PHONE.width : 1100, height: await page.evaluate(() => document.documentElement.scrollHeight) });
    await picture(page, `report ${name} whole`);
    await page.context().close();
  });
}

test("on_paper_everything_is_open_and_nothing_is_a_button", async () => {
  const { page } = await newPage(browser, { dark: true });
  await page.goto(address("sample"));
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  assert.equal(await page.locator("details:not([open])").count(), 0);
  assert.equal(await page.locator("button.copy:visible").count(), 0);
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(255, 255, 255)");
  await page.setViewportSize({ width: 794, height: await page.evaluate(() => document.documentElement.scrollHeight) });
  await picture(page, "report print");
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  assert.equal(await page.locator("details[open]").count(), 0);
  await page.context().close();
});

test("a_button_copies_what_stands_beside_it", async () => {
  const { page } = await newPage(browser, { permissions: ["clipboard-read", "clipboard-write"] });
  await page.goto(address("sample"));
  await page.getByRole("button", { name: "Copy: Zone lines" }).first().click();
  await page.getByText("Copied").first().waitFor();
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^; delete: example\.com\. 300 IN TXT/);
  await page.context().close();
});

test("the_keyboard_alone_copies_and_opens", async () => {
  const { page } = await newPage(browser, { permissions: ["clipboard-read", "clipboard-write"] });
  await page.goto(address("sample"));
  const focused = (): Promise<{ name: string; outline: string }> => page.evaluate(() => {
    const one = document.activeElement ?? document.body;
    return { name: `${one.tagName} ${one.getAttribute("aria-label") ?? one.textContent?.trim() ?? ""}`, outline: getComputedStyle(one).outlineStyle };
  });
  const reach = async (wanted: RegExp): Promise<void> => {
    for (let presses = 0; presses < 200; presses++) {
      await page.keyboard.press("Tab");
      const now = await focused();
      if (wanted.test(now.name)) return assert.notEqual(now.outline, "none", `${now.name}: where the keyboard is cannot be seen`);
    }
    assert.fail(`the keyboard never comes to ${wanted}`);
  };
  await reach(/^BUTTON Copy: Zone lines/);
  await page.keyboard.press("Enter");
  await page.getByText("Copied").first().waitFor();
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /example\.com\./);
  await reach(/^SUMMARY/);
  const open = await page.locator("details[open]").count();
  await page.keyboard.press("Space");
  assert.equal(await page.locator("details[open]").count(), open + 1);
  await page.context().close();
});

test("it_reads_the_same_without_a_script", async () => {
  const { page } = await newPage(browser, { javaScriptEnabled: false });
  await page.goto(address("sample"));
  assert.equal(await page.getByRole("button", { name: /Copy/ }).count(), 0);
  await page.getByRole("heading", { name: "What to do first" }).waitFor();
  await page.context().close();
});

test("hostile_evidence_stays_text", async () => {
  const { page, problems } = await newPage(browser);
  let dialogs = 0;
  page.on("dialog", (dialog) => (dialogs++, void dialog.dismiss()));
  await page.goto(address("hostile"));
  assert.equal(await page.locator("script").count(), 1);
  assert.equal(await page.locator("a[href^='javascript:']").count(), 0);
  await assertAccessible(page, "report hostile");
  assert.equal(dialogs, 0);
  assert.deepEqual(problems, []);
  await page.context().close();
});
