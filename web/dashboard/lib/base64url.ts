// SPDX-License-Identifier: Apache-2.0
// Base64url without padding (RFC 4648 section 5).

export function toBase64url(bytes: ArrayBuffer | Uint8Array): string {
  let text = "";
  for (const byte of new Uint8Array(bytes)) text += String.fromCharCode(byte);
  return btoa(text).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** Throws for what is none. */
export function fromBase64url(text: string): ArrayBuffer {
  if (!/^[\w-]*$/.test(text) || text.length % 4 === 1) throw new Error("not base64url");
  const raw = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  return bytes.buffer;
}
