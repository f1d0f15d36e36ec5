// SPDX-License-Identifier: Apache-2.0
// Every fault of DKIM keys, mail servers and their policies, in the laboratory.
import { matrix } from "./lab/matrix.ts";
import { MAIL_SITES } from "./lab/sites/mail.ts";

matrix(MAIL_SITES);
