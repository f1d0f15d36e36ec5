// SPDX-License-Identifier: Apache-2.0
// Every site, for starting some by hand.
import type { Site } from "../site.ts";
import { DNS_SITES } from "./dns.ts";
import { INTENT_SITES } from "./intent.ts";
import { MAIL_SITES } from "./mail.ts";
import { MESSAGE_SITES } from "./message.ts";
import { SECRET_SITES } from "./secrets.ts";
import { SPEED_SITES } from "./speed.ts";
import { SPF_SITES } from "./spf.ts";
import { TLS_SITES } from "./tls.ts";
import { WEB_SITES } from "./web.ts";

export const ALL: Site[] = [
  ...DNS_SITES, ...TLS_SITES, ...WEB_SITES, ...SPF_SITES, ...MAIL_SITES, ...MESSAGE_SITES, ...INTENT_SITES, ...SPEED_SITES, ...SECRET_SITES,
];
