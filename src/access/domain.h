/* SPDX-License-Identifier: Apache-2.0 */
/* Which web pages may embed a project's widget: one judgement for every browser call (checklist
 * B1). */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* Normalises what an owner writes: "https://www.example.com", "example.com" (https is meant),
 * "*.example.com", "http://localhost:3000", "https://example.com:8443". IDN becomes A-labels.
 * INVALID with a static reason. */
err domain_parse(struct arena *a, str text, str *ret);

/* True when a browser's Origin matches a normalised domain. "*.example.com" matches each subdomain
 * at any depth and not example.com itself; scheme and port must be the same. */
bool domain_matches(str domain, str origin);

/* What a request says about the page it comes from; empty text where the header is missing. */
struct domain_request {
    str self;            /* our own origin as the client used it */
    str origin;          /* Origin */
    str referer;         /* Referer */
    str fetch_site;      /* Sec-Fetch-Site */
    bool has_credential; /* a session or key came with it */
};

enum domain_verdict {
    DOMAIN_SAME,    /* our own page */
    DOMAIN_ALLOWED, /* a page of an allowed domain: CORS headers name its origin */
    DOMAIN_ABSENT,  /* no browser: neither origin, referrer nor fetch metadata, but a credential */
    DOMAIN_REFUSED
};

/* Judges. An Origin of "null" is refused; a missing one is judged by fetch metadata and Referer;
 * without any of the three only a request with a credential passes. *ret_page is the page's
 * normalised origin, empty when it is absent or refused. */
enum domain_verdict domain_judge(struct arena *a, const str *domains, size_t count,
                                 const struct domain_request *request, str *ret_page);
