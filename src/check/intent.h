/* SPDX-License-Identifier: Apache-2.0 */
/* Declared intent: what launch.yaml says the deployment should be (docs/check.md). */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "scan/config.h"

enum { INTENT_LIST_MAX = 64, INTENT_FILE_MAX = 256 << 10 };

struct intent_host {
    str name;
    const str *addresses; /* A and AAAA that it must have; none: any */
    size_t address_count;
    str cname; /* where it must point; empty: any */
};

/* A finding that is known and accepted. */
struct intent_exception {
    str id;      /* of a check, or a prefix with ".*" */
    str subject; /* empty: all */
    str reason;
    int64_t until_ms; /* the end of that day, UTC */
    unsigned line;    /* in the file */
};

/* Where the response time of endpoints that are not AI is measured. */
struct intent_latency {
    const str *urls; /* absolute, or paths below the origin */
    size_t count;
    unsigned p95_ms;  /* 500 */
    unsigned samples; /* 20 */
};

struct intent {
    bool given; /* a file was read */
    str origin; /* canonical: https://www.example.com; empty: discovered */
    const struct intent_host *hosts;
    size_t host_count;
    bool sends_mail, sends_mail_given; /* mail: none declares a domain that sends nothing */
    const str *senders;                /* names of rules/check/senders.yaml */
    size_t sender_count;
    const str *selectors; /* DKIM */
    size_t selector_count;
    enum { INTENT_CDN_UNKNOWN, INTENT_CDN_YES, INTENT_CDN_NO } cdn;
    str cdn_name;
    const str *origin_addresses; /* of the server behind the CDN, for edge.* */
    size_t origin_address_count;
    struct intent_latency latency;
    str lighthouse; /* command that prints Lighthouse's JSON for {url}; empty: not run */
    const struct intent_exception *exceptions;
    size_t exception_count;
    str file;                   /* the path that was read; empty: a text */
    struct scan_config secrets; /* where row L5 looks; docs/scan.md */
};

/* No file: everything is discovered. */
struct intent intent_default(void);

/* Reads launch.yaml. INVALID with `ret_reason` as "launch.yaml:3:5: …" and what to write instead.
 */
err intent_read(struct arena *a, const char *path, struct intent *ret, str *ret_reason);
/* The same for a text that is there already; `name` stands in the reasons. */
err intent_parse(struct arena *a, str text, const char *name, struct intent *ret, str *ret_reason);
