// SPDX-License-Identifier: Apache-2.0
// The widget on a page of the development server, as a visitor sees it.
import assert from "node:assert/strict";
import type { Browser, Locator, Page } from "playwright-core";
import { startServer } from "../../web/dev/server.mjs";
import { newPage, type View } from "./browser.ts";

export interface Seen {
  key?: string;
  input: Record<string, unknown>;
  path: string;
  method: string;
  headers: Record<string, string>;
}
export interface Server {
  origin: string;
  close(): Promise<void>;
  control: {
    sessions: Map<string, unknown>;
    chats: Map<string, { uuid: string }>;
    leads: Record<string, unknown>[];
    handoffs: Record<string, unknown>[];
    feedback: Record<string, unknown>[];
    requests: Seen[];
    live: Map<string, { send(data: object): void; drop(): void; lastId?: string }>;
    fail: Record<string, number>;
  };
}
export const serve = startServer as unknown as (port?: number) => Promise<Server>;

export class Visitor {
  constructor(
    readonly page: Page,
    readonly problems: string[],
  ) {}

  get widget(): Locator {
    return this.page.locator("doorward-chat");
  }
  get input(): Locator {
    return this.page.locator(".composer textarea");
  }
  get answers(): Locator {
    return this.page.locator("[role=log] .msg.ai");
  }
  get notice(): Locator {
    return this.page.locator(".notice");
  }
  button(name: string | RegExp): Locator {
    return this.page.getByRole("button", { name, exact: true });
  }
  async open(): Promise<void> {
    await this.button("Open chat").click();
  }
  /** Ask and wait for the finished answer. */
  async ask(text: string): Promise<Locator> {
    const before = await this.answers.count();
    await this.input.fill(text);
    await this.input.press("Enter");
    const answer = this.answers.nth(before);
    await answer.locator(".tools").waitFor();
    return answer;
  }
  /** Press Tab until something of the widget with this name has the focus. */
  async tabTo(name: string): Promise<void> {
    for (let i = 0; i < 60; i++) {
      if ((await this.focused()).startsWith(name)) return;
      await this.page.keyboard.press("Tab");
    }
    assert.fail(`Tab never reaches ${name}`);
  }
  /** The name of what has the focus in the widget. */
  focused(): Promise<string> {
    return this.page.evaluate(() => {
      const el = document.querySelector("doorward-chat")?.shadowRoot?.activeElement as HTMLElement | null;
      return el ? el.getAttribute("aria-label") || (el as HTMLInputElement).labels?.[0]?.innerText || el.innerText : "";
    });
  }
  async menu(item: string): Promise<void> {
    await this.button("Menu").click();
    await this.page.locator(".menu").getByText(item, { exact: true }).click();
  }
}

/** Open any page in a fresh profile. */
export async function visitUrl(browser: Browser, url: string, view: View = {}): Promise<Visitor> {
  const { page, problems } = await newPage(browser, view);
  await page.goto(url);
  return new Visitor(page, problems);
}

/** Open a host page; each option is a query parameter of the development server's /page/. */
export async function visit(browser: Browser, origin: string, options: Record<string, string> = {}, view: View = {}, path = "/page/"): Promise<Visitor> {
  const { page, problems } = await newPage(browser, view);
  await page.goto(origin + path + "?" + new URLSearchParams(path === "/page/" ? { project: "demo", ...options } : options));
  return new Visitor(page, problems);
}
