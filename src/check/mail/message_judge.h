/* SPDX-License-Identifier: Apache-2.0 */
/* A message judged as a receiver would: its signatures, SPF of whoever delivered it, DMARC. */
#pragma once

#include "check/mail/auth_results.h"
#include "check/mail/dkim.h"
#include "check/mail/dmarc.h"
#include "check/mail/spf.h"

enum message_key_state {
    MESSAGE_KEY_FOUND,
    MESSAGE_KEY_MISSING,
    MESSAGE_KEY_BROKEN,
    MESSAGE_KEY_UNANSWERED,
};

struct message_signature {
    bool readable; /* else `problem` */
    struct dkim_signature s;
    struct text_problem problem;
    str key_name;
    enum message_key_state key_state;
    struct dkim_key key;
    const struct dns_record *key_record; /* NULL: none */
    struct text_problem key_problem;
    struct dkim_verdict verdict; /* when readable and FOUND */
};

struct message_judgement {
    struct message m;
    int64_t time_ms; /* of reception, as far as it is told; else now */
    struct message_signature *signatures;
    size_t signature_count;
    bool more_signatures; /* beyond DKIM_SIGNATURES_MAX */
    str from[MESSAGE_FROM_MAX];
    size_t from_count; /* addresses in From */
    bool has_entry;    /* `entry` says who delivered it */
    struct received entry;
    bool has_mail_from; /* the return path is known */
    str mail_from, mail_from_domain;
    bool has_spf; /* both are known */
    struct spf_outcome spf;
    bool has_dmarc; /* From has one address */
    struct dmarc_walk walk;
    struct dmarc_verdict dmarc;
};

/* Judges a raw message. INVALID, TOO_LARGE: it is none; NO_MEMORY. */
err message_judge(struct arena *a, struct dns_lookup dns, str raw, int64_t now_ms,
                  struct message_judgement *ret);

/* Readable, its key found, and it holds. */
bool message_signature_passes(const struct message_signature *s);
