// SPDX-License-Identifier: Apache-2.0
// Light, dark, or as the device has it. Runs before the first paint (theme-first.ts) and from the menu.

export type Theme = "auto" | "light" | "dark";
const KEY = "doorward-theme";

export function themeNow(): Theme {
  try {
    const kept = localStorage.getItem(KEY);
    return kept === "light" || kept === "dark" ? kept : "auto";
  } catch {
    return "auto";
  }
}

export function showTheme(theme: Theme): void {
  if (theme === "auto") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
}

export function setTheme(theme: Theme): void {
  try {
    if (theme === "auto") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // A browser that keeps nothing still shows it now.
  }
  showTheme(theme);
}
