// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuditEntry, Key, Permission, Role } from "../dashboard/api/types.ts";
import { PERMISSIONS } from "../dashboard/api/types.ts";
import { detailText, matches, readFilter, writeFilter } from "../dashboard/lib/audit.ts";
import { fromBase64url, toBase64url } from "../dashboard/lib/base64url.ts";
import { byUrgency } from "../dashboard/lib/keys.ts";
import { judgeCode, judgeEmail, judgePassword } from "../dashboard/lib/password.ts";
import { BROWSER_SAFE, choices, fitting, inOrder } from "../dashboard/lib/permission.ts";
import { givable, mayManage, projectsOf } from "../dashboard/lib/roles.ts";
import { hrefOf, mailedLink, nextOf, PATHS, placeOf, tokenOf, type PageName } from "../dashboard/lib/route.ts";
import { count, fill } from "../dashboard/lib/text.ts";
import { dayOf, inDays, relativeTime, startOfDay, utcTime } from "../dashboard/lib/time.ts";

const TOKEN = "dw_iv_" + "a1".repeat(18);

test("every_page_has_an_address_that_leads_back_to_it", () => {
  for (const page of Object.keys(PATHS) as PageName[]) {
    const id = PATHS[page].includes("{id}") ? "a b/ü" : "";
    assert.deepEqual(placeOf(hrefOf(page, id)), { page, id }, page);
  }
});

test("an_address_of_no_page_is_none", () => {
  for (const path of ["/", "/administration", "/admin/nowhere", "/admin/keys/a/b", "/admin/%E0%A4%A", "/demo/"]) assert.equal(placeOf(path).page, null, path);
  assert.equal(placeOf("/admin").page, "home");
  assert.equal(placeOf("/admin/keys/new").page, "keyNew");
  assert.equal(placeOf("/admin/keys/").page, "keys");
});

test("a_log_in_goes_on_to_pages_of_ours_only", () => {
  const next = (to: string): string => nextOf("?" + new URLSearchParams({ next: to }).toString());
  assert.equal(next("/admin/keys/new"), "/admin/keys/new");
  assert.equal(next("/admin/audit?outcome=refused"), "/admin/audit?outcome=refused");
  for (const bad of ["https://evil.test/admin/keys", "//evil.test/admin/", "/admin//evil.test", "/\\evil.test", "/admin/login", "/admin/login/factor", "/demo/", "javascript:alert(1)", "/admin/nowhere", ""]) assert.equal(next(bad), "/admin/", bad);
});

test("a_mailed_link_leads_to_its_page_with_its_token", () => {
  assert.equal(mailedLink(`#/invitation/${TOKEN}`), `/admin/invitation#${TOKEN}`);
  assert.equal(mailedLink("#/reset/x"), "/admin/reset#x");
  for (const other of ["", "#", "#/login/x", "#/reset/", "#/reset/a/b"]) assert.equal(mailedLink(other), null, other);
  assert.equal(tokenOf(`#${TOKEN}`), TOKEN);
  for (const bad of ["", "#dw_sk_" + "a".repeat(36), "#dw_iv_short", `#${TOKEN}<`]) assert.equal(tokenOf(bad), "", bad);
});

test("base64url_keeps_every_byte", () => {
  for (let size = 0; size < 70; size++) {
    const bytes = Uint8Array.from({ length: size }, (_, i) => (i * 89 + size * 7) & 255);
    const text = toBase64url(bytes);
    assert.match(text, /^[\w-]*$/);
    assert.equal(text, Buffer.from(bytes).toString("base64url"));
    assert.deepEqual(new Uint8Array(fromBase64url(text)), bytes);
  }
  for (const bad of ["a", "ab=", "a+b/", "a b", "ä"]) assert.throws(() => fromBase64url(bad), bad);
});

test("every_permission_is_in_one_group", () => {
  const all = choices("secret", PERMISSIONS).flatMap(({ permissions }) => permissions.map(({ name }) => name));
  assert.deepEqual([...all].sort(), [...PERMISSIONS].sort());
});

test("a_public_key_is_offered_browser_safe_permissions_only", () => {
  const names = choices("public", PERMISSIONS).flatMap(({ permissions }) => permissions.map(({ name }) => name));
  assert.deepEqual(names, BROWSER_SAFE);
  assert.deepEqual(fitting("public", ["leads_read", "chat_create"]), ["chat_create"]);
  assert.deepEqual(fitting("secret", ["leads_read"]), ["leads_read"]);
});

test("nobody_is_offered_a_permission_they_lack", () => {
  const own: Permission[] = ["project_read", "leads_read"];
  const allowed = choices("secret", own).flatMap(({ permissions }) => permissions.filter((one) => one.allowed).map(({ name }) => name));
  assert.deepEqual(allowed.sort(), [...own].sort());
  assert.deepEqual(inOrder(["metrics_read", "project_read"]), ["project_read", "metrics_read"]);
});

test("nobody_gives_a_role_above_their_own", () => {
  assert.deepEqual(givable("owner"), ["owner", "admin", "editor", "agent", "viewer"]);
  assert.deepEqual(givable("admin"), ["admin", "editor", "agent", "viewer"]);
  assert.equal(mayManage("admin", "owner"), false);
  assert.deepEqual(givable("editor"), ["editor", "agent", "viewer"]);
  assert.deepEqual(projectsOf(false, { main: "admin" as Role }, "agent"), [{ slug: "main", role: "agent" }]);
  assert.equal(projectsOf(true, { main: "admin" as Role }, "agent"), "all");
});

test("times_are_told_as_people_tell_them", () => {
  const now = Date.UTC(2026, 2, 10, 12);
  const at = (ms: number): string => new Date(now + ms).toISOString();
  const told = (ms: number): string | null => relativeTime(at(ms), now, "en");
  assert.equal(told(-10_000), "now");
  assert.equal(told(-3 * 60_000), "3 minutes ago");
  assert.equal(told(-3.9 * 60_000), "3 minutes ago");
  assert.equal(told(5 * 3_600_000), "in 5 hours");
  assert.equal(told(-86_400_000), "yesterday");
  assert.equal(told(-29 * 86_400_000), "29 days ago");
  assert.equal(told(-31 * 86_400_000), null);
  assert.equal(relativeTime(at(-3 * 60_000), now, "de"), "vor 3 Minuten");
  assert.equal(utcTime("2026-03-10T12:00:07.123Z"), "2026-03-10 12:00:07 UTC");
  assert.equal(inDays(30, now), "2026-04-09T12:00:00Z");
});

test("a_day_survives_the_way_to_the_server_and_back", () => {
  for (const day of ["2026-01-01", "2026-03-29", "2026-10-25", "2028-02-29"]) assert.equal(dayOf(startOfDay(day)), day);
  for (const bad of ["", "2026-13-01", "yesterday", "01.02.2026"]) assert.equal(startOfDay(bad), null, bad);
  assert.equal(dayOf(null), "");
});

test("what_is_typed_is_judged_before_it_is_sent", () => {
  assert.equal(judgeCode("123 456"), null);
  assert.ok(judgeCode("12345"));
  assert.ok(judgePassword("short"));
  assert.equal(judgePassword("correct horse battery"), null);
  assert.equal(judgePassword("🙂".repeat(12)), null);
  assert.ok(judgePassword("🙂".repeat(11)));
  assert.ok(judgePassword("ü".repeat(513)));
  assert.equal(judgeEmail(" ada@example.com "), null);
  assert.ok(judgeEmail("ada@localhost"));
});

const entry = (more: Partial<AuditEntry>): AuditEntry => ({ seq: 1, at: "2026-03-10T12:00:00Z", actor_kind: "person", actor: "0193", actor_name: "Ada", act: "key.create", object_kind: "key", object: "k1", outcome: "done", detail: { name: "CI" }, request: null, address: "203.0.113.0/24", ...more });

test("the_audit_filter_finds_words_anywhere_and_lives_in_the_address", () => {
  const filter = { text: "ada key", outcome: "done" };
  assert.deepEqual(readFilter("?" + new URLSearchParams(writeFilter(filter)).toString()), filter);
  assert.ok(matches(entry({}), filter));
  assert.ok(matches(entry({}), { text: "ci 203.0", outcome: "" }));
  assert.ok(!matches(entry({ outcome: "refused" }), filter));
  assert.ok(!matches(entry({}), { text: "lin", outcome: "" }));
  assert.equal(detailText({ name: "CI", count: 2 }), "name: CI · count: 2");
});

test("keys_that_need_somebody_come_first", () => {
  const key = (name: string, state: Key["state"]): Key => ({ name, state }) as Key;
  assert.deepEqual(byUrgency([key("b", "live"), key("z", "disabled"), key("a", "live"), key("x", "exposed"), key("y", "expiring")]).map(({ name }) => name), ["x", "y", "a", "b", "z"]);
});

test("places_in_texts_take_values_as_they_are", () => {
  assert.equal(fill("{a} and {b} {c}", { a: "$&", b: "{a}" }), "$& and {a} {c}");
  assert.equal(count("1 key|{n} keys", 1), "1 key");
  assert.equal(count("1 key|{n} keys", 0), "0 keys");
});
