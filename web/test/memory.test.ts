// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { openMemory } from "../widget/memory.ts";

const kept = new Map<string, string>();
let blocked = false;
beforeEach(() => {
  kept.clear();
  blocked = false;
});
Object.defineProperty(globalThis, "localStorage", {
  get: () => {
    if (blocked) throw new Error("blocked");
    return { getItem: (k: string) => kept.get(k) ?? null, setItem: (k: string, v: string) => kept.set(k, v) };
  },
});

test("what_is_kept_is_there_on_the_next_page", () => {
  openMemory("a")({ token: "t", chat: "c", expires: Date.now() + 1000 });
  assert.equal(openMemory("a")().token, "t");
  assert.equal(openMemory("b")().token, "");
});

test("a_session_that_has_ended_takes_its_chat_along_but_not_the_choices", () => {
  openMemory("a")({ token: "t", chat: "c", expires: Date.now() - 1, theme: "dark", terms: "2" });
  const later = openMemory("a")();
  assert.deepEqual([later.token, later.chat, later.theme, later.terms], ["", "", "dark", "2"]);
});

test("broken_and_blocked_storage_only_means_that_nothing_is_kept", () => {
  for (const bad of ["{", "null", "7", '"x"', "[]"]) {
    kept.set("a", bad);
    const memory = openMemory("a");
    memory({ chat: "c" });
    assert.equal(memory().chat, "c", bad);
  }
  blocked = true;
  const memory = openMemory("a");
  memory({ chat: "c" });
  assert.equal(memory().chat, "c");
});
