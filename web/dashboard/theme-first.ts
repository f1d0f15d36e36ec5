// SPDX-License-Identifier: Apache-2.0
// Loaded in the head, so that a chosen theme is there before anything is painted.
import { showTheme, themeNow } from "./lib/theme.ts";

showTheme(themeNow());
