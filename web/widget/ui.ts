// SPDX-License-Identifier: Apache-2.0
// What every part of the view is given.

import type { Conversation } from "./conversation.ts";
import type { Texts } from "./i18n.ts";

/** Known details of the visitor; they prefill the forms. */
export interface User {
  name?: string;
  email?: string;
  phone?: string;
  company?: string;
  /** What the site signed of them (JWT), for the visitor's session. */
  identity?: string;
}

export interface Ui {
  t: Texts;
  locale: string;
  theme: string;
  inline: boolean;
  talk: Conversation;
  user: User;
  close(): void;
  setLocale(locale: string): void;
  setTheme(theme: string): void;
  reset(): void;
}
