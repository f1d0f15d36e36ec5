// SPDX-License-Identifier: Apache-2.0
// One message in the conversation, with its sources, thumbs and offers.

import { button, fill, h, icon, iconButton, type Child } from "./dom.ts";
import { away, chip, renderer, safeUrl } from "./render.ts";
import type { Card, Message } from "./state.ts";
import type { Ui } from "./ui.ts";

export interface MessageView {
  el: HTMLElement;
  /** Bring the nodes up to date; `last` is true for the newest message. */
  update(last?: boolean): void;
}

/** Host and path, without what nobody reads. */
const shortUrl = (href: string): string => href.replace(/^\w+:\/\/(www\.)?|\/?([?#].*)?$/g, "");

export function messageView({ t, talk }: Ui, m: Message, onoffer?: (kind: Card) => void): MessageView {
  const { from } = m;
  const ai = from === "ai";
  const who = ai ? t.ai : from === "human" ? m.name || t.aPerson : t.you;
  const body = h("div.body", { dir: "auto" });
  const foot = h("div.foot");
  const el = h(`div.msg ${from}`, {}, from !== "note" && h(`div.who${from === "human" ? "" : " sr"}`, {}, who), body, foot);
  const show = renderer(body, t.sources);
  let shown = "";

  const sources = (): HTMLElement =>
    h(
      "ol.sources",
      { "aria-label": t.sources },
      ...(m.citations ?? []).map((c) => {
        const href = safeUrl(c.url);
        const title = h("span.title", { dir: "auto" }, h("b", {}, c.title || c.url), href && h("small", {}, shortUrl(href)));
        return h("li", {}, h(href ? "a.row" : "span.row", href ? away(href) : {}, chip(c), title));
      }),
    );

  const copy = (): HTMLElement => {
    const it = iconButton("copy", t.copy, () =>
      navigator.clipboard.writeText(m.text.replace(/ ?\[\d+\]/g, "")).then(() => {
        fill(it, icon("check"), h("span.sr", { role: "status" }, t.copied));
        setTimeout(() => fill(it, icon("copy")), 2000);
      }),
    );
    return it;
  };

  const thumb = (value: number, label: string): HTMLElement => {
    const it = iconButton("thumb", label, () => talk.rate(m, value), "icon thumb" + value);
    it.ariaPressed = String(m.feedback === value);
    return it;
  };

  const comment = (): Child => {
    const label = `${t.missing} (${t.optional})`;
    const input = h("input", { "aria-label": label, placeholder: label, maxlength: 500 });
    const onsubmit = (event: Event): void => {
      event.preventDefault();
      if (input.value) talk.rate(m, 0, input.value);
      form.replaceWith(h("span.who", {}, t.thanks));
    };
    const form: HTMLElement = h("form.comment", { onsubmit }, input, h("button.icon", { "aria-label": t.send }, icon("send")));
    return form;
  };

  const finish = (last?: boolean): void => {
    const { project } = talk.state;
    // Controls are kept out of the announcement of the answer.
    const tools = h(
      "div.tools",
      { "aria-live": "off" },
      navigator.clipboard && copy(),
      m.id && thumb(1, t.good),
      m.id && thumb(0, t.bad),
      m.feedback === 1 && h("span.who", {}, t.thanks),
      m.feedback === 0 && comment(),
    );
    const offer = (kind: Card, label: string): HTMLElement => button("chip", label, () => onoffer?.(kind));
    const offers = m.offer && last && h("div.chips", {}, project?.lead_form && offer("lead", t.leave), offer("handoff", t.person));
    fill(foot, !!m.citations?.length && sources(), tools, offers);
  };

  const update = (last?: boolean): void => {
    const key = [m.text.length, m.open, m.failed, m.feedback, m.offer && last].join();
    if (key === shown) return;
    const rated = !!foot.querySelector(":focus");
    shown = key;
    if (from === "visitor" || from === "note") fill(body, m.text);
    else if (m.text) show(m.text, m.citations, m.open);
    else fill(body, h("span.dots", { "aria-hidden": "true" }, h("i"), h("i"), h("i")));
    if (m.failed) fill(foot, button("text", t.retry, () => talk.ask(m.text, m)));
    if (ai && !m.open && onoffer) finish(last);
    if (rated) foot.querySelector<HTMLElement>("input,[aria-pressed=true]")?.focus();
  };
  return { el, update };
}
