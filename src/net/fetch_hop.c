/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "net/fetch_private.h"

/* A connection cache and a handle. Requests that may reach private addresses have their own, so
 * that a connection made for them is never used by one that may not. */
struct channel {
    CURLM *multi;
    CURL *easy;
};

struct thread_state {
    struct channel guarded, open;
    bool busy;
};

/* A hop under way. */
struct transfer {
    const struct fetch_hop *hop;
    struct arena *arena;
    struct fetch_answer answer;
    struct buf body;
    uint64_t body_bytes;
    size_t head_bytes;
    bool head_done, redirects, stopped, address_refused, out_of_memory;
    bool too_large, head_too_large;
    int64_t heard_ms; /* when anything came last; the start at first */
    bool heard;
    char error[CURL_ERROR_SIZE];
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t state_key;
static bool ready;

static void channel_done(struct channel *channel)
{
    if (channel->easy) {
        curl_easy_cleanup(channel->easy);
    }
    if (channel->multi) {
        curl_multi_cleanup(channel->multi);
    }
}

static void state_free(void *user)
{
    struct thread_state *state = user;
    struct fetch_pipe pipe = fetch_pipe_hold();
    channel_done(&state->guarded);
    channel_done(&state->open);
    fetch_pipe_release(&pipe);
    mem_free(state);
}

static void set_up(void)
{
    ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK &&
            pthread_key_create(&state_key, state_free) == 0;
}

bool fetch_curl_ready(void) { return pthread_once(&once, set_up) == 0 && ready; }

struct fetch_pipe fetch_pipe_hold(void)
{
    struct fetch_pipe pipe = {.held = false};
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    pipe.held =
        pthread_sigmask(SIG_BLOCK, &set, &pipe.before) == 0 && !sigismember(&pipe.before, SIGPIPE);
    return pipe;
}

void fetch_pipe_release(const struct fetch_pipe *pipe)
{
    const struct timespec now = {0};
    sigset_t set;
    if (!pipe->held) {
        return;
    }
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    while (sigtimedwait(&set, NULL, &now) > 0) { /* one that came meanwhile is not news */
    }
    pthread_sigmask(SIG_SETMASK, &pipe->before, NULL);
}

static struct thread_state *state_get(void)
{
    struct thread_state *state = pthread_getspecific(state_key);
    if (!state) {
        state = mem_alloc(sizeof(*state));
        if (state && pthread_setspecific(state_key, state) != 0) {
            mem_free(state);
            return NULL;
        }
    }
    return state;
}

static bool channel_open(struct channel *channel)
{
    if (!channel->multi) {
        channel->multi = curl_multi_init();
        if (channel->multi) {
            curl_multi_setopt(channel->multi, CURLMOPT_MAXCONNECTS, 4L);
        }
    }
    if (channel->easy) {
        curl_easy_reset(channel->easy);
    } else {
        channel->easy = curl_easy_init();
    }
    return channel->multi && channel->easy;
}

/* Opens a socket only to an address that was judged, whatever libcurl believes the name to mean. */
static curl_socket_t open_socket(void *user, curlsocktype purpose, struct curl_sockaddr *to)
{
    struct transfer *t = user;
    const struct resolve_answer *where = &t->hop->where;
    struct addr a = addr_from_sockaddr(&to->addr);
    for (size_t i = 0; purpose == CURLSOCKTYPE_IPCXN && i < where->count; i++) {
        const struct addr *judged = &where->addresses[i];
        if (memcmp(judged->bytes, a.bytes, sizeof(a.bytes)) == 0 && judged->port == a.port) {
            return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
        }
    }
    t->address_refused = true;
    return CURL_SOCKET_BAD;
}

static bool keep_header(struct transfer *t, str line, str name, str *into)
{
    if (line.n <= name.n || line.p[name.n] != ':' || !str_istarts(line, name)) {
        return true;
    }
    *into = arena_str(t->arena, str_trim(str_slice(line, name.n + 1, line.n)));
    t->out_of_memory = t->out_of_memory || !into->p;
    return into->p != NULL;
}

/* The end of a head: decides whether the body is wanted and tells the caller. */
static bool head_end(struct transfer *t)
{
    if (t->answer.status < 200) {
        return true; /* an interim answer, RFC 9110 section 15.2 */
    }
    const struct fetch_request *request = t->hop->request;
    t->head_done = true;
    t->redirects =
        t->hop->follows && fetch_is_redirect(t->answer.status) && t->answer.location.n > 0;
    if (!t->redirects && request->on_head && !request->on_head(request->user, t->answer.status)) {
        t->stopped = true;
        return false;
    }
    return true;
}

static size_t on_header(char *p, size_t size, size_t count, void *user)
{
    struct transfer *t = user;
    size_t n = size * count;
    t->heard_ms = clock_mono_ms();
    t->heard = true;
    t->head_bytes += n;
    if (t->head_bytes > FETCH_HEADERS_MAX) {
        t->head_too_large = true;
        return CURL_WRITEFUNC_ERROR;
    }
    if (t->head_done) {
        return n; /* a trailer */
    }
    str line = str_n(p, n);
    if (str_starts(line, STR("HTTP/"))) {
        size_t space = str_find_byte(line, ' ', 0);
        uint64_t status;
        if (space == SIZE_MAX || !str_u64(str_slice(line, space + 1, space + 4), &status)) {
            return CURL_WRITEFUNC_ERROR;
        }
        t->answer = (struct fetch_answer){.status = (int)status};
        return n;
    }
    struct fetch_answer *answer = &t->answer;
    bool fine = str_empty(str_trim(line))
                    ? head_end(t)
                    : keep_header(t, line, STR("content-type"), &answer->content_type) &&
                          keep_header(t, line, STR("etag"), &answer->etag) &&
                          keep_header(t, line, STR("last-modified"), &answer->last_modified) &&
                          keep_header(t, line, STR("location"), &answer->location) &&
                          keep_header(t, line, STR("retry-after"), &answer->retry_after) &&
                          keep_header(t, line, STR("sourcemap"), &answer->source_map) &&
                          keep_header(t, line, STR("x-sourcemap"), &answer->source_map);
    return fine ? n : CURL_WRITEFUNC_ERROR;
}

static size_t on_body(char *p, size_t size, size_t count, void *user)
{
    struct transfer *t = user;
    const struct fetch_request *request = t->hop->request;
    size_t n = size * count;
    t->heard_ms = clock_mono_ms();
    t->heard = true;
    t->body_bytes += n;
    if (t->body_bytes > request->body_max) {
        t->too_large = true;
        return CURL_WRITEFUNC_ERROR;
    }
    if (t->redirects) {
        return n;
    }
    if (request->on_body) {
        t->stopped = !request->on_body(request->user, str_n(p, n));
        return t->stopped ? CURL_WRITEFUNC_ERROR : n;
    }
    buf_add(&t->body, str_n(p, n));
    t->out_of_memory = t->body.failed != ERR_OK;
    return t->out_of_memory ? CURL_WRITEFUNC_ERROR : n;
}

struct curl_slist *fetch_pin(struct arena *a, const struct url *url,
                             const struct resolve_answer *where)
{
    struct buf b;
    buf_init(&b, 4096);
    bool v6 = url->host_is_ipv6;
    buf_addf(&b, "%s%.*s%s:%u:", v6 ? "[" : "", STR_ARG(url->host), v6 ? "]" : "", url->port);
    for (size_t i = 0; i < where->count; i++) {
        struct addr_text text = addr_text(&where->addresses[i]);
        bool bracket = strchr(text.c, ':') != NULL;
        buf_addf(&b, "%s%s%s%s", i ? "," : "", bracket ? "[" : "", text.c, bracket ? "]" : "");
    }
    str text = arena_str(a, buf_str(&b));
    struct curl_slist *list = b.failed == ERR_OK && text.p ? curl_slist_append(NULL, text.p) : NULL;
    buf_done(&b);
    return list;
}

/* Headers that may go to another origin than the one they were meant for. */
static bool header_travels(str name)
{
    return str_ieq(name, STR("accept")) || str_ieq(name, STR("accept-language"));
}

static bool headers_add(struct arena *a, const struct fetch_hop *hop, struct curl_slist **list)
{
    const struct fetch_request *request = hop->request;
    *list = curl_slist_append(NULL, "Expect:");
    bool fine = *list != NULL;
    for (size_t i = 0; fine && i < request->header_count; i++) {
        const struct fetch_header *h = &request->headers[i];
        if (hop->foreign && !header_travels(h->name)) {
            continue;
        }
        /* "Name;" is how libcurl is told to send an empty value */
        str line = h->value.n ? arena_printf(a, "%.*s: %.*s", STR_ARG(h->name), STR_ARG(h->value))
                              : arena_printf(a, "%.*s;", STR_ARG(h->name));
        struct curl_slist *more = line.p ? curl_slist_append(*list, line.p) : NULL;
        fine = more != NULL;
        *list = more ? more : *list;
    }
    return fine;
}

static void set_policy(CURL *easy, const struct fetch_hop *hop)
{
    const struct fetch_request *request = hop->request;
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                     (long)(request->connect_ms ? request->connect_ms : FETCH_CONNECT_MS));
    curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE,
                     (curl_off_t)(request->body_max > INT64_MAX ? INT64_MAX : request->body_max));
    if (!request->on_body) {
        curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip, deflate, br");
    }
}

static bool set_request(CURL *easy, struct arena *a, const struct fetch_hop *hop)
{
    const struct fetch_request *request = hop->request;
    str text = url_text(a, &hop->url, false);
    str agent = arena_str(a, request->user_agent.n ? request->user_agent
                                                   : STR("Doorward/" DOORWARD_VERSION));
    str ca_file = arena_str(a, request->ca_file);
    if (!text.p || !agent.p || !ca_file.p ||
        curl_easy_setopt(easy, CURLOPT_URL, text.p) != CURLE_OK ||
        curl_easy_setopt(easy, CURLOPT_USERAGENT, agent.p) != CURLE_OK) {
        return false;
    }
    if (ca_file.n) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file.p);
        curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    }
    bool bodyless = strcmp(hop->method, "GET") == 0 || strcmp(hop->method, "HEAD") == 0;
    if (hop->body.n || !bodyless) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)hop->body.n);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, hop->body.n ? hop->body.p : "");
    }
    if (strcmp(hop->method, "HEAD") == 0) {
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    } else {
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, hop->method);
    }
    return true;
}

static void set_callbacks(CURL *easy, struct transfer *t)
{
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, t);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, t);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, t);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, t->error);
}

/* Milliseconds until the nearest deadline; 0 or less when one has passed. */
static int64_t time_left(const struct transfer *t, int64_t now)
{
    const struct fetch_request *request = t->hop->request;
    int64_t left = t->hop->deadline_ms - now;
    unsigned quiet = t->heard ? request->stall_ms : request->first_ms;
    if (quiet && t->heard_ms + quiet - now < left) {
        left = t->heard_ms + quiet - now;
    }
    return left;
}

/* Drives the transfer until it is done or a deadline passes. */
static CURLcode drive(CURLM *multi, struct transfer *t)
{
    for (;;) {
        int running = 0, messages = 0;
        if (curl_multi_perform(multi, &running) != CURLM_OK) {
            return CURLE_OUT_OF_MEMORY;
        }
        const CURLMsg *message = curl_multi_info_read(multi, &messages);
        if (message && message->msg == CURLMSG_DONE) {
            return message->data.result;
        }
        int64_t left = time_left(t, clock_mono_ms());
        if (left <= 0) {
            return CURLE_OPERATION_TIMEDOUT;
        }
        if (curl_multi_poll(multi, NULL, 0, (int)(left < 1000 ? left : 1000), NULL) != CURLM_OK) {
            return CURLE_OUT_OF_MEMORY;
        }
    }
}

static err say(str text, enum err_code code, const char *what, str *ret_reason)
{
    *ret_reason = text.n ? text : str_c(what);
    return err_new(code, what);
}

static err judge(struct transfer *t, CURL *easy, CURLcode code, str *ret_reason)
{
    const struct url *url = &t->hop->url;
    struct arena *a = t->arena;
    if (t->stopped) {
        return say(STR("the exchange was stopped"), ERR_CLOSED, "the receiver stopped the exchange",
                   ret_reason);
    }
    if (t->too_large) {
        return say(arena_printf(a, "the answer of %.*s is larger than allowed", STR_ARG(url->host)),
                   ERR_TOO_LARGE, "the answer is larger than allowed", ret_reason);
    }
    if (t->head_too_large) {
        return say(arena_printf(a, "the header of %.*s's answer is too large", STR_ARG(url->host)),
                   ERR_TOO_LARGE, "the answer's header is larger than allowed", ret_reason);
    }
    if (t->out_of_memory) {
        return say(STR_EMPTY, ERR_NO_MEMORY, "no memory for an answer", ret_reason);
    }
    if (t->address_refused) {
        return say(
            arena_printf(a, "%.*s was about to be reached at an address that had not been checked",
                         STR_ARG(url->host)),
            ERR_FORBIDDEN, "an address was not allowed", ret_reason);
    }
    if (code == CURLE_OK) {
        return ERR_NONE;
    }
    struct fetch_failure failure = {
        .code = code, .host = url->host, .port = url->port, .detail = t->error};
    curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &failure.os_error);
    curl_easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &failure.verify_result);
    return fetch_explain(a, &failure, ret_reason);
}

static err transfer_run(struct channel *channel, struct transfer *t, str *ret_reason)
{
    CURL *easy = channel->easy;
    struct curl_slist *headers = NULL, *where = fetch_pin(t->arena, &t->hop->url, &t->hop->where);
    err e = err_new(ERR_NO_MEMORY, "no memory for a transfer");
    set_policy(easy, t->hop);
    if (!where || !headers_add(t->arena, t->hop, &headers) ||
        !set_request(easy, t->arena, t->hop)) {
        *ret_reason = str_c(e.what);
        goto out;
    }
    set_callbacks(easy, t);
    curl_easy_setopt(easy, CURLOPT_RESOLVE, where);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    t->heard_ms = clock_mono_ms();
    if (curl_multi_add_handle(channel->multi, easy) != CURLM_OK) {
        *ret_reason = str_c(e.what);
        goto out;
    }
    CURLcode code = drive(channel->multi, t);
    e = judge(t, easy, code, ret_reason);
    curl_multi_remove_handle(channel->multi, easy);
out:
    curl_easy_reset(easy);
    curl_slist_free_all(headers);
    curl_slist_free_all(where);
    return e;
}

err fetch_hop_run(struct arena *a, const struct fetch_hop *hop, struct fetch_answer *ret,
                  str *ret_reason)
{
    struct thread_state *state = fetch_curl_ready() ? state_get() : NULL;
    struct channel *channel = NULL;
    if (state && !state->busy) {
        channel = hop->request->allow_private ? &state->open : &state->guarded;
    }
    if (!channel || !channel_open(channel)) {
        return say(STR_EMPTY, ERR_NO_MEMORY, "libcurl could not be set up", ret_reason);
    }
    struct transfer t = {.hop = hop, .arena = a};
    uint64_t max = hop->request->body_max;
    buf_init(&t.body, max < SIZE_MAX / 4 ? (size_t)max : SIZE_MAX / 4);
    state->busy = true;
    struct fetch_pipe pipe = fetch_pipe_hold();
    err e = transfer_run(channel, &t, ret_reason);
    fetch_pipe_release(&pipe);
    state->busy = false;
    if (err_ok(e)) {
        t.answer.body = arena_str(a, buf_str(&t.body));
        if (t.answer.body.p) {
            *ret = t.answer;
        } else {
            e = say(STR_EMPTY, ERR_NO_MEMORY, "no memory for an answer", ret_reason);
        }
    }
    buf_done(&t.body);
    return e;
}
