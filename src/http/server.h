/* SPDX-License-Identifier: Apache-2.0 */
/* The HTTP server: loops, connections, limits, deadlines; it knows routes only through its hooks.
 */
#pragma once

#include "http/http.h"

struct http_server;

/* What the plan hook decides when the head of a request is complete, before its body is read. */
struct http_plan {
    bool answered; /* the hook has answered already through res (error, redirect, static file) */
    enum http_lane lane;
    size_t body_max;   /* bytes; a larger body answers 413 */
    str args[8];       /* placeholders of the route, decoded, in the request's arena */
    const char *route; /* template for the access log and metrics, static text */
};

struct http_hooks {
    /* On the loop, never waits. */
    void (*plan)(void *user, struct http_req *req, struct http_res *res,
                 struct http_plan *ret_plan);
    /* In the planned lane. */
    void (*handle)(void *user, struct http_req *req, struct http_res *res);
    void *user;
};

/* Durations in milliseconds, sizes in bytes. */
struct http_settings {
    char listen[128];          /* "127.0.0.1:8080", "[::]:443", "127.0.0.1:0" for a free port */
    char tls_certificate[512]; /* path of the chain; empty: plain */
    char tls_key[512];
    char origin[256]; /* "https://chat.example.com": canonical; other hosts go there in one hop;
                         empty: none */
    char redirect_listen[128];    /* plain listener that only redirects to origin; empty: none */
    char trusted_proxies[16][64]; /* CIDR; empty: none */
    unsigned loops;               /* 0: one per core */
    unsigned work_threads;        /* 0: twice the cores */
    unsigned slow_threads;        /* 64 */
    unsigned slow_queue;          /* 128 requests that wait for one of them; beyond: 503 */
    unsigned connections_max;     /* all together */
    unsigned connections_per_address;
    unsigned streams_per_address; /* detached streams of events; 0: no limit */
    unsigned header_bytes_max;    /* 16 KB, request line included */
    unsigned header_count_max;    /* 100 */
    unsigned target_bytes_max;    /* 8 KB */
    unsigned header_ms;           /* 10 s from first byte (or accept) to the end of the head */
    unsigned body_ms;             /* 30 s for the whole body */
    unsigned idle_ms;             /* 60 s between requests */
    unsigned write_ms;            /* 30 s without progress of pending output */
    unsigned drain_ms;            /* 30 s after SIGTERM until connections are cut */
    unsigned ping_ms;             /* 10 s */
    bool access_log;
};

struct http_settings http_settings_default(void);

/* Opens the listeners. CONFLICT when the address is in use. Nothing is accepted before
 * http_server_run. */
err http_server_open(const struct http_settings *settings, const struct http_hooks *hooks,
                     struct http_server **ret);

/* The port that was bound (useful with port 0). */
unsigned http_server_port(const struct http_server *server);

/* The port of redirect_listen, 0 when there is none. */
unsigned http_server_redirect_port(const struct http_server *server);

/* Reads the certificate again, as SIGHUP does; from any thread. */
void http_server_reload(struct http_server *server);

/* Serves until http_server_stop or SIGTERM/SIGINT, drains, then returns. SIGHUP reloads
 * certificates. */
err http_server_run(struct http_server *server);

/* Begins draining; from any thread. */
void http_server_stop(struct http_server *server);

void http_server_close(struct http_server *server);

/* Counters for /metrics. */
struct http_counters {
    uint64_t requests, bytes_out, connections, connections_open, streams_open, refused;
    uint64_t status_class[6];
};
struct http_counters http_server_counters(const struct http_server *server);
