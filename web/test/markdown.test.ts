// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { block, cut, type Make } from "../widget/markdown.ts";

/** Nodes as text, so that a case reads like the page. */
const make: Make<string> = (tag, children, extra) => `<${tag}${extra === undefined ? "" : "=" + extra}>${children.join("")}</>`;
const show = (text: string): string =>
  cut(text)
    .map((lines) => block(lines, make))
    .join("");

const CASES: [string, string, string][] = [
  ["a_paragraph_keeps_its_line_breaks", "a\nb\n\nc", "<p>a<br></>b</><p>c</>"],
  ["emphasis_and_code_are_marked", "**a** *b* _c_ `d*e*`", "<p><strong>a</> <em>b</> <em>c</> <code>d*e*</></>"],
  ["emphasis_nests", "**a _b_**", "<p><strong>a <em>b</></></>"],
  ["a_name_with_underscores_stays_whole", "snake_case_name", "<p>snake_case_name</>"],
  ["a_lone_mark_stays_text", "2 * 3 ** 4 ` 5 _ 6", "<p>2 * 3 ** 4 ` 5 _ 6</>"],
  ["citations_become_numbers", "yes [1][2].", "<p>yes <cite=1></><cite=2></>.</>"],
  ["a_link_keeps_its_address_for_the_renderer_only", "[x](https://a.example/)", "<p><link=https://a.example/>x</></>"],
  ["an_image_is_only_its_words", "![x](https://a.example/p.png)", "<p><link=https://a.example/p.png>x</></>"],
  ["html_is_text", "<img src=x onerror=alert(1)>", "<p><img src=x onerror=alert(1)></>"],
  ["lists_nest_and_keep_their_first_number", "3. a\n4. b\n   - c\n   - d\n5. e", "<ol=3><li>a</><li>b<ul><li>c</><li>d</></></><li>e</></>"],
  ["a_list_item_goes_on_in_the_next_line", "- a\n  b\n- c", "<ul><li>a<br></>b</><li>c</></>"],
  ["a_blank_line_between_items_does_not_end_a_list", "- a\n\n- b", "<ul><li>a</><li>b</></>"],
  ["code_blocks_keep_everything", "```js\na < b\n\n**c**\n```\nd", "<pre>a < b\n\n**c**</><p>d</>"],
  ["an_open_code_block_ends_with_the_text", "```\na", "<pre>a</>"],
  ["tables_have_a_head_and_rows", "| a | b |\n|---|:-:|\n| 1 | **2** |", "<table><tr><th>a</><th>b</></><tr><td>1</><td><strong>2</></></></>"],
  ["headings_are_paragraphs_of_their_own", "## a\nb", "<heading>a</><p>b</>"],
  ["rules_vanish", "a\n\n---\n\nb", "<p>a</><p>b</>"],
];
for (const [name, text, wanted] of CASES) test(name, () => assert.equal(show(text), wanted));

test("nothing_takes_long_however_hostile", () => {
  const n = 50_000;
  const hostile = ["*a ", "**a **", "_a", "`a", "[", "![", "[](", "[a](", "- ", "> ", "|", "|-", "# ", "~~~\n", " ", "\n", "- a\n ", "1. a\n", "- - - -x", "|a\n|-\n", "\\", "[1]"];
  for (const piece of hostile) {
    const begun = performance.now();
    show(piece.repeat(Math.ceil(n / piece.length)));
    const took = performance.now() - begun;
    assert.ok(took < 1500, `${JSON.stringify(piece)} took ${Math.round(took)} ms`);
  }
});

test("deep_nesting_ends_in_text", () => {
  const deep = Array.from({ length: 2000 }, (_, i) => " ".repeat(i) + "- x").join("\n");
  const depth = Math.max(...[...show(deep)].reduce<number[]>((d, c, i, all) => (c === "<" ? [...d.slice(-1), (d.at(-1) ?? 0) + (all[i + 1] === "/" ? -1 : 1)] : d), [0]));
  assert.ok(depth < 40);
});
