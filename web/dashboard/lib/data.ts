// SPDX-License-Identifier: Apache-2.0
// What a page loads: what was there stays while it is loaded again.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { ApiError } from "../api/client.ts";

export interface Data<T> {
  value: T | null;
  error: ApiError | null;
  /** Loads again; what is shown stays until the answer. */
  again(): void;
  /** Puts in what another answer already said. */
  put(change: (old: T) => T): void;
}

export function useData<T>(load: () => Promise<T>, key = ""): Data<T> {
  const [state, set] = useState<{ key: string; value: T | null; error: ApiError | null }>({ key, value: null, error: null });
  const [turn, setTurn] = useState(0);
  const newest = useRef(0);
  useEffect(() => {
    const mine = ++newest.current;
    load().then(
      (value) => mine === newest.current && set({ key, value, error: null }),
      (error: unknown) => {
        if (!(error instanceof ApiError)) throw error;
        if (mine === newest.current) set((old) => ({ key, value: old.key === key ? old.value : null, error }));
      },
    );
    return () => void newest.current++;
  }, [key, turn]);
  const again = useCallback(() => setTurn((n) => n + 1), []);
  const put = useCallback((change: (old: T) => T) => set((old) => (old.value === null ? old : { ...old, value: change(old.value) })), []);
  const current = state.key === key;
  return { value: current ? state.value : null, error: current ? state.error : null, again, put };
}
