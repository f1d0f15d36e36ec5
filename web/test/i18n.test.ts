// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { format, isRtl, LOCALES, pickLocale, textsFor, type Texts } from "../widget/i18n.ts";

const en = LOCALES["en"] as Texts;
const places = (text: string): string => (text.match(/\{\w+\}/g) ?? []).sort().join();

test("every_language_has_every_text_with_its_places", () => {
  for (const [tag, texts] of Object.entries(LOCALES)) {
    assert.deepEqual(Object.keys(texts).sort(), Object.keys(en).sort(), tag);
    for (const [key, text] of Object.entries(texts)) {
      assert.ok(text.trim(), `${tag}.${key} is empty`);
      assert.ok(!text.includes("|"), `${tag}.${key} has the mark that parts texts in the bundle`);
      assert.equal(places(text), places(en[key as keyof Texts]), `${tag}.${key}`);
      assert.ok(!text.includes("!"), `${tag}.${key} shouts`);
    }
  }
});

test("a_translation_is_not_the_english_text_by_oversight", () => {
  const same = new Set(["own", "menu", "message", "name", "open", "optional", "log", "ai", "sources"]);
  for (const [tag, texts] of Object.entries(LOCALES))
    if (tag !== "en")
      for (const [key, text] of Object.entries(texts)) if (!same.has(key)) assert.notEqual(text, en[key as keyof Texts], `${tag}.${key}`);
});

test("the_language_asked_for_wins_then_the_page_then_the_browser", () => {
  assert.equal(pickLocale("ar", ["de"]), "ar");
  assert.equal(pickLocale(null, ["", "de-AT", "fr"]), "de");
  assert.equal(pickLocale(undefined, ["pt-BR", "FR"]), "fr");
  assert.equal(pickLocale("", []), "en");
});

test("a_site_replaces_single_texts", () => {
  const texts = textsFor("de-CH", { send: "Ab damit" });
  assert.equal(texts.send, "Ab damit");
  assert.equal(texts.close, LOCALES["de"]?.close);
  assert.equal(textsFor("xx").send, en.send);
});

test("names_with_special_marks_are_put_in_as_they_are", () => {
  assert.equal(format("{name} is here", "$& $1 {name}"), "$& $1 {name} is here");
});

test("scripts_from_right_to_left_are_known", () => {
  assert.deepEqual(["ar", "he-IL", "fa", "ur", "en", "arn", "de"].map(isRtl), [true, true, true, true, false, false, false]);
});
