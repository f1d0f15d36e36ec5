// SPDX-License-Identifier: Apache-2.0

/** Puts values into the places of a text: fill("{n} keys", {n: 3}). */
export const fill = (text: string, values: Readonly<Record<string, string | number>>): string => text.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));

/** One of two texts by number: "1 day|{n} days". */
export const count = (text: string, n: number): string => fill((n === 1 ? text.split("|")[0] : text.split("|")[1]) ?? text, { n });
