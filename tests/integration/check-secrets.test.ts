// SPDX-License-Identifier: Apache-2.0
// Secrets where launch.yaml says, in a history, and in what a site serves, each as its row of the auditor.
import { matrix } from "./lab/matrix.ts";
import { SECRET_SITES } from "./lab/sites/secrets.ts";

matrix(SECRET_SITES);
