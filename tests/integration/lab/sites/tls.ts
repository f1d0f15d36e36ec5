// SPDX-License-Identifier: Apache-2.0
import type { Site } from "../site.ts";

export const TLS_SITES: Site[] = [];
