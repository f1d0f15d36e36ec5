// SPDX-License-Identifier: Apache-2.0
// Every fault of SPF and DMARC, in the laboratory.
import { matrix } from "./lab/matrix.ts";
import { SPF_SITES } from "./lab/sites/spf.ts";

matrix(SPF_SITES);
