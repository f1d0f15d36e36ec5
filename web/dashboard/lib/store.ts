// SPDX-License-Identifier: Apache-2.0
// A value that several parts of the page look at.
import { useEffect, useState } from "preact/hooks";

export interface Store<T> {
  get(): T;
  set(value: T): void;
  subscribe(seen: () => void): () => void;
}

export function store<T>(value: T): Store<T> {
  const all = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      if (Object.is(value, next)) return;
      value = next;
      for (const seen of [...all]) seen();
    },
    subscribe(seen) {
      all.add(seen);
      return () => all.delete(seen);
    },
  };
}

export function useStore<T>(from: Store<T>): T {
  const [, turn] = useState(0);
  useEffect(() => {
    const seen = from.get();
    const stop = from.subscribe(() => turn((n) => n + 1));
    if (!Object.is(seen, from.get())) turn((n) => n + 1);
    return stop;
  }, [from]);
  return from.get();
}
