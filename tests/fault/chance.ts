// SPDX-License-Identifier: Apache-2.0
// Chance that can be repeated: the seed is printed, FAULT_SEED sets it.

export const CYCLES = Number(process.env["FAULT_CYCLES"] ?? 100);
const SEED = Number(process.env["FAULT_SEED"] ?? Date.now() % 1_000_000_007);

let state = SEED >>> 0;

/** A number from 0 up to 1 (mulberry32). */
export function chance(): number {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = state;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}

/** A whole number from `from` to `to`, both possible. */
export function between(from: number, to: number): number {
  return from + Math.floor(chance() * (to - from + 1));
}

export function pick<T>(list: readonly T[]): T {
  return list[between(0, list.length - 1)] as T;
}

export function saySeed(): void {
  console.log(`# FAULT_SEED=${SEED} FAULT_CYCLES=${CYCLES}`);
}

/** Lets time pass: between two acts, never to wait for something. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
