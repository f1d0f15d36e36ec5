// SPDX-License-Identifier: Apache-2.0
// What is wrong with a line of the allowed domains, before the server is asked; and what the line means.

export type DomainProblem = "empty" | "long" | "wildcard" | "wildcardDot" | "path" | "scheme" | "host" | "port" | "twice";
export type DomainMeaning = "exact" | "subdomains" | "local" | "insecure" | "address";

const LOCAL = /^(localhost|127\.0\.0\.1|\[::1\])$/;

interface Parts {
  scheme: string;
  wildcard: boolean;
  host: string;
  port: string;
}

/** The form in which the server keeps it, or what is wrong. The server has the last word. */
export function readDomain(text: string): { value: string; parts: Parts } | DomainProblem {
  const typed = text.trim();
  if (!typed) return "empty";
  if (typed.length > 300) return "long";
  const scheme = /^([a-z][a-z0-9+.-]*):\/{2}/i.exec(typed)?.[1]?.toLowerCase() ?? "https";
  if (scheme !== "https" && scheme !== "http") return "scheme";
  const rest = typed.replace(/^[a-z]+:\/{2}/i, "").replace(/\/$/, "");
  const wildcard = rest.startsWith("*.");
  const bare = wildcard ? rest.slice(2) : rest;
  if (bare.includes("*")) return "wildcard";
  if (/[/?#@]/.test(bare)) return "path";
  if (/\s/.test(bare) || !bare) return "host";
  let url: URL;
  try {
    url = new URL(`${scheme}://${bare}`);
  } catch {
    return /:\d*[^\d\]]*$/.test(bare) ? "port" : "host";
  }
  const host = url.hostname;
  const isName = host === "localhost" || host.includes(".") || host.startsWith("[");
  if (wildcard && (!host.includes(".") || /^[\d.]+$/.test(host) || host.startsWith("["))) return "wildcardDot";
  if (!isName) return "host";
  const port = url.port ? `:${url.port}` : "";
  return { value: `${scheme}://${wildcard ? "*." : ""}${host}${port}`, parts: { scheme, wildcard, host, port: url.port } };
}

/** Why a new line cannot be added to those there are, or null. */
export function judgeDomain(text: string, there: readonly string[]): DomainProblem | null {
  const read = readDomain(text);
  if (typeof read === "string") return read;
  return there.includes(read.value) ? "twice" : null;
}

/** What a line of the list lets in, for the words beside it. */
export function meaningOf(domain: string): DomainMeaning {
  const read = readDomain(domain);
  if (typeof read === "string") return "exact";
  if (LOCAL.test(read.parts.host)) return "local";
  if (read.parts.scheme === "http") return "insecure";
  if (read.parts.wildcard) return "subdomains";
  return /^[\d.]+$/.test(read.parts.host) || read.parts.host.startsWith("[") ? "address" : "exact";
}

/** "https://*.example.com" → "example.com", the part that does not match by itself. */
export const bareOf = (domain: string): string => domain.replace(/^https?:\/\/(\*\.)?/, "");
