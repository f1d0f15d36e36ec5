/* SPDX-License-Identifier: Apache-2.0 */
/* What a page says about itself: titles, language, canonical address, robots rules, links. */
#pragma once

#include "know/html_tree.h"
#include "know/outline.h"

/* Fills title, language, canonical, base, noindex and nofollow, and adds the page's links to the
 * outline. `main` is the element with the main text. Needs html_measure and html_choose. */
void html_meta(struct arena *a, xmlNode *root, xmlNode *main, struct outline *o,
               struct know_document *ret);

/* Text of an element without its markup, white space collapsed. */
str html_inner_text(struct arena *a, xmlNode *node, size_t max);

/* Takes " | Site name" and the like off a title. `site` may be empty. */
str html_title_clean(str title, str site);
