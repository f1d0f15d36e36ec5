// SPDX-License-Identifier: Apache-2.0
// Messages that Postfix delivered and opendkim signed, whole and with a fault each.
import { matrix } from "./lab/matrix.ts";
import { MESSAGE_SITES } from "./lab/sites/message.ts";

matrix(MESSAGE_SITES);
