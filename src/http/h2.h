/* SPDX-License-Identifier: Apache-2.0 */
/* Private to http/: HTTP/2 (RFC 9113) on a connection, framing by libnghttp2 without I/O of its
 * own. */
#pragma once

#include <nghttp2/nghttp2.h>

#include "http/conn.h"

enum {
    H2_STREAMS_MAX = 100,
    H2_STREAM_WINDOW = 128 << 10,
    H2_CONN_WINDOW = 1 << 20,
    H2_BODIES_MAX = 8 << 20, /* of unfinished requests of one connection, when there are several */
    H2_RATE_MS = 10000,
    H2_RESETS_MAX = 200,  /* RST_STREAM of the client per H2_RATE_MS (CVE-2023-44487) */
    H2_CONTROL_MAX = 600, /* SETTINGS, PING, PRIORITY and empty frames per H2_RATE_MS */
    H2_TICK_MS = 1000
};

struct h2_stream {
    struct h2_session *session;
    struct h2_stream *prev, *next;
    int32_t id;
    struct http_req *req;       /* until the stream closes, or its events begin */
    struct http_stream *events; /* an event stream that is open */
    struct buf head;            /* names and values of the request */
    bool pseudo_scheme, has_host, answered, remote_ended, ping;
    int bad_status; /* what to answer instead, when the head is complete */
    const char *bad_what;
    uint64_t sent, mark_sent; /* body bytes, and how many there were at mark_ms */
    size_t discarded;         /* body bytes that came after the answer */
    int64_t mark_ms, due;     /* due: end of head or body; 0: none */
};

struct h2_session {
    nghttp2_session *ng;
    struct http_conn *c;
    struct h2_stream *streams;
    unsigned stream_count;
    size_t bodies; /* bytes of bodies that are being received */
    int64_t rate_ms;
    unsigned resets, control;
    bool flooded;     /* too many frames of a kind */
    bool deaf;        /* a last GOAWAY was said: input is thrown away */
    bool ended;       /* nothing more is said; input is thrown away for a moment */
    size_t discarded; /* since then */
    bool inside;      /* libnghttp2 is running: it must not be entered again */
};

/* ── h2.c ── */

/* Gives what libnghttp2 wants to say to the socket, as long as it takes it. */
void h2_send(struct h2_session *session);

/* ── h2_head.c ── */

/* One field of the request; keeps the first defect for later. */
void h2_head_field(struct h2_stream *stream, str name, str value);
/* The head is complete; false when stream->bad_status is to be answered. */
bool h2_head_check(struct h2_stream *stream);

/* ── h2_answer.c ── */

void h2_answer(struct h2_stream *stream);
void h2_refuse(struct h2_stream *stream, int status, const char *what);
void h2_continue(struct h2_stream *stream);
/* Begins or goes on with an event stream. */
void h2_events(struct http_stream *events);
/* The handler has returned. */
void h2_finish(struct http_req *req);
