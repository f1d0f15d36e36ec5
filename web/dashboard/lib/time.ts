// SPDX-License-Identifier: Apache-2.0
// Times as people read them: local, with UTC beside for who asks.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const days = (n: number): number => n * DAY;

/** "2 March 2026, 14:05" in the reader's zone. */
export function localTime(at: string, locale: string, zone?: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short", ...(zone ? { timeZone: zone } : {}) }).format(new Date(at));
}

export function localDay(at: string, locale: string, zone?: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium", ...(zone ? { timeZone: zone } : {}) }).format(new Date(at));
}

/** "2026-03-02 13:05:07 UTC". */
export function utcTime(at: string): string {
  return new Date(at).toISOString().replace("T", " ").replace(/\.\d+Z$/, " UTC");
}

/** "3 minutes ago", "in 5 days"; null when a date says it better (over 30 days). */
export function relativeTime(at: string, now: number, locale: string): string | null {
  const distance = new Date(at).getTime() - now;
  const size = Math.abs(distance);
  const format = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const whole = (unit: number): number => Math.sign(distance) * Math.floor(size / unit);
  if (size < MINUTE) return format.format(0, "minute").replace(/^this minute$/, "now");
  if (size < HOUR) return format.format(whole(MINUTE), "minute");
  if (size < DAY) return format.format(whole(HOUR), "hour");
  return size <= 30 * DAY ? format.format(whole(DAY), "day") : null;
}

/** The value of <input type="date"> and back: the day as the reader's zone has it. */
export function dayOf(at: string | null): string {
  if (!at) return "";
  const date = new Date(at);
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

export function startOfDay(day: string): string | null {
  const date = /^\d{4}-\d\d-\d\d$/.test(day) ? new Date(`${day}T00:00:00`) : new Date(NaN);
  return Number.isNaN(date.getTime()) ? null : date.toISOString().replace(/\.\d+Z$/, "Z");
}

/** In so many days from now, as the server takes it. */
export function inDays(n: number, now: number): string {
  return new Date(now + n * DAY).toISOString().replace(/\.\d+Z$/, "Z");
}
