// SPDX-License-Identifier: Apache-2.0
// The widget on a page of the development server, as a visitor sees it.
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
  async menu(item: string): Promise<void> {
    await this.button("Menu").click();
    await this.page.locator(".menu").getByText(item, { exact: true }).click();
  }
}

/** Open a host page; each option is a query parameter of the development server's /page/. */
export async function visit(browser: Browser, origin: string, options: Record<string, string> = {}, view: View = {}, path = "/page/"): Promise<Visitor> {
  const { page, problems } = await newPage(browser, view);
  await page.goto(origin + path + "?" + new URLSearchParams(path === "/page/" ? { project: "demo", ...options } : options));
  return new Visitor(page, problems);
}
