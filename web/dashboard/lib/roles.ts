// SPDX-License-Identifier: Apache-2.0
// Who may give which role (src/access/role.h): nobody one above their own, and only owners make owners.
import type { Projects, Role } from "../api/types.ts";

export const ROLES: readonly Role[] = ["owner", "admin", "editor", "agent", "viewer"];

export const rank = (role: Role): number => ROLES.length - ROLES.indexOf(role);

export const mayManage = (own: Role, other: Role): boolean => rank(other) <= rank(own) && (other !== "owner" || own === "owner");

export const givable = (own: Role): Role[] => ROLES.filter((role) => mayManage(own, role));

/** The projects of a form, as the server takes them; a project's role is at most the team's. */
export function projectsOf(all: boolean, chosen: Readonly<Record<string, Role>>, highest: Role): "all" | { slug: string; role: Role }[] {
  if (all) return "all";
  return Object.entries(chosen).map(([slug, role]) => ({ slug, role: rank(role) > rank(highest) ? highest : role }));
}

export const chosenOf = (projects: Projects): Record<string, Role> => (projects === "all" ? {} : Object.fromEntries(projects.map(({ slug, role }) => [slug, role])));
