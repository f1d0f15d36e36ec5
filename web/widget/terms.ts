// SPDX-License-Identifier: Apache-2.0
// The terms in front of the conversation, before the first message; a modal dialog keeps the focus inside.

import { button, h } from "./dom.ts";
import { away, renderer, safeUrl } from "./render.ts";
import type { Ui } from "./ui.ts";

export function termsDialog({ t, talk }: Ui): HTMLDialogElement {
  const terms = talk.state.project?.terms;
  const text = h("div.body", { tabindex: 0, id: "terms-text" });
  renderer(text)(terms?.text ?? "");
  const href = safeUrl(terms?.url);
  const leave = (): void => (talk.accepted() ? talk.set({ terms: false }) : talk.answerTerms(false));
  const oncancel = (event: Event): void => {
    event.preventDefault();
    leave();
  };
  return h(
    "dialog.terms",
    { "aria-labelledby": "terms-title", "aria-describedby": "terms-text", oncancel, onkeydown: (e: Event) => e.stopPropagation() },
    h("h2", { id: "terms-title" }, t.privacy),
    text,
    href && h("a", away(href), href),
    h("div.acts", {}, !talk.accepted() && button("primary", t.accept, () => talk.answerTerms(true)), button("text", t.decline, leave)),
  );
}
