/* SPDX-License-Identifier: Apache-2.0 */
/* What a check says: state, evidence, and the literal fix. Adding never fails; memory that runs out
 * makes the state `error`. */
#pragma once

#include "base/arena.h"
#include "base/str.h"

/* From the best to the worst; a verdict has the worst that its evidence has. */
enum check_state { CHECK_SKIP, CHECK_PASS, CHECK_WARN, CHECK_ERROR, CHECK_FAIL, CHECK_STATES };

const char *check_state_name(enum check_state state); /* "pass" */

enum {
    EVIDENCE_MAX = 200, /* of one check; more are counted only */
    EVIDENCE_BYTES_MAX = 4096,
};

struct evidence {
    enum check_state state;
    str subject;   /* what it is about: a host, a URL, a record's name, an address */
    str text;      /* the very record, header, hop or field seen, and what is wrong with it */
    bool excepted; /* an exception of launch.yaml or the baseline: does not count */
    str reason;    /* of the exception */
};

struct verdict {
    struct arena *a;
    enum check_state state; /* CHECK_SKIP until something is added */
    struct evidence *evidence;
    size_t count, capacity, more;
    str fix_text;   /* one paragraph in the imperative */
    str fix_record; /* zone lines, ready to paste; several separated by \n; lines to delete start
                       with "; delete: " */
    str fix_nginx, fix_caddy, fix_cloudflare, fix_other; /* blocks, ready to paste */
    str retest_extra; /* options that the re-test needs beside --only, usually empty */
    bool out_of_memory;
};

void verdict_init(struct verdict *v, struct arena *a);

/* Forgets the fix: there is nothing to repair. */
void verdict_drop_fix(struct verdict *v);

/* Adds evidence of a state. The subject is copied, the text formatted as printf does; bytes that
 * are no printable UTF-8 are escaped, so that a terminal is safe. */
void verdict_pass(struct verdict *v, str subject, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void verdict_warn(struct verdict *v, str subject, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void verdict_fail(struct verdict *v, str subject, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* What could not be tested though it should have been: unreachable, timeout. */
void verdict_error(struct verdict *v, str subject, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* What does not apply here, with the reason. */
void verdict_skip(struct verdict *v, str subject, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Sets parts of the fix (the last call wins); for records each call adds a line. */
void verdict_fix(struct verdict *v, const char *format, ...) __attribute__((format(printf, 2, 3)));
void verdict_fix_record(struct verdict *v, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void verdict_fix_nginx(struct verdict *v, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void verdict_fix_caddy(struct verdict *v, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void verdict_fix_cloudflare(struct verdict *v, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void verdict_fix_other(struct verdict *v, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
