// SPDX-License-Identifier: Apache-2.0
// What launch.yaml declares against what is there.
import { matrix } from "./lab/matrix.ts";
import { INTENT_SITES } from "./lab/sites/intent.ts";

matrix(INTENT_SITES);
