// SPDX-License-Identifier: Apache-2.0
// A plain HTTP client that sends just what it is told, and a reader of server-sent events.
import http from "node:http";
import https from "node:https";
import { Hopeless, until } from "./wait.ts";

export interface Ask {
  method?: string;
  headers?: Record<string, string>;
  /** Sent as JSON. */
  json?: unknown;
  body?: string | Buffer;
  /** Secret or public key. */
  key?: string;
  /** Visitor session. */
  session?: string;
  origin?: string;
  seconds?: number;
  ca?: string;
}

export interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  text: string;
  bytes: Buffer;
  /** The body as JSON; throws when it is none. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  json: any;
}

function open(url: string, ask: Ask): Promise<http.IncomingMessage> {
  const headers: Record<string, string> = { ...ask.headers };
  let body = ask.body;
  if (ask.json !== undefined) {
    body = JSON.stringify(ask.json);
    headers["Content-Type"] ??= "application/json";
  }
  if (ask.key) headers["Authorization"] = `Api-Key ${ask.key}`;
  if (ask.session) headers["Authorization"] = `Bearer ${ask.session}`;
  if (ask.origin) headers["Origin"] = ask.origin;
  if (body !== undefined) headers["Content-Length"] = String(Buffer.byteLength(body));
  const secure = url.startsWith("https:");
  return new Promise((resolve, reject) => {
    const request = (secure ? https : http).request(url, {
      method: ask.method ?? (body === undefined ? "GET" : "POST"),
      headers,
      agent: false,
      ...(ask.ca ? { ca: ask.ca } : {}),
    });
    request.setTimeout((ask.seconds ?? 20) * 1000, () =>
      request.destroy(new Error(`no answer from ${url}`)));
    request.on("response", resolve);
    request.on("error", reject);
    request.end(body);
  });
}

/** Asks once and reads the whole answer. */
export async function ask(url: string, options: Ask = {}): Promise<Answer> {
  const response = await open(url, options);
  const pieces: Buffer[] = [];
  for await (const piece of response) pieces.push(piece as Buffer);
  const bytes = Buffer.concat(pieces);
  const text = bytes.toString("utf8");
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text,
    bytes,
    get json() {
      try {
        return JSON.parse(text);
      } catch {
        throw new Error(`not JSON (status ${response.statusCode}): ${text.slice(0, 500)}`);
      }
    },
  };
}

export interface SseEvent {
  id: string;
  event: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  data: any;
}

/** An open stream of server-sent events. */
export class EventStream {
  readonly events: SseEvent[] = [];
  /** Comment lines, such as pings. */
  comments = 0;
  ended = false;
  /** Why it ended, when it was not by its end. */
  trouble: Error | undefined;
  private rest = "";
  private current = { id: "", event: "message", data: [] as string[] };

  constructor(readonly response: http.IncomingMessage) {
    response.setEncoding("utf8");
    response.on("data", (text: string) => this.feed(text));
    response.on("end", () => (this.ended = true));
    response.on("error", (error: Error) => {
      this.trouble = error;
      this.ended = true;
    });
    response.on("aborted", () => {
      this.trouble ??= new Error("the stream was cut");
      this.ended = true;
    });
  }

  get status(): number {
    return this.response.statusCode ?? 0;
  }

  private feed(text: string): void {
    const lines = (this.rest + text).split("\n");
    this.rest = lines.pop() ?? "";
    for (const line of lines) this.line(line.replace(/\r$/, ""));
  }

  private line(line: string): void {
    if (line === "") {
      if (this.current.data.length) {
        const data = this.current.data.join("\n");
        this.events.push({ id: this.current.id, event: this.current.event, data: JSON.parse(data) });
      }
      this.current = { id: this.current.id, event: "message", data: [] };
    } else if (line.startsWith(":")) {
      this.comments++;
    } else {
      const colon = line.indexOf(":");
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
      if (field === "data") this.current.data.push(value);
      if (field === "event") this.current.event = value;
      if (field === "id") this.current.id = value;
    }
  }

  /** Waits for the first event of this name. */
  async next(event: string, seconds = 20): Promise<SseEvent> {
    return until(`event ${event}`, () => {
      const found = this.events.find((one) => one.event === event);
      if (!found && this.ended) {
        throw new Hopeless(`the stream ended: ${JSON.stringify(this.events)} ${this.trouble ?? ""}`);
      }
      return found;
    }, seconds);
  }

  /** Waits for the end and gives all events. */
  async all(seconds = 20): Promise<SseEvent[]> {
    await until("the stream ends", () => this.ended, seconds);
    if (this.trouble) throw this.trouble;
    return this.events;
  }

  close(): void {
    this.response.destroy();
  }
}

/** Opens a stream. An answer that is not one is an error with its text. */
export async function stream(url: string, options: Ask = {}): Promise<EventStream> {
  const headers = { Accept: "text/event-stream", ...options.headers };
  const response = await open(url, { ...options, headers });
  if (!String(response.headers["content-type"]).startsWith("text/event-stream")) {
    const pieces: Buffer[] = [];
    for await (const piece of response) pieces.push(piece as Buffer);
    throw new Error(`not a stream: ${response.statusCode} ${Buffer.concat(pieces).toString("utf8")}`);
  }
  return new EventStream(response);
}
