// SPDX-License-Identifier: Apache-2.0
// Every fault of redirects, pages and the edge is found, and no other.
import { matrix } from "./lab/matrix.ts";
import { WEB_SITES } from "./lab/sites/web.ts";

matrix(WEB_SITES);
