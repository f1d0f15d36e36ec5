// SPDX-License-Identifier: Apache-2.0
// The menu behind the dots in the header: a plain disclosure with buttons and two native selects.

import { button, h } from "./dom.ts";
import { LOCALES } from "./i18n.ts";
import type { Card } from "./state.ts";
import type { Ui } from "./ui.ts";

/** Characters of a conversation that mail programs take in a mailto: address. */
const MAIL_MAX = 1200;

export function menu({ t, talk, ...ui }: Ui, openCard: (kind: Card) => void): HTMLElement {
  const { project, messages } = talk.state;
  const select = (id: string, label: string, now: string, values: string[], name: (v: string) => string, pick: (v: string) => void): HTMLElement => {
    const box: HTMLSelectElement = h("select", { id, onchange: () => pick(box.value) }, ...values.map((value) => h("option", { value }, name(value))));
    box.value = now;
    return h("div.pick", {}, h("label", { for: id }, label), box);
  };
  const transcript = messages.map((m) => `${m.from === "visitor" ? t.you : m.name || t.ai}: ${m.text}`).join("\n\n");
  const mail = encodeURIComponent([...transcript].slice(0, MAIL_MAX).join(""));
  return h(
    "div.menu",
    {},
    button("", t.person, () => openCard("handoff")),
    project?.lead_form && button("", t.leave, () => openCard("lead")),
    messages[0] && button("", t.restart, ui.reset),
    messages[0] && h("a", { href: `mailto:?subject=${encodeURIComponent(project?.name ?? "")}&body=${mail}` }, t.transcript),
    project?.terms && button("", t.privacy, () => talk.set({ terms: true })),
    select("m-l", t.language, ui.locale.slice(0, 2), Object.keys(LOCALES), (tag) => LOCALES[tag]!.own, ui.setLocale),
    select("m-t", t.theme, ui.theme, ["auto", "light", "dark"], (name) => t[name as "auto"], ui.setTheme),
  );
}
