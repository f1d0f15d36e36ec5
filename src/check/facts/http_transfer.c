/* SPDX-License-Identifier: Apache-2.0 */
#include <curl/curl.h>

#include "base/mem.h"
#include "check/facts/http_private.h"
#include "net/fetch_private.h"

struct http_session {
    CURL *easy;
};

/* An exchange under way. */
struct transfer {
    struct arena *a;
    const struct http_way *way;
    struct http_exchange *x;
    struct http_field *fields;
    struct buf body;
    size_t body_max, head_bytes;
    bool head_done, head_too_large, cut, refused, out_of_memory;
    char error[CURL_ERROR_SIZE];
};

struct http_session *http_session_open(void)
{
    struct http_session *s = fetch_curl_ready() ? mem_alloc(sizeof *s) : NULL;
    if (s) {
        s->easy = curl_easy_init();
    }
    if (s && !s->easy) {
        mem_free(s);
        s = NULL;
    }
    return s;
}

void http_session_close(struct http_session *s)
{
    if (!s) {
        return;
    }
    struct fetch_pipe pipe = fetch_pipe_hold();
    curl_easy_cleanup(s->easy);
    fetch_pipe_release(&pipe);
    mem_free(s);
}

/* Opens a socket only to an address that was judged; the port is the one of --resolve. */
static curl_socket_t open_socket(void *user, curlsocktype purpose, struct curl_sockaddr *to)
{
    struct transfer *t = user;
    struct addr a = addr_from_sockaddr(&to->addr);
    for (size_t i = 0; purpose == CURLSOCKTYPE_IPCXN && i < t->way->count; i++) {
        struct sockaddr_storage sa;
        if (memcmp(t->way->to[i].bytes, a.bytes, sizeof a.bytes) == 0) {
            socklen_t length = addr_to_sockaddr(&t->way->to[i], &sa);
            if (sa.ss_family == to->family && length == to->addrlen) {
                /* libcurl has room for every family behind `addr` */
                memcpy((void *)&to->addr, &sa, length);
                t->x->address = t->way->asked[i];
                return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
            }
        }
    }
    t->refused = true;
    return CURL_SOCKET_BAD;
}

static bool add_field(struct transfer *t, str line)
{
    size_t colon = str_find_byte(line, ':', 0);
    if (colon == SIZE_MAX || colon == 0) {
        return true; /* no field: browsers ignore it too */
    }
    if (t->x->field_count == HTTP_HEADERS_MAX) {
        t->head_too_large = true;
        return false;
    }
    char *name = arena_alloc(t->a, colon + 1);
    str value = arena_str(t->a, str_trim(str_slice(line, colon + 1, line.n)));
    if (!name || !value.p) {
        t->out_of_memory = true;
        return false;
    }
    for (size_t i = 0; i < colon; i++) {
        name[i] = str_lower(line.p[i]);
    }
    t->fields[t->x->field_count++] = (struct http_field){str_trim(str_n(name, colon)), value};
    return true;
}

static bool add_status(struct transfer *t, str line)
{
    size_t space = str_find_byte(line, ' ', 0);
    uint64_t status;
    if (space == SIZE_MAX || !str_u64(str_slice(line, space + 1, space + 4), &status)) {
        return false;
    }
    t->x->status = (unsigned)status;
    t->x->version = str_starts(line, STR("HTTP/1.0")) ? 10 : line.p[5] == '2' ? 20 : 11;
    t->x->field_count = 0; /* those before were of an interim answer */
    return true;
}

static size_t on_header(char *p, size_t size, size_t count, void *user)
{
    struct transfer *t = user;
    size_t n = size * count;
    t->head_bytes += n;
    if (t->head_bytes > HTTP_HEAD_MAX) {
        t->head_too_large = true;
        return CURL_WRITEFUNC_ERROR;
    }
    if (t->head_done) {
        return n; /* a trailer */
    }
    str line = str_trim(str_n(p, n));
    bool fine = true;
    if (str_starts(line, STR("HTTP/"))) {
        fine = add_status(t, line);
    } else if (str_empty(line)) {
        t->head_done = t->x->status >= 200;
    } else {
        fine = add_field(t, line);
    }
    return fine ? n : CURL_WRITEFUNC_ERROR;
}

/* Gets the body after decompression. */
static size_t on_body(char *p, size_t size, size_t count, void *user)
{
    struct transfer *t = user;
    size_t n = size * count;
    size_t room = t->body_max - t->body.n;
    t->x->bytes += n;
    buf_add(&t->body, str_n(p, n < room ? n : room));
    t->out_of_memory = t->body.failed != ERR_OK;
    t->cut = n > room;
    return t->cut || t->out_of_memory ? CURL_WRITEFUNC_ERROR : n;
}

static struct curl_slist *headers_make(struct arena *a, const struct http_ask *ask)
{
    struct curl_slist *list = curl_slist_append(NULL, "Accept: */*");
    for (size_t i = 0; list && i < ask->extra_count; i++) {
        str line = arena_printf(a, "%.*s: %.*s", STR_ARG(ask->extra[i].name),
                                STR_ARG(ask->extra[i].value));
        struct curl_slist *more = line.p ? curl_slist_append(list, line.p) : NULL;
        if (!more) {
            curl_slist_free_all(list);
            return NULL;
        }
        list = more;
    }
    return list;
}

static void set_policy(CURL *easy, const struct http_ask *ask, unsigned wait_ms)
{
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 0L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, COLLECT_AGENT);
    /* the TLS rows judge certificates and protocols: here anything is better than nothing */
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1);
    curl_easy_setopt(easy, CURLOPT_SSL_CIPHER_LIST, "DEFAULT:@SECLEVEL=0");
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)wait_ms);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                     (long)(wait_ms < COLLECT_CONNECT_MS ? wait_ms : COLLECT_CONNECT_MS));
    if (!ask->identity) {
        curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip, deflate, br");
    }
    if (ask->head) {
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    }
    if (ask->address) {
        curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
        curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
    }
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

static enum http_outcome outcome_of(CURLcode code)
{
    switch ((int)code) {
    case CURLE_OPERATION_TIMEDOUT:
        return HTTP_TIMEOUT;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CIPHER:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
        return HTTP_TLS_FAILED;
    case CURLE_COULDNT_CONNECT:
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
        return HTTP_UNREACHABLE;
    default:
        return HTTP_MALFORMED;
    }
}

static void judge(struct transfer *t, CURL *easy, const struct url *url, CURLcode code)
{
    struct http_exchange *x = t->x;
    if (t->head_too_large) {
        x->outcome = HTTP_MALFORMED;
        x->reason = STR("the answer's head is larger than 64 KiB or has over 256 fields");
    } else if (t->out_of_memory) {
        x->outcome = HTTP_TIMEOUT;
        x->reason = STR("no memory for the answer");
    } else if (t->refused) {
        x->outcome = HTTP_NOT_ALLOWED;
        x->reason = STR("an address that was not judged");
    } else if (code == CURLE_OK || t->cut) {
        x->outcome = HTTP_ANSWERED;
    } else {
        struct fetch_failure failure = {
            .code = code, .host = url->host, .port = url->port, .detail = t->error};
        curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &failure.os_error);
        x->outcome = outcome_of(code);
        err e = fetch_explain(t->a, &failure, &x->reason);
        x->reason = x->reason.n ? x->reason : str_c(e.what);
    }
}

static void measure(CURL *easy, struct http_exchange *x)
{
    curl_off_t before = 0, first = 0, total = 0, down = 0;
    long head = 0;
    curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &before);
    curl_easy_getinfo(easy, CURLINFO_STARTTRANSFER_TIME_T, &first);
    curl_easy_getinfo(easy, CURLINFO_TOTAL_TIME_T, &total);
    curl_easy_getinfo(easy, CURLINFO_SIZE_DOWNLOAD_T, &down);
    curl_easy_getinfo(easy, CURLINFO_HEADER_SIZE, &head);
    x->first_byte_ms = first > before ? (unsigned)((first - before) / 1000) : 0;
    x->total_ms = total > before ? (unsigned)((total - before) / 1000) : 0;
    x->transferred = (uint64_t)(down > 0 ? down : 0) + (uint64_t)(head > 0 ? head : 0);
}

static struct curl_slist *pin(struct arena *a, const struct url *url, const struct http_way *way)
{
    struct resolve_answer where = {.count = way->count};
    memcpy(where.addresses, way->to, way->count * sizeof way->to[0]);
    return fetch_pin(a, url, &where);
}

static CURLcode perform(CURL *easy, struct transfer *t, const struct http_ask *ask,
                        const struct url *url, unsigned wait_ms)
{
    CURLcode code = CURLE_OUT_OF_MEMORY;
    struct curl_slist *headers = headers_make(t->a, ask), *where = pin(t->a, url, t->way);
    str text = url_text(t->a, url, false);
    set_policy(easy, ask, wait_ms);
    set_callbacks(easy, t);
    if (headers && where && text.p && curl_easy_setopt(easy, CURLOPT_URL, text.p) == CURLE_OK) {
        curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
        curl_easy_setopt(easy, CURLOPT_RESOLVE, where);
        code = curl_easy_perform(easy);
    }
    judge(t, easy, url, code);
    measure(easy, t->x);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, NULL);
    curl_easy_setopt(easy, CURLOPT_RESOLVE, NULL);
    curl_slist_free_all(headers);
    curl_slist_free_all(where);
    return code;
}

void http_transfer(struct arena *a, const struct http_ask *ask, const struct url *url,
                   const struct http_way *way, unsigned wait_ms, struct http_exchange *x)
{
    struct http_session *own = ask->session ? NULL : http_session_open();
    struct http_session *s = ask->session ? ask->session : own;
    struct transfer t = {.a = a, .way = way, .x = x};
    t.body_max = ask->body_max ? ask->body_max : HTTP_BODY_KEPT_MAX;
    t.fields = arena_array(a, HTTP_HEADERS_MAX, sizeof *t.fields);
    x->address = way->asked[0];
    if (!s || !t.fields) {
        x->outcome = HTTP_TIMEOUT;
        x->reason = STR("no memory for a request");
        http_session_close(own);
        return;
    }
    x->fields = t.fields;
    buf_init(&t.body, t.body_max ? t.body_max : 1);
    struct fetch_pipe pipe = fetch_pipe_hold();
    curl_easy_reset(s->easy);
    (void)perform(s->easy, &t, ask, url, wait_ms);
    fetch_pipe_release(&pipe);
    str body = arena_str(a, buf_str(&t.body));
    x->body = body.p ? body : STR_EMPTY;
    x->cut = t.cut || !body.p;
    buf_done(&t.body);
    http_session_close(own);
}
