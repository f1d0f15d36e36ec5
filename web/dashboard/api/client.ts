// SPDX-License-Identifier: Apache-2.0
// The one place that talks to the server: headers, errors, and "confirm it's you" before a repeated call.
import { t } from "../texts/index.ts";

const BASE = "/api/v1/admin";
const WAIT_MS = 30_000;

/** A refusal, or no answer at all (`offline`, `timeout`) or no wish to go on (`cancelled`). */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status = 0,
    readonly details: Readonly<Record<string, string>> = {},
    readonly wait = 0,
    readonly request = "",
  ) {
    super(message);
  }
}

/** What the application does when a session lacks something. */
export interface Hooks {
  /** Asks for password or factor again; false when the person would rather not. */
  confirm(): Promise<boolean>;
  /** The session is over, waits for its second factor, or may only enrol one. */
  lost(code: string): void;
}
let hooks: Hooks = { confirm: () => Promise.resolve(false), lost: () => undefined };
export const setHooks = (to: Hooks): void => void (hooks = to);

const LOST = new Set(["unauthorized", "second_factor_required", "second_factor_enrolment_required"]);

export interface Ask {
  body?: object;
  /** Sent instead of the session's cookie: the owner's key at the first run. */
  key?: string;
  /** Does not ask to confirm and does not tell that a session is over: the log-in itself. */
  quiet?: boolean;
  /** Carries a password or code: "unauthorized" then means that this was wrong, not that the session is over. */
  proof?: boolean;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

/** Reads the server's error, with words for people where its own are not for them. */
export function errorOf(status: number, body: unknown, wait: number): ApiError {
  const it = isRecord(body) ? body : {};
  const code = typeof it["code"] === "string" ? it["code"] : status >= 500 ? "unavailable" : "invalid_request";
  const said = typeof it["message"] === "string" ? it["message"] : "";
  const details = Object.fromEntries(Object.entries(isRecord(it["details"]) ? it["details"] : {}).map(([field, why]) => [field, String(why)]));
  const own = t.errors[code as keyof typeof t.errors];
  const message = code === "rate_limited" ? t.errors.rate_limited.replace("{wait}", waitText(wait)) : own || sentence(said) || t.errors.unavailable;
  return new ApiError(code, message, status, details, wait, typeof it["request_id"] === "string" ? it["request_id"] : "");
}

/** "no such key" → "No such key." */
export function sentence(text: string): string {
  const trimmed = text.trim();
  if (!trimmed) return "";
  return trimmed[0]!.toUpperCase() + trimmed.slice(1) + (/[.?:]$/.test(trimmed) ? "" : ".");
}

export function waitText(seconds: number): string {
  if (seconds <= 0) return t.time.soon;
  if (seconds < 60) return t.time.inSeconds.replace("{n}", String(seconds));
  return t.time.inMinutes.replace("{n}", String(Math.ceil(seconds / 60)));
}

async function once<T>(method: string, path: string, { body, key }: Ask): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (method !== "GET") headers["X-Doorward-CSRF"] = "1";
  if (body) headers["Content-Type"] = "application/json";
  if (key) headers["Authorization"] = `Bearer ${key}`;
  let response: Response;
  let text: string;
  try {
    response = await fetch(BASE + path, {
      method, headers, credentials: "same-origin", cache: "no-store", redirect: "error", signal: AbortSignal.timeout(WAIT_MS),
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    text = await response.text();
  } catch (error) {
    const late = error instanceof DOMException && error.name === "TimeoutError";
    throw new ApiError(late ? "timeout" : "offline", late ? t.errors.timeout : t.errors.offline);
  }
  let value: unknown = null;
  try {
    value = text ? JSON.parse(text) : null;
  } catch {
    throw errorOf(response.ok ? 502 : response.status, null, 0);
  }
  if (!response.ok) throw errorOf(response.status, value, Number(response.headers.get("Retry-After")) || 0);
  return value as T;
}

/** Calls a route. A call that needs a fresh log-in is repeated once the person has confirmed. */
export async function call<T>(method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE", path: string, ask: Ask = {}): Promise<T> {
  try {
    return await once<T>(method, path, ask);
  } catch (error) {
    if (!(error instanceof ApiError) || ask.quiet) throw error;
    if (error.code === "fresh_login_required") {
      if (await hooks.confirm()) return once<T>(method, path, ask);
      throw new ApiError("cancelled", t.errors.cancelled);
    }
    if (LOST.has(error.code) && !(ask.proof && error.code === "unauthorized")) hooks.lost(error.code);
    throw error;
  }
}
