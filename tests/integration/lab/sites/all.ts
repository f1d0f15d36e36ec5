// SPDX-License-Identifier: Apache-2.0
// Every site, for starting some by hand.
import type { Site } from "../site.ts";
import { DNS_SITES } from "./dns.ts";
import { SPEED_SITES } from "./speed.ts";
import { TLS_SITES } from "./tls.ts";

export const ALL: Site[] = [...DNS_SITES, ...TLS_SITES, ...SPEED_SITES];
