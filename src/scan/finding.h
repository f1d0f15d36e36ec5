/* SPDX-License-Identifier: Apache-2.0 */
/* Findings: one for each secret, with all its places. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/secret.h"
#include "scan/candidate.h"
#include "scan/judge.h"

enum {
    FINDINGS_MAX = 20000,       /* different secrets */
    FINDING_PLACES_MAX = 200,   /* kept of one secret; the rest is counted */
    FINDING_SECRET_MAX = 16384, /* bytes; a longer one is cut for grouping and masking */
    FINDING_PATH_MAX = 4096,
    FINDING_KEY_MAX = 400, /* bytes of a name or a reason */
};

enum place_kind { PLACE_FILE, PLACE_GIT, PLACE_URL, PLACE_ARCHIVE, PLACE_LOG, PLACE_KINDS };

/* What history says of a blob at a path. Filled in by the history's reader, at the latest before
 * the report; it outlives the findings. */
struct place_history {
    char first[41], last[41]; /* commits that brought and (last) had it; hex, NUL-terminated */
    int64_t date_ms;          /* author's date of the first */
    uint32_t first_order, last_order; /* of the two among the repository's commits; 0: unknown */
    str author;                       /* of the first, "Name <mail>" */
    bool at_head;
    str ref; /* where it is reachable from when not at HEAD: "refs/heads/x", "stash", "dangling" */
};

/* Where a text comes from; borrowed by every call, copied into a finding when there is one. */
struct origin {
    enum place_kind kind;
    str path; /* "src/app.js", "image.tar!layer.tar!etc/app.env", a URL, "-" */
    const struct place_history *history; /* PLACE_GIT; NULL otherwise */
    unsigned first_line;                 /* of the text; 0 counts as 1 */
    bool served;                         /* what a browser gets: judged for B4 */
    const struct findings *except;       /* what it has already is not added; NULL: nothing */
    unsigned *added; /* counted up by each findings_add, for a reader that wants to know; NULL */
};

struct place {
    enum place_kind kind;
    str path;
    unsigned line, column; /* from 1; column in bytes; 0: unknown (binary) */
    enum encoding encoding;
    const struct place_history *history;
    str environment; /* "prod", by launch.yaml; empty: none */
    str key;         /* the name it was assigned to */
    bool served;
    bool allowed; /* by an inline comment; `reason` says why */
    str reason;
};

/* What is staged is of git and has no history yet. */
static inline bool place_is_staged(const struct place *p)
{
    return p->kind == PLACE_GIT && !p->history;
}

static inline bool place_is_old(const struct place *p)
{
    return p->kind == PLACE_GIT && p->history && !p->history->at_head;
}

enum finding_state {
    FINDING_OPEN,
    FINDING_ALLOWED,
    FINDING_BASELINE,
    FINDING_PUBLIC,
    FINDING_STATES
};

/* What a key in a page may do, by what the origin answered (--verify). */
enum key_power {
    KEY_UNKNOWN,
    KEY_READS, /* no more than a visitor: as publishable as it should be */
    KEY_ACTS
};

struct finding {
    const struct rule *rule;
    struct secret secret;
    char fingerprint[65]; /* hex; see findings_finish */
    enum confidence confidence;
    const char *reasons[JUDGE_REASONS_MAX];
    size_t reason_count;
    struct place *places; /* in the order of findings_finish */
    size_t place_count, place_more;
    enum finding_state state;
    str state_reason; /* of the baseline, comment or list */
    enum key_power power;
    bool shared;       /* stands in more than one environment (L14) */
    bool in_source;    /* allowed by comments beside it, in each of its places */
    bool reported_not; /* judged to be none; kept for --explain only */
};

struct findings;

/* NO_MEMORY. Free with findings_free; NULL is fine. */
err findings_new(struct findings **ret);
void findings_free(struct findings *f);

/* Adds one place of a secret; from every thread. A secret that two rules match belongs to the one
 * with a form of its own, then the severer. Limits are told by findings_truncated. */
void findings_add(struct findings *f, const struct candidate *c, const struct judgement *j,
                  const struct origin *o, unsigned line, unsigned column, str allow_reason);

/* Orders findings and places (severity, path, line), makes the fingerprints. `key` (may be empty)
 * keys them; without one they are stretched, so that a published fingerprint does not give a weak
 * password away: PBKDF2-HMAC-SHA256 (RFC 8018). Equal secrets of a rule have equal fingerprints on
 * every machine, whatever the place. Nothing can be added afterwards; another call changes nothing
 * and gives the same answer. */
err findings_finish(struct findings *f, str key);

/* True when the secret is one of them (not one judged to be none), before findings_finish and while
 * nothing is added. */
bool findings_has(const struct findings *f, str secret);
size_t findings_count(const struct findings *f);
struct finding *findings_at(struct findings *f, size_t i);
bool findings_truncated(const struct findings *f);

/* "AKIA…(masked)": at most the first 4 characters and never more than a fifth of the secret. */
str finding_mask(struct arena *a, str secret);
