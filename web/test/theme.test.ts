// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { accentProperties, contrast, inkOn, parseColor, type Rgb } from "../widget/theme.ts";

const rgb = (text: string | undefined): Rgb => (text?.match(/\d+/g) ?? []).map(Number) as Rgb;
const SURFACES = { light: ["#ffffff", "#f5f6f8"], dark: ["#17191d", "#22252b"] } as const;

test("contrast_is_what_wcag_says", () => {
  assert.equal(contrast([0, 0, 0], [255, 255, 255]), 21);
  assert.equal(contrast([255, 255, 255], [255, 255, 255]), 1);
  assert.ok(Math.abs(contrast([119, 119, 119], [255, 255, 255]) - 4.48) < 0.01);
});

test("text_on_and_in_any_accent_keeps_aa", () => {
  for (let i = 0; i < 4096; i += 7) {
    const hex = "#" + i.toString(16).padStart(3, "0").replace(/./g, "$&$&");
    for (const theme of ["light", "dark"] as const) {
      const p = accentProperties(hex, theme);
      const fill = rgb(p["--dw-accent"]);
      assert.ok(contrast(fill, rgb(p["--dw-on-accent"])) >= 4.5, `${hex} ${theme} on the accent`);
      for (const surface of SURFACES[theme]) {
        const ratio = contrast(rgb(p["--dw-accent-ink"]), parseColor(surface) as Rgb);
        assert.ok(ratio >= 4.5, `${hex} ${theme} ink on ${surface}: ${ratio}`);
      }
    }
  }
});

test("what_is_no_colour_falls_back_to_the_tokens", () => {
  for (const bad of ["", "red", "#12345g", "url(x)", "#12345", "rgb(1 2 3)"]) {
    assert.equal(parseColor(bad), null);
    assert.deepEqual(accentProperties(bad, "light"), accentProperties("#2450c4", "light"));
  }
  assert.deepEqual(parseColor(" #0080ff "), [0, 128, 255]);
});

test("ink_is_black_or_white", () => {
  assert.deepEqual(inkOn([255, 213, 0]), [0, 0, 0]);
  assert.deepEqual(inkOn([36, 80, 196]), [255, 255, 255]);
});
