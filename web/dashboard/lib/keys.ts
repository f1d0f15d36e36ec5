// SPDX-License-Identifier: Apache-2.0
// How the states of keys are shown, and which keys come first.
import type { Key, KeyState } from "../api/types.ts";

const TONES: Readonly<Record<KeyState, "plain" | "good" | "warn" | "bad">> = { live: "good", expiring: "warn", idle: "warn", old: "warn", exposed: "bad", expired: "plain", disabled: "plain" };
export const toneOf = (state: KeyState): "plain" | "good" | "warn" | "bad" => TONES[state] ?? "plain";

export const isOver = (key: Key): boolean => key.state === "disabled" || key.state === "expired";

const URGENCY: readonly KeyState[] = ["exposed", "expiring", "idle", "old", "live", "expired", "disabled"];

/** What needs somebody first, then by name; what is over comes last. */
export function byUrgency(keys: readonly Key[]): Key[] {
  return [...keys].sort((a, b) => URGENCY.indexOf(a.state) - URGENCY.indexOf(b.state) || a.name.localeCompare(b.name));
}
