/* SPDX-License-Identifier: Apache-2.0 */
/* Reads text/event-stream (WHATWG HTML, section 9.2.6) from a peer that is not trusted:
 * incremental, with bounds. */
#pragma once

#include "base/buf.h"

enum { SSE_EVENT_MAX = 256 << 10 /* bytes of a line, and of an event's data */ };

struct sse {
    struct buf line; /* not ended yet */
    struct buf data; /* of the event under way */
    bool has_data;
    bool after_cr; /* the last byte was a CR: a LF now belongs to it */
    bool begun;    /* the first line has ended, so a byte order mark is text */
};

/* Called with an event's data (lines joined by LF); false stops. */
typedef bool (*sse_event_fn)(void *user, str data);

void sse_init(struct sse *sse);
void sse_done(struct sse *sse);

/* Takes a piece of any length. TOO_LARGE for a line or event over SSE_EVENT_MAX, CLOSED when
 * `event` said stop. */
err sse_push(struct sse *sse, str piece, sse_event_fn event, void *user);

/* Ends the stream: unlike a browser, also gives an event that lacks its empty line, but no line
 * that lacks its end. */
err sse_end(struct sse *sse, sse_event_fn event, void *user);
