// SPDX-License-Identifier: Apache-2.0
// Work in the dashboard: people, keys, projects, rules, the audit log, the policy.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { launch } from "./browser.ts";
import { Dashboard, OWNER, said } from "./dashboard.ts";

let browser: Browser;
let dashboard: Dashboard;
let page: Page;
let problems: string[];
before(async () => {
  browser = await launch();
  dashboard = await Dashboard.start();
  await dashboard.owner();
  ({ page, problems } = await dashboard.loggedIn(browser));
});
after(async () => {
  await browser.close();
  await dashboard.stop();
});

const open = async (path: string, heading: string): Promise<void> => {
  await page.goto(dashboard.url(path));
  await page.getByRole("heading", { name: heading, level: 1 }).waitFor();
};
const LIN = { email: "lin@example.com", name: "Lin Park", password: "quiet rivers carry boats" };

/** Somebody in the team, by the interface alone. */
async function lin(): Promise<void> {
  const { link } = (await dashboard.api("POST", "/people/invitations", { email: LIN.email, role: "agent" })) as { link: string };
  const response = await fetch(`${dashboard.doorward.url}/api/v1/admin/invitations/accept`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ token: /dw_iv_\w+/.exec(link)?.[0], name: LIN.name, password: LIN.password }),
  });
  assert.ok(response.ok, await response.text());
}

test("a_role_is_changed_at_once_taken_back_and_the_person_removed_by_name", async () => {
  await lin();
  const other = await dashboard.loggedIn(browser, {}, LIN);
  await open("/people", "People");
  await page.getByRole("link", { name: LIN.name }).click();
  await page.getByRole("heading", { name: LIN.name }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), LIN.name, "the focus moves to the heading of the new page");
  await page.getByRole("radio", { name: /^Editor/ }).check();
  await said(page, "Saved.");
  await page.getByRole("button", { name: "Undo" }).click();
  await said(page, "Undone.");
  assert.ok(await page.getByRole("radio", { name: /^Agent/ }).isChecked());
  await page.getByRole("radio", { name: /^Only chosen projects/ }).check();
  await page.getByText("Choose at least one project").waitFor();
  await page.locator(`[name=project-${dashboard.doorward.project}]`).check();
  await said(page, "Saved.");

  await page.getByRole("button", { name: "Remove", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Type Lin Park").fill("Lin");
  await dialog.getByRole("button", { name: "Remove" }).click();
  await dialog.getByText("This is not Lin Park.").waitFor();
  await dialog.getByLabel("Type Lin Park").fill("Lin Park");
  await page.keyboard.press("Enter");
  await said(page, "Lin Park is removed from the team.");
  await other.page.getByRole("link", { name: LIN.name }).click();
  await other.page.getByText("You were logged out.").waitFor();
  await other.page.context().close();
});

test("an_invitation_taken_back_can_be_sent_again", async () => {
  await dashboard.api("POST", "/people/invitations", { email: "sam@example.com", role: "viewer" });
  await open("/people", "People");
  await page.getByRole("button", { name: "Take back the invitation of sam@example.com" }).click();
  await said(page, "The invitation of sam@example.com is taken back.");
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByRole("button", { name: "Take back the invitation of sam@example.com" }).waitFor();
});

test("a_key_is_made_shown_once_rotated_and_revoked", async () => {
  await open("/keys", "API keys");
  await page.getByRole("button", { name: "Make a key" }).first().click();
  await page.getByRole("button", { name: "Make the key" }).click();
  await page.getByText("Choose at least one permission.").waitFor();
  await page.getByLabel("Name", { exact: true }).fill("Nightly import");
  await page.getByLabel("Search the documents").check();
  await page.getByLabel("Read leads").check();
  await page.getByLabel("Project", { exact: true }).selectOption(dashboard.doorward.project);
  await page.getByText("doorward key create --name").waitFor();
  await page.getByRole("button", { name: "Make the key" }).click();
  const token = await page.locator(".secret code").innerText();
  assert.match(token, /^dw_sk_\w{36}$/);
  const search = async (key: string): Promise<number> => (await fetch(`${dashboard.doorward.url}/api/v1/projects/${dashboard.doorward.project}/search?q=x`, { headers: { Authorization: `Bearer ${key}` } })).status;
  assert.equal(await search(token), 200);
  await page.getByRole("button", { name: "I have stored it" }).click();
  await page.getByRole("heading", { name: "Nightly import", level: 1 }).waitFor();
  assert.equal(await page.getByText(token).count(), 0);

  await page.getByLabel("Read leads").uncheck();
  await said(page, "Saved.");
  await page.getByLabel("The old key goes on for").selectOption("0");
  await page.getByRole("button", { name: "Rotate", exact: true }).click();
  const successor = await page.locator(".secret code").innerText();
  assert.notEqual(successor, token);
  assert.equal(await search(token), 401);
  assert.equal(await search(successor), 200);
  await page.getByRole("button", { name: "I have stored it" }).click();
  await page.getByRole("button", { name: "Revoke", exact: true }).click();
  await page.getByRole("dialog").getByLabel("Type Nightly import").fill("nightly import");
  await page.keyboard.press("Enter");
  await said(page, "Nightly import is revoked.");
  assert.equal(await search(successor), 401);
});

test("a_public_key_gets_browser_safe_permissions_and_a_project", async () => {
  await open("/keys/new", "Make a key");
  await page.getByLabel("Read leads").check();
  await page.getByLabel("Show the project").check();
  await page.getByRole("radio", { name: /^Public key/ }).check();
  assert.equal(await page.getByRole("checkbox").count(), 3);
  await page.getByLabel("Name", { exact: true }).fill("Search page");
  await page.getByRole("button", { name: "Make the key" }).click();
  await page.getByText("A public key belongs to one project.").waitFor();
  await page.getByLabel("Project", { exact: true }).selectOption(dashboard.doorward.project);
  await page.getByRole("button", { name: "Make the key" }).click();
  assert.match(await page.locator(".secret code").innerText(), /^dw_pk_/);
});

test("allowed_domains_are_judged_added_and_taken_back", async () => {
  await open("/projects", "Projects");
  await page.locator(`a[href="/admin/projects/${dashboard.doorward.project}"]`).click();
  const field = page.getByLabel("Add a domain");
  await field.fill("https://example.com/chat");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByText("A domain has no path").waitFor();
  assert.equal(await field.getAttribute("aria-invalid"), "true");
  await field.fill("*.shop.example.com");
  await page.getByText("Every subdomain of shop.example.com").waitFor();
  await page.keyboard.press("Enter");
  await said(page, "https://*.shop.example.com is allowed.");
  const kept = async (): Promise<string[]> => ((await dashboard.api("GET", `/projects/${dashboard.doorward.project}`)) as { domains: string[] }).domains;
  assert.ok((await kept()).includes("https://*.shop.example.com"));
  await page.getByRole("button", { name: "Remove https://*.shop.example.com" }).click();
  await said(page, "https://*.shop.example.com is no longer allowed.");
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByRole("button", { name: "Remove https://*.shop.example.com" }).waitFor();
  assert.ok((await kept()).includes("https://*.shop.example.com"));
});

test("a_signing_key_refuses_private_keys_and_a_shared_secret_is_shown_once", async () => {
  await open(`/projects/${dashboard.doorward.project}`, "main");
  await page.getByRole("button", { name: "Add a signing key" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Key id (kid)").fill("site-2026");
  await dialog.getByLabel("Public key").fill("-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----");
  await dialog.getByRole("button", { name: "Add the key" }).click();
  await dialog.getByText("This is a private key.").waitFor();
  await dialog.getByLabel("Algorithm").selectOption("HS256");
  await dialog.getByRole("button", { name: "Add the key" }).click();
  assert.ok((await dialog.locator(".secret code").innerText()).length >= 40);
  await dialog.getByRole("button", { name: "I have stored it" }).click();
  await page.getByRole("button", { name: "Remove site-2026" }).waitFor();
});

test("rules_are_saved_when_the_field_is_left_and_wrong_ones_are_not", async () => {
  const rules = async (): Promise<Record<string, unknown>> => ((await dashboard.api("GET", "/team")) as { rules: Record<string, unknown> }).rules;
  await open("/rules", "Team rules");
  const field = page.getByLabel("A session lasts at most");
  await field.fill("0");
  await page.getByText("A whole number from 1 to 720.").waitFor();
  await field.fill("8");
  await page.keyboard.press("Tab");
  await said(page, "Saved.");
  assert.equal((await rules())["session_hours"], 8);
  await page.getByRole("button", { name: "Undo" }).click();
  await said(page, "Undone.");
  assert.equal((await rules())["session_hours"], 12);
  await page.getByLabel("Everybody needs a second factor").check();
  await page.getByLabel("Required from").waitFor();
  await page.getByText("Your team requires a second factor from").waitFor({ state: "visible" });
  assert.equal((await rules())["second_factor"], true);
});

test("the_audit_log_shows_what_was_done_filters_by_address_and_verifies", async () => {
  await open("/audit?q=key.create", "Audit log");
  await page.getByRole("row").filter({ hasText: "key.create" }).first().waitFor();
  assert.equal(await page.getByRole("row").filter({ hasText: "team.change" }).count(), 0);
  await page.getByLabel("Search in the loaded entries").fill("team.change");
  await page.getByRole("row").filter({ hasText: OWNER.name }).first().waitFor();
  assert.equal(new URL(page.url()).search, "?q=team.change");
  await page.getByRole("button", { name: "Verify the chain" }).click();
  await page.getByText("The chain is whole").waitFor();
});

test("the_policy_names_every_route_and_who_passes", async () => {
  await open("/policy?role=viewer", "Access policy");
  await page.getByLabel("Search", { exact: true }).fill("/api/v1/admin/keys");
  await page.getByText("Nothing fits").waitFor();
  await page.getByLabel("Role that passes").selectOption("admin");
  await page.getByRole("row").filter({ hasText: "POST /api/v1/admin/keys" }).first().waitFor();
  assert.deepEqual(problems, []);
});
