// SPDX-License-Identifier: Apache-2.0
// What a browser keeps between two pages: the session, the chat's id, choices. Never a message.

export interface Kept {
  token?: string;
  /** End of the session, milliseconds since 1970. */
  expires?: number;
  chat?: string;
  /** Version of the terms the visitor accepted; the server decides whether that is enough. */
  terms?: string;
  locale?: string;
  theme?: string;
  open?: boolean;
}

/** Reads what is kept; with a patch, keeps that too. */
export type Memory = (patch?: Kept) => Kept;

/** A blocked or broken storage only means that nothing is kept. */
export function openMemory(key: string): Memory {
  let kept: Kept = {};
  try {
    kept = Object(JSON.parse(localStorage.getItem(key) as string));
  } catch {}
  if (!((kept.expires as number) > Date.now())) kept.token = kept.chat = "";
  return (patch) => {
    Object.assign(kept, patch);
    try {
      if (patch) localStorage.setItem(key, JSON.stringify(kept));
    } catch {}
    return kept;
  };
}
