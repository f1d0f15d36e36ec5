// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { ApiError, call, errorOf, sentence, setHooks, waitText } from "../dashboard/api/client.ts";
import { createOptions, getOptions } from "../dashboard/api/passkey.ts";
import { toBase64url } from "../dashboard/lib/base64url.ts";
import { t } from "../dashboard/texts/index.ts";

interface Sent {
  url: string;
  method: string;
  headers: Record<string, string>;
  body: string | null;
}
const real = globalThis.fetch;
afterEach(() => void (globalThis.fetch = real));

/** A server that gives these answers one after another, and what it was sent. */
function answers(...list: (Response | Error)[]): Sent[] {
  const sent: Sent[] = [];
  globalThis.fetch = (url, options) => {
    sent.push({ url: String(url), method: options?.method ?? "", headers: options?.headers as Record<string, string>, body: (options?.body as string | undefined) ?? null });
    const next = list.shift();
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next as Response);
  };
  return sent;
}
const refusal = (status: number, code: string, more = {}): Response => new Response(JSON.stringify({ code, message: "no", status, request_id: "r1", ...more }), { status });
const caught = async (promise: Promise<unknown>): Promise<ApiError> => {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof ApiError, String(error));
    return error;
  }
  throw new Error("it did not fail");
};

test("only_calls_that_change_something_carry_the_csrf_header", async () => {
  const sent = answers(new Response("{}"), new Response(null, { status: 204 }));
  await call("GET", "/me");
  assert.equal(await call("POST", "/logout", { body: { a: 1 } }), null);
  assert.equal(sent[0]?.headers["X-Doorward-CSRF"], undefined);
  assert.equal(sent[1]?.headers["X-Doorward-CSRF"], "1");
  assert.equal(sent[1]?.url, "/api/v1/admin/logout");
  assert.equal(sent[1]?.body, '{"a":1}');
});

test("a_call_that_needs_a_fresh_log_in_is_repeated_once_after_it", async () => {
  let asked = 0;
  setHooks({ confirm: () => Promise.resolve(!!++asked), lost: () => assert.fail() });
  const sent = answers(refusal(403, "fresh_login_required"), new Response('{"a":1}'));
  assert.deepEqual(await call("POST", "/keys", { body: { name: "x" } }), { a: 1 });
  assert.equal(asked, 1);
  assert.deepEqual(sent[0], sent[1]);
  answers(refusal(403, "fresh_login_required"), refusal(403, "fresh_login_required"));
  assert.equal((await caught(call("POST", "/keys"))).code, "fresh_login_required");
});

test("who_does_not_confirm_changes_nothing", async () => {
  setHooks({ confirm: () => Promise.resolve(false), lost: () => assert.fail() });
  const sent = answers(refusal(403, "fresh_login_required"));
  assert.equal((await caught(call("DELETE", "/keys/1"))).code, "cancelled");
  assert.equal(sent.length, 1);
});

test("a_session_that_is_over_is_told_but_not_by_the_log_in_itself", async () => {
  const lost: string[] = [];
  setHooks({ confirm: () => Promise.resolve(false), lost: (code) => lost.push(code) });
  answers(refusal(401, "unauthorized"), refusal(401, "second_factor_required"), refusal(401, "unauthorized"));
  await caught(call("GET", "/keys"));
  await caught(call("GET", "/keys"));
  await caught(call("POST", "/login", { quiet: true }));
  assert.deepEqual(lost, ["unauthorized", "second_factor_required"]);
  answers(refusal(401, "unauthorized"));
  await caught(call("POST", "/me/password", { proof: true }));
  assert.equal(lost.length, 2, "a wrong password ends no session");
});

test("errors_have_words_for_people", async () => {
  assert.equal(errorOf(422, { code: "validation_failed", message: "this is wrong", details: { email: "No address" } }, 0).message, "This is wrong.");
  assert.deepEqual(errorOf(422, { code: "validation_failed", message: "x", details: { email: "No address" } }, 0).details, { email: "No address" });
  assert.equal(errorOf(403, { code: "forbidden", message: "no" }, 0).message, t.errors.forbidden);
  assert.match(errorOf(429, { code: "rate_limited", message: "no" }, 90).message, /in 2 min/);
  assert.equal(errorOf(502, "<html>", 0).message, t.errors.unavailable);
  assert.equal(errorOf(400, { code: 7, message: [], details: "x" }, 0).code, "invalid_request");
  answers(new TypeError("failed"), new DOMException("late", "TimeoutError"), new Response("<html>", { status: 200 }));
  assert.equal((await caught(call("GET", "/me"))).code, "offline");
  assert.equal((await caught(call("GET", "/me"))).code, "timeout");
  assert.equal((await caught(call("GET", "/me"))).status, 502);
  assert.equal(sentence("no such key"), "No such key.");
  assert.equal(waitText(5), "in 5 s");
});

test("passkey_options_become_buffers", () => {
  const bytes = Uint8Array.from([0, 1, 254, 255]);
  const text = toBase64url(bytes);
  const made = createOptions({ challenge: text, user: { id: text, name: "a", displayName: "A" }, rp: { name: "D" }, pubKeyCredParams: [], excludeCredentials: [{ id: text, type: "public-key" }] });
  assert.deepEqual(new Uint8Array(made.challenge as ArrayBuffer), bytes);
  assert.deepEqual(new Uint8Array(made.user.id as ArrayBuffer), bytes);
  assert.deepEqual(new Uint8Array(made.excludeCredentials?.[0]?.id as ArrayBuffer), bytes);
  const got = getOptions({ publicKey: { challenge: text, rpId: "localhost", allowCredentials: [{ id: text, transports: ["usb"] }] } });
  assert.equal(got.rpId, "localhost");
  assert.deepEqual(got.allowCredentials?.[0]?.transports, ["usb"]);
});

test("no_text_of_the_dashboard_shouts_or_is_empty", () => {
  const walk = (value: unknown, path: string): void => {
    if (typeof value === "string") {
      assert.ok(value.trim(), path);
      assert.ok(!value.includes("!") && !/\boops\b/i.test(value), path);
    } else for (const [key, inner] of Object.entries(value as object)) walk(inner, `${path}.${key}`);
  };
  walk(t, "t");
});
