// SPDX-License-Identifier: Apache-2.0
// Every site with a fault.
import type { Site } from "../site.ts";
import { WEB_SITES } from "./web.ts";

export const ALL: Site[] = [...WEB_SITES];
