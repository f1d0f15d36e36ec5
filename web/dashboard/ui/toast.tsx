// SPDX-License-Identifier: Apache-2.0
// "Saved", and a way back where there is one. Said to screen readers; stays longer when it can be undone.
import { useEffect, useState } from "preact/hooks";
import { ApiError } from "../api/client.ts";
import { store, useStore } from "../lib/store.ts";
import { t } from "../texts/index.ts";
import { Button, IconButton } from "./base.tsx";

interface Toast {
  text: string;
  bad: boolean;
  undo: (() => Promise<unknown>) | null;
}
const STAY_MS = 5000;
const UNDO_MS = 12_000;
const shown = store<Toast | null>(null);

export const say = (text: string, undo: (() => Promise<unknown>) | null = null): void => shown.set({ text, bad: false, undo });

/** Says why something did not happen. Who chose not to go on needs no words. */
export function sayError(error: unknown): void {
  if (!(error instanceof ApiError)) throw error;
  if (error.code !== "cancelled") shown.set({ text: error.message, bad: true, undo: null });
}

export function Toasts() {
  const toast = useStore(shown);
  const [held, hold] = useState(false);
  useEffect(() => {
    if (!toast || held || toast.bad) return;
    const timer = setTimeout(() => shown.set(null), toast.undo ? UNDO_MS : STAY_MS);
    return () => clearTimeout(timer);
  }, [toast, held]);
  const undo = (): void => {
    toast?.undo?.().then(() => say(t.common.undone), sayError);
  };
  return (
    <div class="toasts" role="status" aria-live="polite" onMouseEnter={() => hold(true)} onMouseLeave={() => hold(false)} onFocusIn={() => hold(true)} onFocusOut={() => hold(false)}>
      {toast && (
        <div class={toast.bad ? "toast bad" : "toast"}>
          <p>{toast.text}</p>
          {toast.undo && <Button look="plain" onPress={undo}>{t.common.undo}</Button>}
          <IconButton icon="close" label={t.common.dismiss} onPress={() => shown.set(null)} />
        </div>
      )}
    </div>
  );
}
