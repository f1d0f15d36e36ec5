// SPDX-License-Identifier: Apache-2.0
// The address bar as a store. Pages move the focus to their heading themselves (ui/page.tsx).
import { hrefOf, mailedLink, type PageName } from "./route.ts";
import { store } from "./store.ts";

export interface Address {
  pathname: string;
  search: string;
  hash: string;
}

const current = (): Address => ({ pathname: location.pathname, search: location.search, hash: location.hash });
/** A mailed link can be opened in a tab that shows the dashboard already: then only the fragment changes. */
function arrive(): Address {
  const link = mailedLink(location.hash);
  if (link) history.replaceState(null, "", link);
  return current();
}

export const address = store<Address>(arrive());
addEventListener("popstate", () => address.set(arrive()));

/** How many pages this tab has shown: the first one leaves the focus where the browser puts it. */
export let visits = 0;

export function go(href: string, { replace = false } = {}): void {
  if (href === location.pathname + location.search + location.hash) return;
  if (replace) history.replaceState(null, "", href);
  else history.pushState(null, "", href);
  visits++;
  address.set(current());
  scrollTo(0, 0);
}

export const goTo = (page: PageName, id = "", options: { replace?: boolean; query?: Record<string, string> } = {}): void => go(hrefOf(page, id, options.query), options);

/** Changes the query only: a filter is no new page. */
export function setQuery(query: Readonly<Record<string, string>>): void {
  const search = new URLSearchParams(Object.entries(query).filter(([, value]) => value)).toString();
  history.replaceState(null, "", location.pathname + (search ? `?${search}` : ""));
  address.set(current());
}

/** Follows a link inside the page; leaves new tabs, downloads and other sites to the browser. */
export function follow(event: MouseEvent): void {
  const link = event.currentTarget as HTMLAnchorElement;
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || link.target) return;
  event.preventDefault();
  go(link.pathname + link.search + link.hash);
}
