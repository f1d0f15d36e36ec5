/* SPDX-License-Identifier: Apache-2.0 */
/* What a mail server's answer means and what to do about it, in one sentence each. */
#pragma once

#include "net/smtp.h"

/* Gives static text for the outcome of smtp_send, never empty. */
str mail_advice(err outcome, const struct smtp_result *result);
