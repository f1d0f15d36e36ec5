// SPDX-License-Identifier: Apache-2.0
// Every fault of names and name servers in a zone of its own, and no other finding there.
import { matrix } from "./lab/matrix.ts";
import { DNS_SITES } from "./lab/sites/dns.ts";

matrix(DNS_SITES);
