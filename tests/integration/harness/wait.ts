// SPDX-License-Identifier: Apache-2.0
// Waiting for a condition, always with a deadline.

/** Thrown by a probe: waiting longer is of no use. */
export class Hopeless extends Error {}

/** Tries `probe` until it gives a value that is not false, null or undefined. A probe that throws is
 * tried again; what it threw last is in the error when the deadline passes. */
export async function until<T>(
  what: string,
  probe: () => T | Promise<T>,
  seconds = 10,
): Promise<NonNullable<Exclude<T, false>>> {
  const deadline = Date.now() + seconds * 1000;
  let last: unknown;
  for (;;) {
    try {
      const value = await probe();
      if (value !== false && value !== null && value !== undefined) {
        return value as NonNullable<Exclude<T, false>>;
      }
      last = undefined;
    } catch (error) {
      if (error instanceof Hopeless) throw error;
      last = error;
    }
    if (Date.now() >= deadline) {
      const why = last === undefined ? "" : `: ${String(last)}`;
      throw new Error(`waited ${seconds} s in vain until ${what}${why}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Rejects when `promise` has not settled in time. */
export async function within<T>(what: string, promise: Promise<T>, seconds = 10): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took more than ${seconds} s`)), seconds * 1000);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
