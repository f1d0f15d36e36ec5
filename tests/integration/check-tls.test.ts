// SPDX-License-Identifier: Apache-2.0
// Every fault of TLS on a server of its own, and no other finding there.
import { matrix } from "./lab/matrix.ts";
import { TLS_SITES } from "./lab/sites/tls.ts";

matrix(TLS_SITES);
