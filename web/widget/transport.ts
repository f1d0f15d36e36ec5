// SPDX-License-Identifier: Apache-2.0
// Requests to the server: visitor session, JSON, event streams, deadlines.

import type { Memory } from "./memory.ts";
import { sseParser } from "./sse.ts";
import type { User } from "./ui.ts";
import type { Session, WireEvent } from "./wire.ts";

/** Milliseconds without a byte after which a request is given up; the server pings every 10 s. */
const SILENCE_MS = 30_000;

/** A refused or failed request; status 0 means that there was no answer. */
export interface ApiError {
  status: number;
  code: string;
  message: string;
  /** Seconds to wait, from Retry-After. */
  wait: number;
  /** What is wrong with which field, if the server says it. */
  details: Record<string, string>;
}

/** Make an error from the server's answer. */
export const apiError = (status: number, { code = "network", message = "", details = {} } = {}, wait = 0): ApiError => ({
  status,
  code,
  message,
  wait,
  details,
});

/** A fresh Idempotency-Key. randomUUID() is missing on pages without TLS. */
export const newKey = (): string => crypto.getRandomValues(new Uint32Array(4)).join("");

export interface Options {
  body?: unknown;
  /** Sent as Idempotency-Key. */
  key?: string | undefined;
  anonymous?: boolean;
  /** Ends a stream from outside. */
  signal?: AbortSignal;
}

export interface Transport {
  json<T>(path: string, options?: Options): Promise<T>;
  /** Hear events until the stream ends; rejects when it breaks. */
  events(path: string, options: Options, onevent: (event: WireEvent) => void): Promise<void>;
}

export function createTransport(origin: string, project: string, memory: Memory, locale: () => string, user: User): Transport {
  let opening: Promise<string> | null = null;
  /** Id of the last event heard, of a turn or of the live stream: where a resume goes on. */
  let lastId = "";

  /** The visitor's token: one session is opened at a time, a minute before the old one ends. */
  const session = async (): Promise<string> => {
    const { token, expires = 0, terms } = memory();
    if (token && expires > Date.now() + 60_000) return token;
    opening ??= json<Session>(`/projects/${project}/sessions`, {
      anonymous: true,
      body: { terms_accepted: !!terms, locale: locale(), identity: user.identity },
    })
      .then((s) => memory({ token: s.token, expires: Date.parse(s.expires_at) }).token as string)
      .finally(() => (opening = null));
    return opening;
  };

  const request = async (path: string, o: Options, accept: string, signal: AbortSignal, again = true): Promise<Response> => {
    const headers: Record<string, string> = { Accept: accept };
    if (o.body) headers["Content-Type"] = "application/json";
    if (o.key) headers["Idempotency-Key"] = o.key;
    if (lastId && !o.body) headers["Last-Event-ID"] = lastId;
    if (!o.anonymous) headers["Authorization"] = "Bearer " + (await session());
    const response = await fetch(origin + "/api/v1" + path, {
      method: o.body ? "POST" : "GET",
      headers,
      body: o.body ? JSON.stringify(o.body) : null,
      credentials: "omit",
      cache: "no-store",
      signal,
    });
    if (response.ok) return response;
    const { status } = response;
    if (status === 401 && !o.anonymous && again) {
      memory({ token: "" });
      return request(path, o, accept, signal, false);
    }
    throw apiError(status, await response.json().catch(() => ({})), Number(response.headers.get("Retry-After")));
  };

  /** Run with a deadline that `beat` pushes on; every failure comes out as an ApiError. */
  const timed = async <T>(o: Options, run: (signal: AbortSignal, beat: () => void) => Promise<T>): Promise<T> => {
    const stop = new AbortController();
    const end = (): void => stop.abort();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const beat = (): void => {
      clearTimeout(timer);
      timer = setTimeout(end, SILENCE_MS);
    };
    o.signal?.addEventListener("abort", end, { signal: stop.signal });
    beat();
    try {
      return await run(stop.signal, beat);
    } catch (error) {
      throw (error as ApiError).wait == null ? apiError(0) : error;
    } finally {
      clearTimeout(timer);
      end();
    }
  };

  const json = <T>(path: string, o: Options = {}): Promise<T> =>
    timed(o, async (signal) => {
      const text = await (await request(path, o, "application/json", signal)).text();
      return (text && JSON.parse(text)) as T;
    });

  const events = (path: string, o: Options, onevent: (event: WireEvent) => void): Promise<void> =>
    timed(o, async (signal, beat) => {
      const reader = (await request(path, o, "text/event-stream", signal)).body?.getReader();
      const push = sseParser((data, id) => {
        lastId = id;
        onevent(JSON.parse(data));
      });
      for (;;) {
        const chunk = await reader?.read();
        if (!chunk?.value) return;
        beat();
        push(chunk.value);
      }
    });

  return { json, events };
}
