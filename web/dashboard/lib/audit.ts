// SPDX-License-Identifier: Apache-2.0
// The filter of the audit log, kept in the address of the page.
import type { AuditEntry } from "../api/types.ts";

export interface AuditFilter {
  text: string;
  outcome: string;
}

export const readFilter = (search: string): AuditFilter => {
  const query = new URLSearchParams(search);
  return { text: query.get("q") ?? "", outcome: query.get("outcome") ?? "" };
};

export const writeFilter = ({ text, outcome }: AuditFilter): Record<string, string> => ({ q: text, outcome });

/** Every word is somewhere in the entry: what was done, by whom, on what, from where. */
export function matches(entry: AuditEntry, { text, outcome }: AuditFilter): boolean {
  if (outcome && entry.outcome !== outcome) return false;
  const all = [entry.act, entry.actor_kind, entry.actor, entry.actor_name, entry.object_kind, entry.object, entry.object_name, entry.address, entry.request, entry.detail && JSON.stringify(entry.detail)].filter(Boolean).join(" ").toLowerCase();
  return text.toLowerCase().split(/\s+/).every((word) => all.includes(word));
}

/** "seat: 3 · name: "Site"" from the entry's detail. */
export const detailText = (detail: Readonly<Record<string, unknown>> | null): string =>
  Object.entries(detail ?? {}).map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`).join(" · ");
