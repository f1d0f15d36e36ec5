// SPDX-License-Identifier: Apache-2.0
// Options, life cycle, the script interface and its events: joins the conversation with the panel.

import { createConversation, type Conversation } from "./conversation.ts";
import { fill, h, iconButton } from "./dom.ts";
import { isRtl, LOCALES, pickLocale, textsFor } from "./i18n.ts";
import { openMemory, type Memory } from "./memory.ts";
import { createPanel, type Panel } from "./panel.ts";
import { accentProperties } from "./theme.ts";
import { createTransport } from "./transport.ts";
import type { User } from "./ui.ts";

/** Origin of the server when an element does not say its own; set by the script that loads the widget. */
export const defaults = { origin: "" };

export interface Widget {
  open(): void;
  close(): void;
  /** Ask on behalf of the visitor. */
  send(text: string): Promise<boolean>;
  /** Known details; they only prefill the forms. */
  setUser(user: User): void;
  setLocale(locale: string): void;
  setTheme(theme: string): void;
  /** Forget the conversation and begin a new one. */
  reset(): void;

  // For the element only: it was put in a page, taken out, given another attribute.
  start(): void;
  stop(): void;
  changed(attribute: string): void;
}

export function createWidget(host: HTMLElement, shadow: ShadowRoot): Widget {
  const root = h("div");
  const user: User = {};
  let memory: Memory;
  let talk: Conversation;
  let panel: Panel | undefined;
  let launcher: HTMLElement;
  let isOpen = false;
  let inline = false;
  let frame: unknown = 0;
  /** Messages of people that were in view. */
  let seen = 0;
  let followed = "";
  let following: AbortController | undefined;
  let gone: AbortController;
  shadow.append(root);

  const option = (name: string): string | null => host.getAttribute(name);
  const locale = (): string => pickLocale(memory().locale ?? option("locale"), [document.documentElement.lang, ...navigator.languages]);
  const theme = (): string => memory().theme ?? option("theme") ?? "auto";
  const media = (query: string): MediaQueryList => matchMedia(`(${query})`);
  const tell = (name: string, detail = {}): void => {
    host.dispatchEvent(new CustomEvent("doorward:" + name, { detail, bubbles: true, composed: true }));
  };

  const start = (): void => {
    // The element is its own script interface; the first one is at hand for the page.
    (window as unknown as { Doorward?: unknown }).Doorward ??= host;
    const origin = option("origin") ?? defaults.origin;
    const slug = option("project") ?? "";
    memory = openMemory(`doorward ${origin} ${slug}`);
    talk = createConversation(createTransport(origin, slug, memory, locale, user), memory, slug, locale, tell, soon);
    inline = option("mode") === "inline";
    gone = new AbortController();
    const on = (target: EventTarget | null, types: string, f: () => void): void =>
      types.split(" ").forEach((type) => target?.addEventListener(type, f, { signal: gone.signal }));
    on(window, "online offline", soon);
    on(media("prefers-color-scheme: dark"), "change", paint);
    on(visualViewport, "resize scroll", fit);
    build();
    // Nothing is asked for before the host page is done.
    const load = async (): Promise<void> => {
      const ok = await talk.load();
      paint();
      if (ok && memory().open && media("min-width: 481px").matches) show();
    };
    if (inline || document.readyState === "complete") void load();
    else on(window, "load", () => setTimeout(load));
    tell("ready");
  };

  const stop = (): void => {
    gone.abort();
    listen(false);
  };

  const changed = (attribute: string): void => {
    if (panel) /locale|texts/.test(attribute) ? build() : paint();
  };

  const open = (): void => {
    show();
    panel?.focus();
  };

  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    memory({ open: false });
    panel?.el.close();
    update();
    launcher.focus();
    tell("close");
  };

  const send = (text: string): Promise<boolean> => {
    open();
    return talk.ask(text);
  };

  const setLocale = (name: string): void => {
    memory({ locale: name });
    host.setAttribute("locale", name);
  };

  const setTheme = (name: string): void => {
    memory({ theme: name });
    host.setAttribute("theme", name);
  };

  const reset = (): void => {
    talk.reset();
    panel?.focus();
  };

  /** Make the view, again when the language changes; what is being written is kept. */
  const build = (): void => {
    const tag = locale();
    const t = textsFor(tag, JSON.parse(option("texts") ?? "{}"));
    const draft = panel?.input.value ?? "";
    panel = createPanel({ t, locale: tag, theme: theme(), inline, talk, user, close, setLocale, setTheme, reset });
    panel.input.value = draft;
    panel.el.open = inline;
    launcher = iconButton("chat", t.open, open, "launcher");
    root.lang = tag;
    root.dir = isRtl(tag) || (!LOCALES[tag.slice(0, 2)] && getComputedStyle(host).direction === "rtl") ? "rtl" : "ltr";
    root.className = inline ? "dw inline" : "dw floating";
    fill(root, !inline && launcher, panel.el);
    paint();
    update();
    if (!isOpen) return;
    isOpen = false;
    open();
  };

  /** Colours and place. Set one by one through the CSSOM, which no content policy forbids. */
  const paint = (): void => {
    const now = theme();
    const dark = now === "dark" || (now === "auto" && media("prefers-color-scheme: dark").matches) ? "dark" : "light";
    root.dataset["theme"] = dark;
    root.dataset["side"] = option("position") ?? "";
    const accent = getComputedStyle(host).getPropertyValue("--doorward-accent") || option("accent") || talk.state.project?.theme?.accent;
    const [bottom, side = bottom] = option("offset")?.match(/\d+/g) ?? [];
    set(accentProperties(accent ?? "", dark));
    if (bottom) set({ "--bottom": bottom + "px", "--side": side + "px" });
  };

  const set = (properties: Record<string, string>): void => {
    for (const name in properties) root.style.setProperty(name, properties[name] as string);
  };

  /** Show what changed, once a frame. */
  const soon = (): void => {
    frame ||= setTimeout(() => {
      frame = 0;
      update();
    }, 16);
  };

  const update = (): void => {
    const { project, messages, handoff } = talk.state;
    const inView = isOpen || inline;
    const heard = messages.filter((m) => m.from === "human").length;
    // Where the server does not let this page in, there is nothing to open.
    launcher.hidden = !project || isOpen;
    if (inView) {
      seen = heard;
      panel?.update();
    }
    launcher.dataset["unread"] = String(Math.max(0, heard - seen));
    listen(inView || /requested|active/.test(handoff ?? ""));
  };

  const show = (): void => {
    if (isOpen || !panel || inline) return;
    isOpen = true;
    memory({ open: true });
    // The whole screen on a phone is modal; elsewhere the page stays usable.
    if (media("min-width: 481px").matches) panel.el.open = true;
    else panel.el.showModal();
    fit();
    update();
    void talk.load().then((ok) => ok && talk.needTerms());
    tell("open");
  };

  /** Keep a full-screen panel inside what the on-screen keyboard leaves. */
  const fit = (): void => {
    const { height, offsetTop } = visualViewport ?? { height: innerHeight, offsetTop: 0 };
    set({ "--view": height + "px", "--view-top": offsetTop + "px" });
  };

  /** Listen for people while the panel is open or one was asked for. */
  const listen = (wanted: boolean): void => {
    const chat = (wanted && talk.chat()) || "";
    if (chat === followed) return;
    following?.abort();
    following = new AbortController();
    followed = chat;
    if (chat) void talk.follow(chat, following.signal);
  };

  return { open, close, send, setUser: (known) => void (Object.assign(user, known).identity && memory?.({ token: "" })), setLocale, setTheme, reset, start, stop, changed };
}
