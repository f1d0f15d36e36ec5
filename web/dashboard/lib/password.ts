// SPDX-License-Identifier: Apache-2.0
// What can be told of a new password before the server judges it: its length only, never kinds of characters.
import { fill } from "./text.ts";
import { t } from "../texts/index.ts";

const CHARS_MIN = 12;
const BYTES_MAX = 1024;

export function judgePassword(password: string): string | null {
  if (!password) return t.errors.required;
  const chars = [...password].length;
  if (chars < CHARS_MIN) return fill(t.password.short, { n: CHARS_MIN, have: chars });
  return new TextEncoder().encode(password).length > BYTES_MAX ? fill(t.password.long, { n: BYTES_MAX }) : null;
}

export const judgeEmail = (email: string): string | null => (!email.trim() ? t.errors.required : /^\S+@\S+\.\S+$/.test(email.trim()) ? null : t.errors.email);

/** Six digits, spaces allowed. */
export const judgeCode = (code: string): string | null => (/^\d{6}$/.test(code.replace(/\s/g, "")) ? null : t.errors.code);
