// SPDX-License-Identifier: Apache-2.0
// Permissions in the groups that a chooser shows, and which of them a browser may hold.
import { PERMISSIONS, type KeyKind, type Permission } from "../api/types.ts";

export const BROWSER_SAFE: readonly Permission[] = ["project_read", "project_search", "chat_create"];

export type PermissionGroup = "browser" | "knowledge" | "conversations" | "operation" | "administration";
const GROUPS: readonly (readonly [PermissionGroup, readonly Permission[]])[] = [
  ["browser", BROWSER_SAFE],
  ["knowledge", ["project_sources_read", "project_sources_create", "project_sources_delete", "project_sync"]],
  ["conversations", ["leads_read", "chats_read", "chats_delete"]],
  ["operation", ["checks_run", "metrics_read", "audit_read"]],
  ["administration", ["project_manage", "keys_manage", "team_manage"]],
];

export interface Choice {
  group: PermissionGroup;
  permissions: { name: Permission; allowed: boolean }[];
}

/** What a key of this kind can be given by somebody who has `own`: nobody gives more than they have. */
export function choices(kind: KeyKind, own: readonly Permission[]): Choice[] {
  return GROUPS.filter(([group]) => kind === "secret" || group === "browser").map(([group, names]) => ({
    group,
    permissions: names.map((name) => ({ name, allowed: own.includes(name) })),
  }));
}

/** Those that stay when a secret key becomes a public one. */
export const fitting = (kind: KeyKind, chosen: readonly Permission[]): Permission[] =>
  kind === "secret" ? [...chosen] : chosen.filter((name) => BROWSER_SAFE.includes(name));

export const inOrder = (chosen: readonly Permission[]): Permission[] => PERMISSIONS.filter((name) => chosen.includes(name));
