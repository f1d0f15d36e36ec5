/* SPDX-License-Identifier: Apache-2.0 */
#include "check/rows/email_common.h"

#define SPF(name, words, grave, reason, reference, function)                                       \
    .id = name, .row = "L4", .title = words, .why = reason, .refs = reference, .severity = grave,  \
    .needs = NEEDS_MAIL_DNS, .run = function
