/* SPDX-License-Identifier: Apache-2.0 */
/* Everything that the collectors saw of one deployment, for the checks to judge. Written while
 * collecting (by many threads, through the functions below), read-only afterwards. */
#pragma once

#include "base/arena.h"
#include "check/facts/dns.h"
#include "check/facts/http.h"
#include "check/facts/mail.h"
#include "check/facts/secrets.h"
#include "check/facts/tls.h"
#include "check/intent.h"

enum {
    FACTS_ARENA_MAX = 32 << 20,  /* bytes of one collector's arena */
    FACTS_BYTES_MAX = 256 << 20, /* of all together */
    FACTS_ARENAS_MAX = 2048,
    FACTS_LIST_MAX = 4096, /* answers, exchanges, endpoints: of each kind */
};

struct facts;

/* Makes an empty set of facts about `target` (a host name, lower case, A-labels, no final dot) as
 * they were at `now_ms`. `intent` is borrowed and must outlive it. NO_MEMORY. */
err facts_new(str target, const struct intent *intent, int64_t now_ms, struct facts **ret);
/* Frees the facts and all arenas handed out. NULL is fine. */
void facts_free(struct facts *f);

str facts_target(const struct facts *f);
/* The registrable domain of the target (public suffix list), or the target itself when there is
 * none: where mail records and name servers are looked for. */
str facts_domain(const struct facts *f);
int64_t facts_now_ms(const struct facts *f);
const struct intent *facts_intent(const struct facts *f);

/* Hands out an arena that lives as long as the facts; one thread uses it at a time. NULL when a
 * limit is reached. From every thread. */
struct arena *facts_arena(struct facts *f);

/* Adds what was seen; the pieces of `*x` are borrowed and must live as long as the facts, the
 * struct itself is copied. What comes after FACTS_LIST_MAX of a kind is left out and
 * facts_truncated says so. From every thread. */
void facts_add_dns(struct facts *f, const struct dns_answer *x);
void facts_add_http(struct facts *f, const struct http_exchange *x);
void facts_add_tls(struct facts *f, const struct tls_endpoint *x);
void facts_add_smtp(struct facts *f, const struct smtp_server *x);
void facts_add_page(struct facts *f, const struct page *x);
void facts_add_registration(struct facts *f, const struct registration *x);
bool facts_truncated(const struct facts *f);

/* Lists, in the order of addition. */
const struct dns_answer *const *facts_dns_all(const struct facts *f, size_t *ret_count);
const struct http_exchange *const *facts_http_all(const struct facts *f, size_t *ret_count);
const struct tls_endpoint *const *facts_tls_all(const struct facts *f, size_t *ret_count);
const struct smtp_server *const *facts_smtp_all(const struct facts *f, size_t *ret_count);
const struct page *const *facts_page_all(const struct facts *f, size_t *ret_count);
const struct registration *facts_registration(const struct facts *f); /* NULL: not asked */

/* Loopback and private addresses count as public (--allow-private). */
void facts_set_private(struct facts *f, bool allowed);
bool facts_private(const struct facts *f);

/* The raw message of --message, borrowed; empty: none. */
void facts_set_message(struct facts *f, str message);
str facts_message(const struct facts *f);

/* What the configured Lighthouse command gave; NULL: not run. */
void facts_set_lighthouse(struct facts *f, const struct lighthouse_result *x);
const struct lighthouse_result *facts_lighthouse(const struct facts *f);

/* What the secret scanner found; NULL: not looked for. */
void facts_set_secrets(struct facts *f, const struct secrets_facts *x);
const struct secrets_facts *facts_secrets(const struct facts *f);

/* The resolver's answer to a question, NULL when it was not asked. Names compare without case. From
 * every thread, also while collecting. */
const struct dns_answer *facts_dns(const struct facts *f, str name, unsigned type);

/* The host names that are looked at: the target, and what intent or discovery named; each once. */
struct facts_host {
    str name;
    bool declared; /* in launch.yaml, or the target itself; else found by its usual name */
    bool stale;    /* a name of the kind dev, staging, test, old: judged by dns.stale only */
};
void facts_add_host(struct facts *f, const struct facts_host *x);
const struct facts_host *facts_hosts(const struct facts *f, size_t *ret_count);
