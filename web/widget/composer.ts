// SPDX-License-Identifier: Apache-2.0
// Where the visitor writes: grows to five lines, Enter sends, Shift+Enter breaks.

import { h, iconButton } from "./dom.ts";
import type { Ui } from "./ui.ts";

/** Characters a message may have when the server does not say. */
const MESSAGE_MAX = 1000;
/** Pixels of five lines and the padding. */
const HEIGHT_MAX = 132;

export interface Composer {
  el: HTMLElement;
  input: HTMLTextAreaElement;
  /** Bring button, height and counter up to date. */
  update(): void;
}

export function createComposer({ t, talk }: Ui): Composer {
  const input = h("textarea", {
    rows: 1,
    "aria-label": t.ask,
    placeholder: t.ask,
    enterkeyhint: "send",
    
    oninput: () => update(),
    onkeydown: (event: KeyboardEvent) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      send();
    },
  });
  const counter = h("div.counter who", { role: "status" });
  const blocked = (): boolean => !!talk.state.busy || !!talk.state.until || !navigator.onLine || !input.value.trim();
  const send = (): void => {
    input.focus();
    if (blocked()) return;
    const text = input.value;
    input.value = "";
    void talk.ask(text).then((taken) => {
      if (!taken) input.value ||= text;
    });
  };
  const go = iconButton("send", t.send, send, "send");
  const update = (): void => {
    const max = talk.state.project?.message_chars_max ?? MESSAGE_MAX;
    const used = input.value.length;
    input.maxLength = max;
    input.style.height = "auto";
    input.style.height = Math.min(input.scrollHeight + 2, HEIGHT_MAX) + "px";
    counter.textContent = used > max * 0.9 ? `${used} / ${max}` : "";
    go.disabled = blocked();
  };
  return { el: h("div.composer", {}, input, go, counter), input, update };
}
