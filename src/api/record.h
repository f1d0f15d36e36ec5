/* SPDX-License-Identifier: Apache-2.0 */
/* The audit log as the routes write it (store/audit.h). */
#pragma once

#include "api/route.h"

/* An act of the caller that a store verb records together with what it does. Texts are borrowed. */
struct audit_act record_act(const struct call *call, const char *act, const char *object_kind,
                            str object);

/* Records an act whose verb cannot: before it is done, so that what cannot be recorded does not
 * happen. */
err record_first(const struct call *call, const char *act, const char *object_kind, str object);
/* … and that it failed after all; gives `e` back. */
err record_failed(const struct call *call, const char *act, const char *object_kind, str object,
                  err e);

/* Records that a call of a known person or secret key was refused; `judged`: its row had let it
 * pass, the handler did not. */
void record_refusal(const struct call *call, err e, bool judged);
