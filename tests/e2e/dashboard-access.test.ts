// SPDX-License-Identifier: Apache-2.0
// Getting in: the first account, second factors of every kind, recovery codes, reset, invitation.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { assertAccessible, launch, newPage, until } from "./browser.ts";
import { Dashboard, logIn, OWNER, passkeyDevice, said, totp } from "./dashboard.ts";

let browser: Browser;
before(async () => void (browser = await launch()));
after(async () => void (await browser.close()));

const heading = (page: Page, name: string): Promise<void> => page.getByRole("heading", { name, level: 1 }).waitFor();

/** Sets the app up on the page that shows its key; gives the key. The code is one step old, so that two newer are left. */
async function enrolApp(page: Page): Promise<string> {
  await page.getByText("You cannot scan it?").click();
  const key = await page.locator(".secret code").innerText();
  assert.match(key, /^([A-Z2-7]{4} ?)+$/);
  await page.getByRole("textbox", { name: "Six-digit code" }).fill(totp(key, -1));
  await page.getByRole("button", { name: "Confirm the app" }).click();
  return key;
}

async function storeCodes(page: Page): Promise<string[]> {
  await heading(page, "Your recovery codes");
  const codes = await page.locator(".code-list code").allInnerTexts();
  assert.equal(codes.length, 10);
  await page.getByRole("button", { name: "Go on" }).click();
  await page.getByText("Store the codes first").waitFor();
  await page.getByLabel("I have stored them").check();
  await page.getByRole("button", { name: "Go on" }).click();
  return codes;
}

test("the_owner_makes_the_first_account_sets_up_an_app_and_gets_in_by_code_and_recovery_code", async () => {
  const dashboard = await Dashboard.start();
  const { page, problems } = await newPage(browser);
  await page.goto(dashboard.url("/"));
  await heading(page, "Make the first account");
  await page.getByRole("button", { name: "Make the account" }).click();
  assert.equal(await page.locator("[aria-invalid=true]").count(), 4, "every empty field says so");
  assert.equal(await page.evaluate(() => (document.activeElement as HTMLInputElement).name), "key", "the first wrong field has the focus");
  await assertAccessible(page, "setup with errors");
  await page.getByLabel("Owner's secret key").fill(dashboard.doorward.ownerKey);
  await page.getByLabel("Name").fill(OWNER.name);
  await page.getByLabel("E-mail address").fill(OWNER.email);
  await page.getByLabel("New password").fill("password123456");
  await page.getByRole("button", { name: "Make the account" }).click();
  await page.locator("#app .field.wrong .error").waitFor();
  await page.getByLabel("New password").fill(OWNER.password);
  await page.getByRole("button", { name: "Make the account" }).click();
  await heading(page, "Projects");

  await page.goto(dashboard.url("/account"));
  await page.getByRole("button", { name: "Set up an app" }).click();
  await heading(page, "Set up the authenticator app");
  await until(() => page.locator(".qr").evaluate((img) => (img as HTMLImageElement).naturalWidth > 0), "the QR code is drawn");
  const key = await enrolApp(page);
  const codes = await storeCodes(page);
  await heading(page, "Your account");
  await said(page, "The second factor is set up.");
  await page.getByText("10 codes are left.").waitFor();

  await page.getByRole("button", { name: "Log out" }).click();
  await heading(page, "Log in");
  await logIn(page, { ...OWNER, password: "not this one at all" });
  await page.getByRole("alert").waitFor();
  await logIn(page);
  await heading(page, "Second factor");
  await page.reload();
  await heading(page, "Second factor");
  await page.getByRole("textbox", { name: "Code" }).fill("000 000");
  await page.getByRole("button", { name: "Go on" }).click();
  await page.locator("[aria-invalid=true]").waitFor();
  await page.getByRole("textbox", { name: "Code" }).fill(totp(key));
  await page.getByRole("button", { name: "Go on" }).click();
  await heading(page, "Projects");

  await page.getByRole("button", { name: "Log out" }).click();
  await heading(page, "Log in");
  await page.goto(dashboard.url("/keys?over=1"));
  await heading(page, "Log in");
  await logIn(page);
  await page.getByRole("button", { name: "Use a recovery code" }).click();
  await page.getByLabel("Recovery code").fill((codes[0] as string).toUpperCase().replaceAll("-", " "));
  await page.getByRole("button", { name: "Go on" }).click();
  await heading(page, "API keys");
  assert.equal(new URL(page.url()).search, "?over=1", "the log-in leads back");
  await said(page, "9 recovery codes are left.");
  assert.deepEqual(problems, []);
  await page.context().close();
  await dashboard.stop();
});

test("a_passkey_is_added_used_to_log_in_and_to_confirm_and_removed", async () => {
  const dashboard = await Dashboard.start();
  await dashboard.owner();
  const { page, problems } = await dashboard.loggedIn(browser);
  await passkeyDevice(page);
  await page.goto(dashboard.url("/account"));
  await page.getByRole("button", { name: "Add a passkey" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name of the passkey").fill("Work laptop");
  await dialog.getByRole("button", { name: "Make the passkey" }).click();
  await dialog.getByLabel("I have stored them").check();
  await dialog.getByRole("button", { name: "Go on" }).click();
  await page.locator(".rows").getByText("Work laptop").waitFor();

  await page.getByRole("button", { name: "Log out" }).click();
  await logIn(page);
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await heading(page, "Projects");

  await page.goto(dashboard.url("/account"));
  // The server's 15 minutes are over.
  let refused = 0;
  await page.route("**/api/v1/admin/me/factors/*", (route) =>
    refused++ ? route.continue() : route.fulfill({ status: 403, json: { code: "fresh_login_required", message: "log in again", status: 403, request_id: "x" } }),
  );
  await page.getByRole("button", { name: "Remove Work laptop" }).click();
  await page.getByRole("dialog").getByLabel("Type Work laptop").fill("work laptop");
  await page.getByRole("dialog").getByRole("button", { name: "Remove", exact: true }).click();
  await page.getByRole("heading", { name: "Confirm it's you" }).waitFor();
  await assertAccessible(page, "confirm");
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await said(page, "Work laptop is removed.");
  assert.equal(refused, 2);
  assert.deepEqual(problems, []);
  await page.context().close();
  await dashboard.stop();
});

test("a_team_that_requires_a_second_factor_lets_nobody_go_on_without", async () => {
  const dashboard = await Dashboard.start();
  await dashboard.owner();
  await dashboard.api("PATCH", "/team", { rules: { second_factor: true } });
  const { page, problems } = await newPage(browser, { phone: true, dark: true });
  await page.goto(dashboard.url("/keys"));
  await logIn(page);
  await heading(page, "Set up a second factor");
  await page.goto(dashboard.url("/people"));
  await heading(page, "Set up a second factor");
  await enrolApp(page);
  await storeCodes(page);
  await heading(page, "People");
  assert.deepEqual(problems, []);
  await page.context().close();
  await dashboard.stop();
});

test("somebody_invited_gets_in_by_the_link_and_the_link_works_once", async () => {
  const dashboard = await Dashboard.start();
  await dashboard.owner();
  const { page, problems } = await dashboard.loggedIn(browser);
  await page.goto(dashboard.url("/people"));
  await page.getByRole("button", { name: "Invite somebody" }).first().click();
  await page.getByLabel("E-mail address").fill("lin@example.com");
  await page.getByRole("radio", { name: /^Viewer/ }).check();
  await page.getByRole("button", { name: "Send the invitation" }).click();
  const link = await page.locator(".secret code").innerText();
  const other = await newPage(browser, { phone: true });
  await other.page.goto(link);
  await other.page.getByRole("heading", { name: /^Join ./, level: 1 }).waitFor();
  assert.ok(!other.page.url().includes("dw_iv_"), "the token leaves the address bar");
  await assertAccessible(other.page, "invitation");
  await other.page.getByLabel("Name").fill("Lin Park");
  await other.page.getByLabel("New password").fill("quiet rivers carry boats");
  await other.page.getByRole("button", { name: "Accept" }).click();
  await heading(other.page, "Projects");
  await other.page.getByRole("button", { name: "Open the menu" }).click();
  assert.equal(await other.page.getByRole("navigation").getByRole("link").count(), 1, "a viewer sees no more than the projects");
  await other.page.goto(link);
  await other.page.getByText("This invitation is over").waitFor();
  await page.getByRole("button", { name: "Done" }).click();
  await page.getByRole("row").filter({ hasText: "Lin Park" }).waitFor();
  assert.deepEqual([...problems, ...other.problems], []);
  await Promise.all([page.context().close(), other.page.context().close()]);
  await dashboard.stop();
});

test("a_wrong_password_or_code_in_the_account_ends_no_session", async () => {
  const dashboard = await Dashboard.start();
  await dashboard.owner();
  const { page, problems } = await dashboard.loggedIn(browser);
  await page.goto(dashboard.url("/account/app"));
  await page.getByRole("textbox", { name: "Six-digit code" }).fill("000000");
  await page.getByRole("button", { name: "Confirm the app" }).click();
  await page.locator("[aria-invalid=true]").waitFor();
  await page.goto(dashboard.url("/account"));
  await page.getByLabel("Current password").fill("not this one at all");
  await page.getByLabel("New password").fill("another long sentence here");
  await page.getByRole("button", { name: "Change the password" }).click();
  await page.locator("[name=current][aria-invalid=true]").waitFor();
  await page.getByLabel("Current password").fill(OWNER.password);
  await page.getByRole("button", { name: "Change the password" }).click();
  await said(page, "The password is changed.");
  assert.deepEqual(problems, []);
  await page.context().close();
  await dashboard.stop();
});

test("a_forgotten_password_is_set_anew_by_its_link", async () => {
  const dashboard = await Dashboard.start();
  await dashboard.owner();
  const made = await dashboard.doorward.cli(["user", "reset-password", OWNER.email]);
  const token = /dw_rs_\w+/.exec(made.stdout)?.[0];
  assert.ok(token, made.stdout + made.stderr);
  const { page, problems } = await newPage(browser);
  await page.goto(dashboard.url("/login"));
  await page.getByRole("link", { name: "Forgot your password?" }).click();
  await page.getByLabel("E-mail address").fill("nobody@example.com");
  await page.getByRole("button", { name: "Send the link" }).click();
  await page.getByText("If nobody@example.com has an account").waitFor();
  await page.goto(dashboard.url(`/#/reset/${token}`));
  await heading(page, "Choose a new password");
  await page.getByLabel("New password").fill("another long sentence here");
  await page.getByRole("button", { name: "Set the password" }).click();
  await page.getByText("The password is set").waitFor();
  await page.getByRole("link", { name: "Back to the log-in" }).click();
  await logIn(page, { ...OWNER, password: "another long sentence here" });
  await heading(page, "Projects");
  assert.deepEqual(problems, []);
  await page.context().close();
  await dashboard.stop();
});
