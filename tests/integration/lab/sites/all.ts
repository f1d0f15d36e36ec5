// SPDX-License-Identifier: Apache-2.0
// Every site with a fault.
import type { Site } from "../site.ts";

export const ALL: Site[] = [];
