// SPDX-License-Identifier: Apache-2.0
// Which page an address below /admin/ is; pure, so that it can be tested without a browser.

export const BASE = "/admin";

/** Pages by name; {x} stands for one part of the path. */
export const PATHS = {
  home: "/",
  setup: "/setup",
  login: "/login",
  factor: "/login/factor",
  enrol: "/second-factor",
  forgot: "/forgot",
  reset: "/reset",
  invitation: "/invitation",
  account: "/account",
  accountTotp: "/account/app",
  people: "/people",
  invite: "/people/invite",
  member: "/people/{id}",
  projects: "/projects",
  project: "/projects/{id}",
  keys: "/keys",
  keyNew: "/keys/new",
  key: "/keys/{id}",
  rules: "/rules",
  audit: "/audit",
  policy: "/policy",
} as const;
export type PageName = keyof typeof PATHS;

export interface Place {
  page: PageName | null;
  id: string;
}

/** Pages for who is not logged in yet, or not all the way. */
export const OUTSIDE: ReadonlySet<PageName> = new Set<PageName>(["setup", "login", "factor", "enrol", "forgot", "reset", "invitation"]);

const decoded = (part: string): string | null => {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
};

/** Fixed paths come first: /keys/new is no key. */
export function placeOf(pathname: string): Place {
  if (pathname !== BASE && !pathname.startsWith(BASE + "/")) return { page: null, id: "" };
  const parts = pathname.slice(BASE.length).split("/").filter(Boolean).map(decoded);
  if (parts.includes(null)) return { page: null, id: "" };
  const path = "/" + parts.join("/");
  const names = Object.keys(PATHS) as PageName[];
  const fixed = names.find((name) => PATHS[name] === path);
  if (fixed) return { page: fixed, id: "" };
  const open = names.find((name) => PATHS[name].endsWith("/{id}") && parts.length === 2 && PATHS[name] === `/${parts[0]}/{id}`);
  return open ? { page: open, id: parts[1] ?? "" } : { page: null, id: "" };
}

/** The address of a page. */
export function hrefOf(page: PageName, id = "", query: Readonly<Record<string, string>> = {}): string {
  const search = new URLSearchParams(Object.entries(query).filter(([, value]) => value)).toString();
  return BASE + PATHS[page].replace("{id}", encodeURIComponent(id)) + (search ? `?${search}` : "");
}

/** Where to go on after the log-in: only a page of ours that is not a log-in page itself. */
export function nextOf(search: string): string {
  const wanted = new URLSearchParams(search).get("next") ?? "";
  const { page } = placeOf(wanted.split(/[?#]/)[0] as string);
  return page && !OUTSIDE.has(page) ? wanted : hrefOf("home");
}

/** Mails link to /admin/#/reset/TOKEN and /admin/#/invitation/TOKEN: the address that stands for, or null. */
export function mailedLink(hash: string): string | null {
  const [, page, token] = /^#\/(reset|invitation)\/([^/]+)$/.exec(hash) ?? [];
  return page && token ? `${hrefOf(page as "reset" | "invitation")}#${token}` : null;
}

/** The token of a mailed link: in the fragment, which no server log ever sees. */
export function tokenOf(hash: string): string {
  const text = hash.replace(/^#/, "").replace(/^token=/, "");
  return /^dw_(iv|rs)_[0-9A-Za-z]{20,80}$/.test(text) ? text : "";
}
