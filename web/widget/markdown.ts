// SPDX-License-Identifier: Apache-2.0
// A small Markdown subset for untrusted text: no raw HTML, no images; a link keeps its address only for the
// caller to compare with the citations the server resolved. Every repetition is bounded, so time stays linear.

/** Makes a node. `extra`: the number of a `cite`, the address of a `link`, the first number of an `ol`. */
export type Make<T> = (tag: string, children: (T | string)[], extra?: number | string) => T | string;

/** Deepest nesting of lists and of emphasis; deeper text stays text. */
const DEPTH = 5;

const FENCE = /^ *(```|~~~)/;
const ITEM = /^( *)([-*+]|\d{1,9}[.)]) +/;
const HEADING = /^#{1,6} +/;
const BLANK = /^ *$|^ *([-*_]) *\1 *\1[-*_ ]*$/;
const DIVIDER = /^[ :-]*(-\|?|\|[ :-]*-)[ |:-]*$/;
const TOKEN =
  /`([^`]{1,400})`|(\*\*|__)(?=\S)(.{1,400}?)\2|\*(?=\S)(.{1,400}?)\*|\b_(?=\S)(.{1,400}?)_(?!\w)|\[(\d{1,2})\](?!\()|!?\[([^[\]]{0,400})\]\(([^)]{0,2000})\)|\n/gs;

/** Cut a text into its blocks, each still as lines. */
export function cut(text: string): string[][] {
  const lines = text.replace(/\r\n?/g, "\n").replace(/\t/g, "    ").split("\n");
  const out: string[][] = [];
  const is = (i: number, ...kinds: RegExp[]): boolean => kinds.some((kind) => kind.test(lines[i] ?? ""));
  const table = (i: number): boolean => is(i, /\|/) && is(i + 1, DIVIDER);
  const prose = (i: number): boolean => i < lines.length && !is(i, BLANK, FENCE, ITEM, HEADING) && !table(i);
  for (let i = 0; i < lines.length; ) {
    const from = i++;
    if (is(from, BLANK)) continue;
    if (is(from, FENCE)) while (i < lines.length && !is(i++, FENCE));
    else if (is(from, ITEM)) while (is(i, ITEM) || prose(i) || (is(i, BLANK) && is(i + 1, ITEM))) i++;
    else if (table(from)) while (is(i, /\|/)) i++;
    else if (!is(from, HEADING)) while (prose(i)) i++;
    out.push(lines.slice(from, i));
  }
  return out;
}

/** Make the node of one block. */
export function block<T>(lines: string[], make: Make<T>): T | string {
  const [first = "", second = "", ...rows] = lines;
  if (FENCE.test(first)) return make("pre", [lines.slice(1).join("\n").replace(/\n? *(```|~~~)$/, "")]);
  if (ITEM.test(first)) return list(lines, make);
  if (HEADING.test(first)) return make("heading", inline(first.replace(HEADING, ""), make));
  if (/\|/.test(first) && DIVIDER.test(second)) {
    const row = (line: string, tag: string): T | string => {
      const cells = line.trim().replace(/^\||\|$/g, "").split("|");
      return make("tr", cells.map((c) => make(tag, inline(c.trim(), make))));
    };
    return make("table", [row(first, "th"), ...rows.map((r) => row(r, "td"))]);
  }
  return make("p", inline(lines.map((l) => l.trim()).join("\n"), make));
}

/** A list from its lines: what stands further in than the first item belongs to the item before it. */
function list<T>(lines: string[], make: Make<T>, depth = 0): T | string {
  const [, lead = "", mark = ""] = ITEM.exec(lines[0] as string) ?? [];
  const items: { text: string; inner: string[] }[] = [];
  for (const line of lines) {
    const item = ITEM.exec(line);
    const last = items[items.length - 1];
    if (!last || (item && (item[1] as string).length <= lead.length + 1) || depth > DEPTH)
      items.push({ text: line.replace(ITEM, ""), inner: [] });
    else if (item || last.inner[0]) last.inner.push(line);
    else last.text += "\n" + line.trim();
  }
  const nodes = items.map(({ text, inner }) =>
    make("li", [...inline(text.trim(), make), ...(inner[0] ? [list(inner, make, depth + 1)] : [])]),
  );
  return mark > "-" ? make("ol", nodes, parseInt(mark, 10)) : make("ul", nodes);
}

/** Format one run of text. */
export function inline<T>(text: string, make: Make<T>, depth = 0): (T | string)[] {
  const out: (T | string)[] = [];
  let from = 0;
  for (const m of depth > DEPTH ? [] : text.matchAll(TOKEN)) {
    const [all, code, , strong, em = m[5], , cite, label, url] = m;
    const at = m.index as number;
    out.push(text.slice(from, at));
    from = at + all.length;
    const inner = strong ?? em ?? label;
    if (code) out.push(make("code", [code]));
    else if (cite) out.push(make("cite", [], Number(cite)));
    else if (inner == null) out.push(make("br", []));
    else out.push(make(strong ? "strong" : em ? "em" : "link", inline(inner, make, depth + 1), url));
  }
  out.push(text.slice(from));
  return out.filter((part) => part !== "");
}
