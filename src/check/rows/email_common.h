/* SPDX-License-Identifier: Apache-2.0 */
/* What the rows about SPF and DMARC share: the domain's policy as one walk over the facts, who is
 * asked first when it is broken, and corrected records. */
#pragma once

#include "base/buf.h"
#include "check/mail/dmarc.h"
#include "check/mail/senders.h"
#include "check/mail/spf.h"
#include "check/rows/rows.h"

enum { EMAIL_TTL = 3600, EMAIL_TERMS_MAX = 400, EMAIL_LIST_MAX = 64 };

/* ── SPF ── */

/* How far a record must be in order for a check to say something; a fault before that belongs to
 * another check, and is skipped here. */
enum email_stage {
    EMAIL_ANSWERED, /* else email.spf.missing says error */
    EMAIL_FOUND,    /* at least one record; else email.spf.missing */
    EMAIL_SINGLE,   /* one; else email.spf.multiple */
    EMAIL_WHOLE,    /* its strings join rightly; else email.spf.string-length */
    EMAIL_SOUND,    /* no syntax fault; else email.spf.syntax */
};

struct email_spf {
    const struct facts *facts;
    struct arena *a;
    str domain;
    const struct dns_answer *answer;
    struct spf_audit audit;
    const struct spf_node *root;
    const struct spf_record *record; /* of the root */
    size_t found;                    /* SPF records at the domain */
};

/* Walks the policy. False: the check has said why it says nothing. */
bool email_spf_open(const struct facts *f, struct verdict *v, enum email_stage stage,
                    struct email_spf *ret);

/* The domain sends no mail: launch.yaml says so, or it takes none (RFC 7505) and its policy names
 * no sender. */
bool email_is_parked(const struct email_spf *x);
/* launch.yaml says so, or the null MX. */
bool email_takes_nothing(const struct facts *f, struct arena *a);

/* Where two strings of a TXT record were joined without the space that belongs there, from the
 * start of the text; SIZE_MAX: nowhere. */
size_t email_spf_glued(struct arena *a, const struct dns_record *r, str text);
/* One string of 255 bytes that ends without a last word: cut off by whoever stored it. */
bool email_spf_cut(const struct spf_node *root);

/* A term that is ignored though it was meant: include=example.com. */
bool email_spf_mistaken(const struct spf_term *term);

/* The record whose `all` decides: that of the domain, or where redirect leads. NULL: unknown. */
const struct spf_node *email_spf_last(const struct spf_node *root);

/* The term of the domain's own record under which a node stands; NULL for the root. */
const struct spf_term *email_own_term(const struct spf_node *node);

/* Evidence: the record as it stands in the zone. */
void email_pass_record(struct verdict *v, const struct dns_record *r);
/* Evidence: one line for each look-up, indented as a tree. */
void email_show_tree(struct verdict *v, const struct email_spf *x);
str email_node_label(struct arena *a, const struct spf_node *node);

/* ── corrected records ── */

/* Terms of a record to be, without the version. */
struct email_terms {
    str items[EMAIL_TERMS_MAX];
    size_t count;
};

void email_terms_read(struct email_terms *terms, const struct spf_record *record);
void email_terms_drop(struct email_terms *terms, str text);
void email_terms_replace(struct email_terms *terms, str text, str by); /* empty: drops it */
/* Before the `all` or redirect at the end; nothing when it is there already. */
void email_terms_add(struct email_terms *terms, str text);
/* Drops every all and puts this one at the end. */
void email_terms_end(struct email_terms *terms, str all);
str email_terms_text(struct arena *a, const struct email_terms *terms);

/* Adds the fix: the lines of the domain's records to delete, and the new one. */
void email_fix_spf(struct verdict *v, const struct email_spf *x, const struct email_terms *terms);
/* "; delete: …" */
void email_fix_delete(struct verdict *v, const struct dns_record *r);
/* A TXT line split into strings of at most 255 bytes. */
void email_fix_txt(struct verdict *v, str name, str text);

/* ── DMARC ── */

enum email_dmarc_stage { DMARC_STAGE_ANSWERED, DMARC_STAGE_SINGLE, DMARC_STAGE_SOUND };

struct email_dmarc {
    const struct facts *facts;
    struct arena *a;
    str domain, name; /* _dmarc.<domain> */
    struct dmarc_walk walk;
    const struct dmarc_step *own; /* the domain's own step */
    const struct dmarc_record *record;
    const struct dns_record *broken; /* a TXT record there that was meant to be one; NULL */
    str broken_text;
};

bool email_dmarc_open(const struct facts *f, struct verdict *v, enum email_dmarc_stage stage,
                      struct email_dmarc *ret);

/* A record to be: the tags of another one, with changes. NULL value drops a tag. */
struct email_tag {
    const char *name, *value;
};
str email_dmarc_text(struct arena *a, const struct dmarc_record *record,
                     const struct email_tag *changes, size_t count);
/* Adds the fix: every DMARC record there goes, the new one comes. */
void email_fix_dmarc(struct verdict *v, const struct email_dmarc *x, str text);

/* ── the parts of the table, each ended by a NULL id ── */

void email_spf_missing(const struct facts *f, struct verdict *v);
void email_spf_multiple(const struct facts *f, struct verdict *v);
void email_spf_strings(const struct facts *f, struct verdict *v);
void email_spf_syntax(const struct facts *f, struct verdict *v);
void email_spf_size(const struct facts *f, struct verdict *v);
void email_spf_lookups(const struct facts *f, struct verdict *v);
void email_spf_voids(const struct facts *f, struct verdict *v);
void email_spf_loop(const struct facts *f, struct verdict *v);
void email_spf_includes(const struct facts *f, struct verdict *v);
void email_spf_ptr(const struct facts *f, struct verdict *v);
void email_spf_plus_all(const struct facts *f, struct verdict *v);
void email_spf_neutral_all(const struct facts *f, struct verdict *v);
void email_spf_no_all(const struct facts *f, struct verdict *v);
void email_spf_redirect(const struct facts *f, struct verdict *v);
void email_spf_after_all(const struct facts *f, struct verdict *v);
void email_spf_undeclared(const struct facts *f, struct verdict *v);
void email_spf_declared(const struct facts *f, struct verdict *v);
void email_spf_parked(const struct facts *f, struct verdict *v);
void email_dmarc_missing(const struct facts *f, struct verdict *v);
void email_dmarc_multiple(const struct facts *f, struct verdict *v);
void email_dmarc_syntax(const struct facts *f, struct verdict *v);
void email_dmarc_policy(const struct facts *f, struct verdict *v);
void email_dmarc_subdomain(const struct facts *f, struct verdict *v);
void email_dmarc_no_rua(const struct facts *f, struct verdict *v);
void email_dmarc_external(const struct facts *f, struct verdict *v);
void email_dmarc_removed(const struct facts *f, struct verdict *v);
void email_dmarc_testing(const struct facts *f, struct verdict *v);
void email_dmarc_alignment(const struct facts *f, struct verdict *v);
