// SPDX-License-Identifier: Apache-2.0
// Debian's Chromium through playwright-core, and what every browser test needs of it.
import axe from "axe-core";
import assert from "node:assert/strict";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Browser, type BrowserContextOptions, type Locator, type Page } from "playwright-core";

export const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
export const DESKTOP = { width: 1100, height: 800 };
export const PHONE = { width: 390, height: 844 };
/** Longest wait for anything on a page, in milliseconds. */
export const WAIT_MS = 30_000;

export interface View extends BrowserContextOptions {
  phone?: boolean;
  dark?: boolean;
}

export function chromiumPath(): string {
  const path = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
  assert.ok(existsSync(path), `${path} is missing: apt-get install chromium`);
  return path;
}

export const launch = (...more: string[]): Promise<Browser> => chromium.launch({ executablePath: chromiumPath(), args: [...FLAGS, ...more] });

/** A fresh profile with one page. Problems the page reports are collected in `problems`. */
export async function newPage(browser: Browser, { phone, dark, ...more }: View = {}): Promise<{ page: Page; problems: string[] }> {
  const context = await browser.newContext({
    viewport: phone ? PHONE : DESKTOP,
    isMobile: !!phone,
    hasTouch: !!phone,
    colorScheme: dark ? "dark" : "light",
    locale: "en-US",
    ...more,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT_MS);
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(String(error.stack ?? error)));
  page.on("console", (message) => {
    // What the server refuses on purpose is logged by the browser itself; the page's own icon is not served.
    if (message.type() === "error" && !/Failed to load resource|net::ERR/.test(message.text())) problems.push(message.text());
  });
  return { page, problems };
}

/** A picture of a state for people to look at, when SCREENSHOTS names a folder. */
export async function picture(page: Page, where: string): Promise<void> {
  const folder = process.env["SCREENSHOTS"];
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${where.replace(/[^\w-]+/g, "-")}.png`) });
}

/** axe-core over the whole page with all its shadow trees: no finding at all. */
export async function assertAccessible(page: Page, where: string): Promise<void> {
  await picture(page, where);
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    // The host pages of these tests are deliberately bare.
    const result = await (globalThis as unknown as { axe: typeof axe }).axe.run({ resultTypes: ["violations"] });
    return result.violations.map((v) => `${v.id}: ${v.nodes.map((n) => `${n.target.join(" ")} ${n.failureSummary}`).join("; ")}`);
  });
  assert.deepEqual(found, [], where);
}

/** Everything of the widget that can be pressed is at least 44 px in both directions. */
export async function assertTargets(widget: Locator, where: string): Promise<void> {
  const small = await widget.evaluate((host) => {
    const root = (host as HTMLElement).shadowRoot as ShadowRoot;
    const out: string[] = [];
    for (const el of root.querySelectorAll<HTMLElement>("button, select, input, textarea, a")) {
      // A checkbox is pressed by its label too; a chip in a line of text is exempt (WCAG 2.5.8).
      const box = (el.matches("[type=checkbox]") ? (el.parentElement as HTMLElement) : el).getBoundingClientRect();
      if (el.matches(".body a, .terms > a") || !box.width) continue;
      if (Math.round(box.width) < 44 || Math.round(box.height) < 44) out.push(`${el.tagName} ${el.className} ${el.title} ${box.width}x${box.height}`);
    }
    return out;
  });
  assert.deepEqual(small, [], where);
}

/** Poll until `check` holds. */
export async function until(check: () => unknown, what: string): Promise<void> {
  const end = Date.now() + WAIT_MS;
  while (!(await check())) {
    assert.ok(Date.now() < end, `never: ${what}`);
    await new Promise((done) => setTimeout(done, 20));
  }
}
