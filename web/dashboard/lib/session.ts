// SPDX-License-Identifier: Apache-2.0
// Who is logged in, and what happens when that changes.
import { ApiError } from "../api/client.ts";
import * as api from "../api/routes.ts";
import type { FactorKind, Login, Me, Permission } from "../api/types.ts";
import { go, goTo } from "./router.ts";
import { hrefOf, nextOf, OUTSIDE, placeOf } from "./route.ts";
import { store } from "./store.ts";

/** "unknown" until the first answer; "failed" when there was none. */
export type Phase = "unknown" | "nobody" | "factor" | "enrol" | "in" | "failed";

export interface Who {
  phase: Phase;
  me: Me | null;
  /** What the waiting session can be finished with. */
  factors: readonly FactorKind[];
  /** The session ended under a page that was open. */
  ended: boolean;
  error: ApiError | null;
}

const nobody: Who = { phase: "nobody", me: null, factors: [], ended: false, error: null };
export const who = store<Who>({ ...nobody, phase: "unknown" });
const ALL: readonly FactorKind[] = ["totp", "passkey", "recovery"];

const phaseOf = (me: Me): Phase => (me.state === "full" ? "in" : me.state === "needs_enrolment" ? "enrol" : "factor");

/** Asks who is here. */
export async function refresh(): Promise<void> {
  try {
    const me = await api.me();
    who.set({ ...nobody, phase: phaseOf(me), me, factors: ALL });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.code === "unauthorized") who.set(nobody);
    else if (error.code === "second_factor_required") who.set({ ...nobody, phase: "factor", factors: ALL });
    else if (error.code === "second_factor_enrolment_required") who.set({ ...nobody, phase: "enrol" });
    else who.set({ ...nobody, phase: "failed", error });
  }
}

/** Where a page that needs more than there is sends the person, or null when it may be shown. */
export function detour({ phase }: Who, pathname: string, search: string): string | null {
  const { page } = placeOf(pathname);
  const outside = page !== null && OUTSIDE.has(page);
  const back = pathname === hrefOf("home") || outside ? {} : { next: pathname + search };
  if (page === "reset" || page === "invitation") return null;
  if (phase === "nobody") return outside && page !== "factor" && page !== "enrol" ? null : hrefOf("login", "", back);
  if (phase === "factor") return page === "factor" ? null : hrefOf("factor", "", back);
  if (phase === "enrol") return page === "enrol" ? null : hrefOf("enrol", "", back);
  return phase === "in" && outside ? nextOf(search) : null;
}

/** Goes on after a step of the log-in. */
export async function arrived(login: Login): Promise<void> {
  if (login.state === "needs_factor") {
    who.set({ ...nobody, phase: "factor", factors: login.factors ?? ALL });
    const next = new URLSearchParams(location.search).get("next") ?? "";
    goTo("factor", "", { query: next ? { next } : {} });
    return;
  }
  const search = location.search;
  await refresh();
  const { phase } = who.get();
  if (phase === "in") go(nextOf(search), { replace: true });
  else if (phase === "enrol") go(hrefOf("enrol"), { replace: true });
}

/** What the client calls when an answer says that the session is not, or no longer, enough. */
export function lost(code: string): void {
  const phase: Phase = code === "second_factor_required" ? "factor" : code === "second_factor_enrolment_required" ? "enrol" : "nobody";
  who.set({ ...nobody, phase, factors: ALL, ended: phase === "nobody" });
}

export async function leave(): Promise<void> {
  await api.logout().catch(() => undefined);
  who.set(nobody);
  go(hrefOf("login"));
}

export const may = (me: Me | null, permission: Permission): boolean => me?.permissions.includes(permission) ?? false;
