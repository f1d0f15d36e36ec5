/* SPDX-License-Identifier: Apache-2.0 */
/* Chat widgets known by their scripts (rules/check/widgets.txt). */
#pragma once

#include "check/facts/http.h"

/* The name of the widget that a script loads ("Doorward", "Intercom"); NULL: none known. */
const char *widget_of_item(const struct page_item *item);

/* Doorward's own script on the page: with data-project; NULL. */
const struct page_item *widget_doorward(const struct page *page);
