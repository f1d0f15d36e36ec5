// SPDX-License-Identifier: Apache-2.0
// Markdown to DOM nodes, with citation chips.

import { fill, h, type Child } from "./dom.ts";
import { block, cut, type Make } from "./markdown.ts";
import type { Citation } from "./wire.ts";

/** The address of a citation if it is a web address, else undefined: `javascript:` and the like never become links. */
export function safeUrl(url: string | null | undefined): string | undefined {
  try {
    const { protocol, href } = new URL(url as string, document.baseURI);
    return url && /^https?:$/.test(protocol) ? href : undefined;
  } catch {
    return undefined;
  }
}

/** Attributes of a link that leaves the page. */
export const away = (href: string): Record<string, string> => ({ href, target: "_blank", rel: "noopener noreferrer nofollow" });

/** The number of a citation; `name` says what it leads to. */
export function chip({ index, title, url }: Citation, name?: string): HTMLElement {
  const href = name && safeUrl(url);
  return href ? h("a.cite", { ...away(href), "aria-label": name, title }, String(index)) : h("span.cite", { title }, String(index));
}

/**
 * A function that shows a text in `el`. Blocks that did not change since the last call keep their
 * nodes, so that a stream repaints only its last paragraph and a selection above survives.
 */
export function renderer(el: HTMLElement, sources = ""): (text: string, citations?: Citation[], open?: boolean) => void {
  let seen: string[] = [];
  return (text, citations = [], open) => {
    const make: Make<Node> = (tag, children, extra) => {
      const known = citations.find((c) => (tag === "cite" ? c.index === extra : tag === "link" && c.url === extra));
      // What a number leads to comes with the end of the answer; one that leads nowhere is only text.
      if (tag === "cite") return known ? chip(known, `${sources} ${extra}: ${known.title}`) : open ? chip({ index: extra as number, title: "" }) : `[${extra}]`;
      const href = known && safeUrl(known.url);
      if (tag === "link") return h(href ? "a" : "span", href ? away(href) : {}, ...children);
      // What may be wider than the panel scrolls in a box of its own, reachable by keyboard.
      if (tag === "table" || tag === "pre") return h("div.wide", { tabindex: 0 }, h(tag, {}, ...children));
      if (tag === "heading") return h("p.heading", {}, ...children);
      return h(tag as "p", tag === "ol" ? { start: extra } : {}, ...(children as Child[]));
    };
    const blocks = cut(text);
    const keys = blocks.map((lines) => lines.join("\n") + open);
    const old = [...el.childNodes];
    fill(el, ...blocks.map((lines, i) => (seen[i] === keys[i] && old[i]) || block(lines, make)));
    seen = keys;
  };
}
