// SPDX-License-Identifier: Apache-2.0
// What a visitor does, in terms of the wire: load, ask, rate, leave details, ask for a person, start again.

import type { Memory } from "./memory.ts";
import type { Card, Message, State } from "./state.ts";
import { apiError, newKey, type ApiError, type Transport } from "./transport.ts";
import type { Chat, LeadValues, Project, WireEvent, WireMessage } from "./wire.ts";

/** Seconds between looks for an answer whose stream broke. */
const LOOK_AGAIN = [1, 2, 4, 8];
/** Longest gap between two attempts to follow a chat, in seconds. */
const GAP_MAX = 30;

const sleep = (seconds: number): Promise<void> => new Promise((done) => setTimeout(done, seconds * 1000));

export interface Conversation {
  readonly state: State;
  /** Load the project's public face, then the conversation of an earlier page. True when usable. */
  load(): Promise<boolean>;
  chat(): string | undefined;
  /** Ask a question and stream the answer; `retry` is the failed message it replaces. False when it was not taken. */
  ask(text: string, retry?: Message): Promise<boolean>;
  /** Whether the terms in force were accepted here; the server checks again. */
  accepted(): boolean;
  /** True when the visitor must accept the terms first: shows them. */
  needTerms(): boolean;
  answerTerms(yes: boolean): void;
  rate(message: Message, reaction: number, comment?: string): void;
  /** Send a form; resolves when the server has it durably. */
  submit(kind: Card, values: LeadValues, key: string): Promise<void>;
  /** Follow what people of the company write; reconnects with growing gaps and resumes. */
  follow(chat: string, signal: AbortSignal): Promise<void>;
  /** Forget this conversation; the session stays. */
  reset(): void;
  /** Change what is shown. */
  set(patch?: Partial<State>): void;
}

export function createConversation(
  { json, events }: Transport,
  memory: Memory,
  slug: string,
  locale: () => string,
  emit: (name: string, detail: object) => void,
  changed: () => void,
): Conversation {
  const state: State = { messages: [] };
  let loading: Promise<boolean> | null = null;
  /** Grows with each restart: what belongs to an earlier conversation is dropped. */
  let era = 0;

  const set = (patch?: Partial<State>): void => {
    Object.assign(state, patch);
    changed();
  };
  const chat = (): string | undefined => memory().chat;
  const remove = (gone?: Message): Message[] => state.messages.filter((m) => m !== gone);

  /** Tell the page, and keep quiet for as long as the server asks. */
  const report = (error: ApiError): ApiError => {
    emit("error", error);
    if (error.status === 429) {
      const wait = (error.wait || 30) * 1000;
      set({ until: new Date(Date.now() + wait).toLocaleTimeString(locale()), notice: "limited" });
      setTimeout(() => set({ until: "", notice: undefined }), wait);
    }
    return error;
  };

  const load = (): Promise<boolean> =>
    (loading ??= (async () => {
      try {
        set({ project: await json<Project>("/projects/" + slug, { anonymous: true }), notice: undefined });
      } catch (error) {
        loading = null;
        set({ notice: "failed" });
        report(error as ApiError);
        return false;
      }
      const kept = chat();
      if (!kept) return true;
      try {
        const { messages, handoff } = await json<Chat>("/chats/" + kept);
        set({ messages: messages.map(fromWire), handoff });
      } catch (error) {
        if ((error as ApiError).status) memory({ chat: "" });
      }
      return true;
    })());

  const version = (): string => String(state.project?.terms?.version || 1);
  const accepted = (): boolean => !state.project?.terms || memory().terms === version();
  const needTerms = (): boolean => {
    if (accepted()) return false;
    set({ terms: true });
    return true;
  };
  const answerTerms = (yes: boolean): void => {
    // A session knows what was accepted when it was made: a new one is needed.
    if (yes) memory({ terms: version(), token: "" });
    set({ terms: false, notice: yes ? undefined : "terms" });
  };

  const ask = async (text: string, retry?: Message): Promise<boolean> => {
    text = text.trim();
    if (!text || state.busy || state.until || !(await load()) || needTerms()) return false;
    const mine: Message = { from: "visitor", text, key: retry?.key ?? newKey() };
    const answer: Message = { from: "ai", text: "", open: true };
    const now = era;
    set({ busy: true, notice: undefined, messages: [...remove(retry), mine, answer] });
    emit("message", { from: "visitor", text });
    try {
      await stream(text, mine, answer, now);
    } catch (error) {
      if (now === era) await broken(error as ApiError, mine, answer);
    }
    if (now === era) set({ busy: false, messages: remove(answer.open ? answer : undefined) });
    return true;
  };

  const stream = async (text: string, mine: Message, answer: Message, now: number, again = true): Promise<void> => {
    const kept = chat();
    const url = location.origin + location.pathname;
    const body = kept ? { message: text } : { project: slug, message: text, url, locale: locale() };
    try {
      await events(kept ? `/chats/${kept}/messages` : "/chats", { body, key: mine.key }, (event) => {
        if (now !== era) throw apiError(0);
        hear(event, mine, answer);
      });
    } catch (error) {
      // The chat belonged to a session that is gone: go on in a new one.
      const e = error as ApiError;
      if (!again || !kept || e.code === "terms_required" || (e.status !== 404 && e.status !== 403)) throw error;
      memory({ chat: "" });
      return stream(text, mine, answer, now, false);
    }
    if (answer.open) throw apiError(0);
  };

  const hear = (event: WireEvent, mine: Message, answer: Message): void => {
    const { type } = event;
    if (type === "message_start") {
      if (event.chat) memory({ chat: event.chat });
      mine.id = event.user_message;
      answer.id = event.message;
    } else if (type === "message_delta") answer.text += event.text ?? "";
    else if (type === "citation") answer.citations = [...(answer.citations ?? []), event as never];
    else if (type === "lead_form" || event.state === "offered") answer.offer = true;
    else if (type === "handoff") set({ handoff: event.state, person: event.name });
    else if (type === "message_end") finish(answer, event);
    else if (type === "error") throw apiError(500, event as never);
    set();
  };

  const finish = (answer: Message, { content, citations, answered }: Partial<WireEvent>): void => {
    answer.text = content || answer.text;
    answer.citations = citations ?? answer.citations ?? [];
    answer.offer ||= answered === false;
    answer.open = false;
    // Without text a person has taken over and will answer later.
    if (!answer.text) set({ messages: remove(answer) });
    else emit("answer", { id: answer.id, text: answer.text, answered, citations: answer.citations });
  };

  /** The request failed or the stream broke: find the answer if the server has it, else say so. */
  const broken = async (e: ApiError, mine: Message, answer: Message): Promise<void> => {
    const now = era;
    report(e);
    for (const seconds of e.status || !answer.id ? [] : LOOK_AGAIN) {
      await sleep(seconds);
      const history = await json<Chat>("/chats/" + chat()).catch(() => null);
      if (now !== era) return;
      const found = history?.messages.find((m) => m.uuid === answer.id && m.content);
      if (found) return finish(answer, found as never);
    }
    mine.failed = true;
    if (e.code === "terms_required") {
      memory({ terms: "" });
      needTerms();
    } else if (e.status !== 429) {
      const theirs = e.status > 399 && e.status < 500;
      set({ notice: e.status === 410 ? "closed" : "failed", reason: theirs ? e.message : "" });
    }
  };

  const rate = (message: Message, reaction: number, comment?: string): void => {
    const before = message.feedback;
    message.feedback = reaction;
    set();
    json(`/messages/${message.id}/feedback`, { body: { reaction, comment } }).catch(() => {
      message.feedback = before;
      set();
    });
  };

  const submit = async (kind: Card, values: LeadValues, key: string): Promise<void> => {
    try {
      await json(`/chats/${chat()}/${kind}`, { body: values, key });
    } catch (error) {
      throw report(error as ApiError);
    }
    emit(kind, { chat: chat() });
    if (kind === "handoff") set({ handoff: "requested" });
  };

  const follow = async (id: string, signal: AbortSignal): Promise<void> => {
    for (let gap = 1; !signal.aborted; gap = Math.min(gap * 2, GAP_MAX)) {
      try {
        await events(`/chats/${id}/events`, { signal }, (event) => {
          gap = 1;
          live(event);
        });
      } catch (error) {
        const { status } = error as ApiError;
        if (status > 399 && status < 500 && status !== 429) return;
      }
      await sleep(gap * (0.75 + Math.random() / 2));
    }
  };

  const live = ({ type, from, uuid, content, name, state: handoff }: WireEvent): void => {
    if (type === "handoff") set({ handoff, person: name });
    if (type !== "message" || from !== "human" || state.messages.some((m) => m.id === uuid)) return;
    set({
      messages: [...state.messages, { id: uuid, from, name, text: content ?? "" }],
      handoff: "active",
      person: name || state.person,
    });
    emit("message", { from, text: content, id: uuid });
  };

  const reset = (): void => {
    era++;
    memory({ chat: "" });
    set({ messages: [], busy: false, notice: undefined, card: undefined, handoff: "" });
  };

  return { state, load, chat, ask, accepted, needTerms, answerTerms, rate, submit, follow, reset, set };
}

const fromWire = (m: WireMessage): Message => ({
  id: m.uuid,
  from: m.is_human_message ? "visitor" : m.from === "human" ? "human" : m.from === "system" ? "note" : "ai",
  name: m.name,
  text: m.content,
  citations: m.citations ?? [],
  feedback: m.feedback,
});
