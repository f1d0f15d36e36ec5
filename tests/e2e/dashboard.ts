// SPDX-License-Identifier: Apache-2.0
// What the tests of the dashboard share: an installation with its owner, codes of an authenticator app, a passkey
// device, and the rules that hold for every page.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import type { Browser, Page } from "playwright-core";
import { Doorward } from "../integration/harness/doorward.ts";
import { newPage, type View } from "./browser.ts";

export const OWNER = { name: "Ada Example", email: "ada@example.com", password: "unrelated words march slowly" };

/** Time-based one-time code (RFC 6238) of a key in base32, some steps from now. */
export function totp(key: string, steps = 0, now = Date.now()): string {
  const bits = [...key.replace(/\s/g, "")].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  const bytes = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(now / 30_000) + steps));
  const hash = createHmac("sha1", bytes).update(counter).digest();
  const at = (hash[19] as number) & 15;
  return String((hash.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

export class Dashboard {
  private constructor(readonly doorward: Doorward) {}

  static async start(settings: Record<string, string> = {}): Promise<Dashboard> {
    const doorward = await Doorward.init({ settings: { LIMITS_REQUESTS_PER_MINUTE: "100000", LIMITS_REFUSALS_PER_MINUTE: "100000", ...settings } });
    await doorward.serve();
    return new Dashboard(doorward);
  }

  /** Browsers make passkeys and keep Secure cookies over plain HTTP for this name only. */
  get origin(): string {
    return `http://localhost:${this.doorward.port}`;
  }

  url(path: string): string {
    return `${this.origin}/admin${path}`;
  }

  /** A route of the staff, by the owner's key. */
  async api(method: "GET" | "POST" | "PATCH" | "DELETE", path: string, json?: object): Promise<unknown> {
    const response = await fetch(`${this.doorward.url}/api/v1/admin${path}`, {
      method,
      headers: { Authorization: `Bearer ${this.doorward.ownerKey}`, ...(json ? { "Content-Type": "application/json" } : {}) },
      ...(json ? { body: JSON.stringify(json) } : {}),
    });
    const text = await response.text();
    assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`);
    return text ? JSON.parse(text) : null;
  }

  /** Makes the first account by the interface, as the page does. */
  async owner(): Promise<void> {
    await this.api("POST", "/setup", OWNER);
  }

  /** A page with somebody logged in; nobody here has a second factor yet. */
  async loggedIn(browser: Browser, view: View = {}, who = OWNER): Promise<{ page: Page; problems: string[] }> {
    const { page, problems } = await newPage(browser, view);
    await page.goto(this.url("/login"));
    await logIn(page, who);
    await page.locator(".shell").waitFor();
    return { page, problems };
  }

  stop(): Promise<void> {
    return this.doorward.stop();
  }
}

export async function logIn(page: Page, who: { email: string; password: string } = OWNER): Promise<void> {
  await page.getByLabel("E-mail address").fill(who.email);
  await page.getByLabel("Password", { exact: true }).fill(who.password);
  await page.getByRole("button", { name: "Log in" }).click();
}

/** A fingerprint reader that always knows its finger. */
export async function passkeyDevice(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  await devtools.send("WebAuthn.addVirtualAuthenticator", { options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } });
}

/** What the toast says. */
export const said = (page: Page, text: string | RegExp): Promise<void> => page.locator(".toast").filter({ hasText: text }).waitFor();

/** Nothing is wider than the screen, and everything that can be pressed is at least 44 px in both directions. */
export async function assertFits(page: Page, where: string): Promise<void> {
  const found = await page.evaluate(() => {
    const out: string[] = [];
    const wide = document.documentElement.scrollWidth - innerWidth;
    if (wide > 0) {
      const worst = [...document.querySelectorAll("body *")].filter((el) => el.getBoundingClientRect().right > innerWidth + 1).map((el) => `${el.tagName}.${el.className}`);
      out.push(`${wide} px wider than the screen: ${worst.slice(0, 5).join(" ")}`);
    }
    for (const el of document.querySelectorAll<HTMLElement>("button, a, select, input, summary, textarea")) {
      // A box is pressed by its label too; a link in a line of text is exempt (WCAG 2.5.8).
      const target = el.matches("[type=checkbox], [type=radio]") ? (el.closest<HTMLElement>(".check, .option") as HTMLElement) : el;
      const box = target.getBoundingClientRect();
      if (!box.width || el.matches(".skip, main p a")) continue;
      if (Math.round(box.width) < 44 || Math.round(box.height) < 44) out.push(`${el.tagName} "${el.textContent?.trim()}" ${box.width}x${box.height}`);
    }
    return out;
  });
  assert.deepEqual(found, [], where);
}
