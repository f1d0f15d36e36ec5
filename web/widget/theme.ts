// SPDX-License-Identifier: Apache-2.0
// The accent colour of a project, moved as little as needed to keep WCAG 2.2 AA contrast (1.4.3, 1.4.11).

export type Rgb = [number, number, number];

/** Read #rrggbb, as the server gives it; null for anything else. */
export function parseColor(text: string): Rgb | null {
  const hex = /^\s*#([\da-f]{2})([\da-f]{2})([\da-f]{2})\s*$/i.exec(text);
  return hex && (hex.slice(1).map((v) => parseInt(v, 16)) as Rgb);
}

const luminance = (c: Rgb): number =>
  c.reduce((sum, v, i) => {
    const s = v / 255;
    return sum + [0.2126, 0.7152, 0.0722][i]! * (s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4);
  }, 0);

/** WCAG contrast ratio, 1 to 21. */
export function contrast(a: Rgb, b: Rgb): number {
  const ratio = (luminance(a) + 0.05) / (luminance(b) + 0.05);
  return ratio < 1 ? 1 / ratio : ratio;
}

/** Black or white, whichever reads better; one of them always has at least 4.5. */
export const inkOn = (ground: Rgb): Rgb => (luminance(ground) > 0.18 ? [0, 0, 0] : [255, 255, 255]);

/** Mix `color` towards black or white until it has `ratio` against `ground`. */
export function reach(color: Rgb, ground: Rgb, ratio: number): Rgb {
  let c = color;
  for (let part = 0; part < 1 && contrast(c, ground) < ratio; part += 0.05) {
    c = color.map((v, i) => Math.round(v + ((inkOn(ground)[i] as number) - v) * part)) as Rgb;
  }
  return c;
}

/** The raised surface of tokens.css, the harder of the two to read on. */
const GROUND = { light: [245, 246, 248] as Rgb, dark: [34, 37, 43] as Rgb };
/** A bubble must be seen as one; its text does the rest. */
const FILL_RATIO = 1.25;

/** The accent of tokens.css, for a project without one that can be read. */
const ACCENT: Rgb = [36, 80, 196];

/** Custom properties for an accent. */
export function accentProperties(accent: string, theme: "light" | "dark"): Record<string, string> {
  const color = parseColor(accent) ?? ACCENT;
  const fill = reach(color, GROUND[theme], FILL_RATIO);
  const css = (c: Rgb): string => `rgb(${c})`;
  return {
    "--dw-accent": css(fill),
    "--dw-on-accent": css(inkOn(fill)),
    "--dw-accent-ink": css(reach(color, GROUND[theme], 4.5)),
  };
}
