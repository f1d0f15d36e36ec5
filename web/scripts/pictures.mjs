// SPDX-License-Identifier: Apache-2.0
// Makes docs/images/widget-{light,dark}.png from the development server with Debian's Chromium.
// Run by hand after a visible change; FONT names the font of the picture, if not the system's.
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { startServer } from "../dev/server.mjs";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const folder = join(root, "docs", "images");
const MARGIN = 24;
mkdirSync(folder, { recursive: true });

const server = await startServer();
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"] });
try {
  for (const colorScheme of ["light", "dark"]) {
    const page = await browser.newPage({ viewport: { width: 800, height: 620 }, deviceScaleFactor: 2, colorScheme, reducedMotion: "reduce", locale: "en-US" });
    await page.goto(`${server.origin}/page/?project=demo&offset=${MARGIN}`);
    await page.addStyleTag({ content: `main{display:none} html{background:${colorScheme === "dark" ? "#0d0e10" : "#eef0f4"}} doorward-chat{--doorward-font:"${process.env.FONT ?? "system-ui"}"}` });
    await page.getByRole("button", { name: "Open chat" }).click();
    await page.locator(".composer textarea").fill("How do I put the widget on my site?");
    await page.keyboard.press("Enter");
    await page.locator(".tools").waitFor();
    await page.locator(".launcher").evaluate((el) => el.getRootNode().activeElement?.blur());
    const width = 400 + 2 * MARGIN;
    await page.screenshot({ path: join(folder, `widget-${colorScheme}.png`), clip: { x: 800 - width, y: 0, width, height: 620 } });
    await page.close();
  }
} finally {
  await browser.close();
  await server.close();
}
