// SPDX-License-Identifier: Apache-2.0
// A visitor whose site says who they are reads the documents of their group in the widget; nobody else does.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { launch } from "./browser.ts";
import { RESOLVE, startProduct, type Product } from "./product.ts";
import { visitUrl } from "./widget.ts";

const SECRET_ANSWER = "Partners get a discount of nineteen percent on payroll audits.";
const ASKED = "Which discount do partners get on payroll audits?";

let browser: Browser;
let product: Product;
let secret: string;
before(async () => {
  [browser, product] = await Promise.all([launch(RESOLVE), startProduct()]);
  const file = join(product.doorward.folder, "partners.md");
  writeFileSync(file, `# Discounts of partners\n\n${SECRET_ANSWER}\n`);
  const added = (await product.doorward.json(["source", "add", "--project", product.project, file])) as { source: string };
  await product.doorward.json(["source", "groups", "--project", product.project, added.source, "partners"]);
  const key = (await product.doorward.json(["visitor-key", "add", "--project", product.project, "--kid", "site-1", "--alg", "HS256"])) as { secret: string };
  secret = key.secret;
});
after(async () => {
  await browser?.close();
  await product?.stop();
});

/** As a site signs it on its server. */
function identity(groups: string[]): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const now = Math.floor(Date.now() / 1000);
  const text = `${part({ alg: "HS256", typ: "JWT", kid: "site-1" })}.${part({ sub: "customer-7", groups, aud: product.project, iat: now, exp: now + 300 })}`;
  return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
}

/** What the widget answers somebody of whom the site says this, or nothing. */
async function answerTo(known?: string): Promise<string> {
  const v = await visitUrl(browser, product.url());
  await v.button("Open chat").waitFor();
  if (known !== undefined)
    await v.page.evaluate((token) => (window as never as { Doorward: { setUser(u: object): void } }).Doorward.setUser({ identity: token }), known);
  await v.open();
  const said = await (await v.ask(ASKED)).innerText();
  await v.page.context().close();
  return said;
}

test("a_known_visitor_of_the_group_reads_its_documents_and_nobody_else_does", async () => {
  assert.match(await answerTo(identity(["partners"])), /nineteen percent/);
  assert.doesNotMatch(await answerTo(identity(["others"])), /nineteen|Discounts of partners/);
  assert.doesNotMatch(await answerTo(), /nineteen|Discounts of partners/);
});
