// SPDX-License-Identifier: Apache-2.0
// Which language, which direction, which words.

import { de } from "./texts/de.ts";
import { en, type Texts } from "./texts/en.ts";
import { es } from "./texts/es.ts";
import { fr } from "./texts/fr.ts";

export type { Texts };
export const LOCALES: Record<string, Texts> = { en, de, fr, es };

/** The language a site or visitor asked for, known or not; else the first known one that is wanted. */
export const pickLocale = (asked: string | null | undefined, wanted: readonly string[]): string =>
  asked || wanted.map((tag) => tag.slice(0, 2).toLowerCase()).find((tag) => LOCALES[tag]) || "en";

/** The texts of a language with a site's own words over them. */
export const textsFor = (locale: string, own?: Partial<Texts>): Texts => ({
  ...(LOCALES[locale.slice(0, 2).toLowerCase()] ?? en),
  ...own,
});

/** Put a name or number in its place. */
export const format = (text: string, value: string | number): string => text.replace(/\{\w+\}/, () => String(value));

export const isRtl = (locale: string): boolean => /^(ar|fa|he|ps|ur|yi)\b/i.test(locale);
