// SPDX-License-Identifier: Apache-2.0
import type { Site } from "../site.ts";

export const DNS_SITES: Site[] = [];
