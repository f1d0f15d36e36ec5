/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of fetch and smtp only: libcurl set up, one hop, libcurl's results in words. */
#pragma once

#include <curl/curl.h>
#include <signal.h>

#include "net/fetch.h"
#include "net/resolve.h"

enum {
    FETCH_HEADERS_MAX = 64 << 10, /* bytes of all heads of one hop */
    FETCH_CONNECT_MS = 10000,     /* where the request says 0 */
    FETCH_TOTAL_MS = 60000,
};

/* Initialises libcurl once in the process; false when that failed. */
bool fetch_curl_ready(void);

/* A write to a connection that the other side has closed raises SIGPIPE inside OpenSSL; while held
 * it stays away from this thread, whatever the program does with that signal. */
struct fetch_pipe {
    sigset_t before;
    bool held;
};
struct fetch_pipe fetch_pipe_hold(void);
void fetch_pipe_release(const struct fetch_pipe *pipe);

/* Pins a URL's name to addresses for CURLOPT_RESOLVE; NULL when memory ran out. Free with
 * curl_slist_free_all. */
struct curl_slist *fetch_pin(struct arena *a, const struct url *url,
                             const struct resolve_answer *where);

/* One request to one URL, already judged. */
struct fetch_hop {
    const struct fetch_request *request;
    struct url url;
    struct resolve_answer where; /* the only addresses that may be connected to */
    bool follows, foreign; /* a redirect will be followed; another origin than the first one */
    const char *method;
    str body;
    int64_t deadline_ms; /* of the monotonic clock */
};

/* Runs a hop; fills what the answer has besides the URL. */
err fetch_hop_run(struct arena *a, const struct fetch_hop *hop, struct fetch_answer *ret,
                  str *ret_reason);

/* True for a status and location that redirect (RFC 9110 section 15.4). */
bool fetch_is_redirect(int status);

/* What a failed transfer's result means, in words for people; `deadline` is the wait that ran out,
 * if any. */
struct fetch_failure {
    CURLcode code;
    long os_error, verify_result;
    str host;
    unsigned port;
    const char *detail; /* libcurl's own text */
};
err fetch_explain(struct arena *a, const struct fetch_failure *failure, str *ret_reason);
