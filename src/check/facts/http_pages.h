/* SPDX-License-Identifier: Apache-2.0 */
/* Between the collectors of pages only. */
#pragma once

#include "check/facts/http_collect.h"
#include "check/facts/page.h"

/* The page that visitors see, where everything else starts. */
struct visit {
    struct collect *c;
    struct arena *a;
    struct page page;
    struct url url; /* of the page */
    str origin;     /* https://www.example.com */
};

/* Finds the page (redirects followed) without adding it to the list of pages; false when nothing
 * answered. */
bool visit_open(struct collect *c, enum http_purpose purpose, struct visit *ret);

/* An absolute URL of the page's origin. */
str visit_at(const struct visit *v, const char *path);

/* One part of the collection each; they add exchanges only. */
void visit_assets(struct visit *v);  /* scripts and styles of the same site, widgets' scripts */
void visit_probes(struct visit *v);  /* what should not be there, and documents that should */
void visit_origins(struct visit *v); /* CORS of the page; who may use the widget's server */
void visit_latency(struct collect *c, const struct visit *v); /* `v` may be NULL */
void visit_lighthouse(struct collect *c, str url);

/* Text of the comment sourceMappingURL at the end of a script or style sheet; empty: none. */
str visit_source_map(str script);
