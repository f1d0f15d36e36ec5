// SPDX-License-Identifier: Apache-2.0
// The panel: header, conversation, notice, composer. It shows the state and keeps none of its own
// beyond what is open and where it is scrolled to.

import { createComposer } from "./composer.ts";
import { button, fill, h, icon, iconButton } from "./dom.ts";
import { formCard } from "./form.ts";
import { format } from "./i18n.ts";
import { menu } from "./menu.ts";
import { messageView, type MessageView } from "./message.ts";
import { createScroll } from "./scroll.ts";
import type { Card, Message } from "./state.ts";
import { termsDialog } from "./terms.ts";
import type { Ui } from "./ui.ts";

export interface Panel {
  el: HTMLDialogElement;
  input: HTMLTextAreaElement;
  update(): void;
  /** Put the focus where the visitor goes on. */
  focus(): void;
}

export function createPanel(ui: Ui): Panel {
  const { t, talk } = ui;
  const { state } = talk;
  const views = new Map<Message, MessageView>();
  const composer = createComposer(ui);
  const name = h("h2", { id: "title" });
  const stateLine = h("div.state who", { role: "status" });
  const menuButton = iconButton("more", t.menu, () => toggleMenu(!menuBox));
  const header = h("div.head", {}, h("span.mark", {}, icon("door")), h("div.names", {}, name, stateLine), menuButton, !ui.inline && iconButton("close", t.close, ui.close));
  const intro = h("div");
  const log = h("div", { role: "log", "aria-live": "off", "aria-label": t.log });
  const tail = h("div");
  const scroller = h("div.scroller", { tabindex: 0, role: "region", "aria-label": t.log }, intro, log, tail);
  const scroll = createScroll(scroller, t.newest);
  const notice = h("div.notice", {});
  const foot = h("div.disclosure who", {}, t.disclosure);
  const onkeydown = (event: KeyboardEvent): void => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    if (menuBox) {
      toggleMenu();
      menuButton.focus();
    } else ui.close();
  };
  const onclick = (event: Event): void => {
    const path = event.composedPath();
    if (menuBox && !path.includes(menuButton) && !path.some((el) => el instanceof HTMLElement && el.matches("div.menu>.pick"))) toggleMenu();
  };
  // The browser itself can close a modal panel (a back gesture); it tells so later, when all may have changed.
  const onclose = (): unknown => el.isConnected && !el.open && ui.close();
  const el: HTMLDialogElement = h(
    "dialog.panel",
    { "aria-labelledby": "title", onkeydown, onclick, onclose },
    header,
    h("div.middle", {}, scroller, scroll.button),
    notice,
    composer.el,
    foot,
  );
  let menuBox: HTMLElement | undefined;
  let terms: HTMLDialogElement | undefined;
  let card: HTMLElement | undefined;
  let cardKind: Card | undefined;
  let introKey = "";

  const toggleMenu = (open?: boolean): void => {
    menuBox?.remove();
    menuBox = open ? menu(ui, openCard) : undefined;
    menuButton.ariaExpanded = String(!!open);
    if (!menuBox) return;
    header.append(menuBox);
    menuBox.querySelector("button")?.focus();
  };

  const openCard = (kind: Card): void => {
    if (!talk.needTerms()) talk.set({ card: kind });
  };

  const updateIntro = (): void => {
    const { project, messages } = state;
    const key = project ? project.name + !messages[0] : "";
    if (key === introKey || !project) return;
    introKey = key;
    const greeting = messageView(ui, { from: "ai", text: project.initial_message || t.greeting });
    greeting.update();
    const chips = (messages[0] ? [] : (project.suggested_questions ?? [])).map((q) =>
      button("chip", q, () => {
        void talk.ask(q);
        focus();
      }),
    );
    fill(intro, greeting.el, h("div.chips column", {}, ...chips));
  };

  const updateMessages = (): void => {
    const { messages } = state;
    for (const [m, view] of views)
      if (!messages.includes(m)) {
        view.el.remove();
        views.delete(m);
      }
    // An earlier page's conversation is not read out again.
    const earlier = messages.length - views.size > 2;
    let question: HTMLElement | undefined;
    messages.forEach((m, i) => {
      const view = views.get(m) ?? messageView(ui, m, openCard);
      views.set(m, view);
      view.update(i === messages.length - 1);
      // What is not finished stands below the log, so that the log announces whole messages only.
      const home = m.open ? tail : log;
      if (view.el.parentNode !== home) m.open ? home.prepend(view.el) : home.append(view.el);
      if (m.from === "visitor") question = view.el;
    });
    if (messages[0]) setTimeout(() => (log.ariaLive = "polite"), earlier ? 999 : 0);
    scroll.follow(card ?? question);
  };

  const updateCard = (): void => {
    if (cardKind === state.card) return;
    cardKind = state.card;
    card?.remove();
    card =
      cardKind &&
      formCard(cardKind, ui, (text) => {
        talk.set({ card: undefined, messages: text ? [...state.messages, { from: "note", text }] : state.messages });
        composer.input.focus();
      });
    if (!card) return;
    tail.append(card);
    focus();
  };

  const updateNotice = (): void => {
    const kind = navigator.onLine ? state.notice : "offline";
    const text = kind && ((kind === "failed" && state.reason) || format(t[kind], state.until ?? ""));
    notice.hidden = !text;
    if (!text || notice.firstChild?.textContent === text) return;
    const act =
      kind === "closed"
        ? button("text", t.restart, ui.reset)
        : kind === "terms"
          ? button("text", t.privacy, talk.needTerms)
          : !state.project && button("text", t.retry, talk.load);
    fill(notice, h("span", {}, text), act);
  };

  const updateTerms = (): void => {
    if (!state.terms === !terms) return;
    terms?.remove();
    terms = state.terms ? termsDialog(ui) : undefined;
    if (!terms) return focus();
    el.append(terms);
    terms.showModal();
  };

  const update = (): void => {
    const { handoff } = state;
    const line = handoff === "requested" ? t.stateWaiting : handoff === "active" ? format(t.statePerson, state.person || t.aPerson) : t.stateAi;
    name.textContent = state.project?.name ?? "";
    if (stateLine.textContent !== line) stateLine.textContent = line;
    stateLine.dataset["is"] = handoff ?? "";
    updateIntro();
    updateNotice();
    updateCard();
    updateMessages();
    updateTerms();
    composer.update();
  };

  const focus = (): void => {
    // On a touch screen a focused field raises the keyboard over what is to be read.
    const touch = matchMedia("(pointer: coarse)").matches;
    if (!terms) (card?.querySelector<HTMLElement>("input,textarea") ?? (touch ? scroller : composer.input)).focus();
  };
  return { el, input: composer.input, update, focus };
}
