/* SPDX-License-Identifier: Apache-2.0 */
/* What a model wrote is untrusted: a streaming filter that lets text, Markdown and known [n] marks
 * through and holds back what is ambiguous until it is decided. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

struct egress_settings {
    unsigned citations;    /* marks [1] … [n] that were given in this turn; others are removed */
    const str *allow_urls; /* URLs that may stand in the text (of the given passages) */
    size_t allow_url_count;
    str canary; /* must never leave; seeing it ends the answer */
    str prompt; /* instructions: a run of 12 or more of its words is a leak */
};

struct egress {
    const struct egress_settings *settings;
    struct buf held; /* not decided yet */
    unsigned removed_links, removed_images, removed_marks;
    bool leaked; /* canary or prompt overlap: the answer must be dropped */
    /* private state of guard/egress.c */
    struct buf words;
    unsigned state;
};

void egress_init(struct egress *e, const struct egress_settings *settings);
void egress_done(struct egress *e);

/* Takes a piece and appends what may leave to `out`. FORBIDDEN when it must end here (leaked). */
err egress_push(struct egress *e, str piece, struct buf *out);
/* Ends: decides what is held. */
err egress_finish(struct egress *e, struct buf *out);
