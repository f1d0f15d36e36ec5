/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/support/web.h"

#include "http/http.h"

struct web_seen web_seen;
static char big[20480];

struct route {
    const char *path;
    enum http_lane lane;
    size_t body_max;
    void (*handle)(struct http_req *req, struct http_res *res);
};

static void say_ok(struct http_req *req, struct http_res *res)
{
    (void)req;
    http_res_send(res, 200, STR("application/json"), STR("{\"status\":\"ok\"}"));
}

static void say_big(struct http_req *req, struct http_res *res)
{
    (void)req;
    http_res_send(res, 200, STR("text/plain"), str_n(big, sizeof big));
}

static void echo(struct http_req *req, struct http_res *res)
{
    http_res_send(res, 200, STR("application/octet-stream"), http_req_body(req));
}

static void who(struct http_req *req, struct http_res *res)
{
    str text = arena_printf(http_req_arena(req), "%.*s %.*s %d\n", STR_ARG(http_req_client(req)),
                            STR_ARG(http_req_origin_self(req)), http_req_is_tls(req));
    http_res_send(res, 200, STR("text/plain"), text);
}

static void param(struct http_req *req, struct http_res *res)
{
    str value = STR("(none)");
    (void)http_req_param(req, STR("q"), &value);
    http_res_header(res, STR("X-Good"), STR("yes"));
    http_res_header(res, STR("X-Bad"), STR("a\r\nb: c"));
    http_res_header(res, STR("Content-Length"), STR("1"));
    http_res_header(res, STR("Cache-Control"), STR("max-age=1"));
    http_res_send(res, 200, STR("text/plain"), value);
}

static void wait_for_test(struct http_req *req, struct http_res *res)
{
    (void)atomic_fetch_add(&web_seen.waiting, 1);
    for (int i = 0; i < 5000 && !atomic_load(&web_seen.release); i++) {
        (void)poll(NULL, 0, 1);
    }
    (void)atomic_fetch_sub(&web_seen.waiting, 1);
    say_ok(req, res);
}

static void on_close(void *user)
{
    (void)user;
    (void)atomic_fetch_add(&web_seen.closed, 1);
}

/* ?q= ends by itself after so many milliseconds. */
static void events(struct http_req *req, struct http_res *res)
{
    struct http_stream *stream;
    str text;
    uint64_t ms;
    err detached = http_res_detach(res, &stream);
    if (!err_ok(detached)) {
        http_res_error(res, detached, STR_EMPTY);
    } else {
        if (http_req_param(req, STR("q"), &text) && str_u64(text, &ms)) {
            http_stream_until(stream, clock_mono_ms() + (int64_t)ms);
        }
        http_stream_on_close(stream, on_close, NULL);
        err e = http_stream_event(stream, STR("1"), STR("hello"), STR("a\nb"));
        (void)e.code;
        http_stream_unref(atomic_exchange(&web_seen.stream, stream));
    }
}

/* ?q= events of 1 KB each. */
static void stream(struct http_req *req, struct http_res *res)
{
    str text;
    uint64_t count = 0;
    err e = http_res_stream(res);
    if (http_req_param(req, STR("q"), &text)) {
        (void)str_u64(text, &count);
    }
    for (uint64_t i = 0; i < count && err_ok(e); i++) {
        e = http_res_event(res, STR_EMPTY, STR_EMPTY, str_n(big, 1024));
    }
    atomic_store(&web_seen.event_error, (int)e.code);
}

static void silent(struct http_req *req, struct http_res *res)
{
    (void)req;
    (void)res;
}

static const struct route routes[] = {
    {"/healthz", HTTP_LANE_LOOP, 0, say_ok}, {"/work", HTTP_LANE_WORK, 0, say_ok},
    {"/big", HTTP_LANE_LOOP, 0, say_big},    {"/bigwork", HTTP_LANE_WORK, 0, say_big},
    {"/echo", HTTP_LANE_WORK, 100000, echo}, {"/who", HTTP_LANE_WORK, 0, who},
    {"/param", HTTP_LANE_LOOP, 0, param},    {"/wait", HTTP_LANE_SLOW, 0, wait_for_test},
    {"/events", HTTP_LANE_LOOP, 0, events},  {"/stream", HTTP_LANE_SLOW, 0, stream},
    {"/silent", HTTP_LANE_WORK, 0, silent}};

static void plan(void *user, struct http_req *req, struct http_res *res, struct http_plan *ret)
{
    (void)user;
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        if (str_eq(http_req_path(req), str_c(routes[i].path))) {
            ret->route = routes[i].path;
            ret->lane = routes[i].lane;
            ret->body_max = routes[i].body_max;
            http_req_set_user(req, (void *)(uintptr_t)(i + 1));
            return;
        }
    }
    http_res_error(res, err_new(ERR_NOT_FOUND, "no such thing"), STR_EMPTY);
    ret->answered = true;
}

static void handle(void *user, struct http_req *req, struct http_res *res)
{
    (void)user;
    routes[(uintptr_t)http_req_user(req) - 1].handle(req, res);
}

struct http_settings web_settings(void)
{
    struct http_settings settings = http_settings_default();
    (void)snprintf(settings.listen, sizeof settings.listen, "127.0.0.1:0");
    settings.loops = 1;
    settings.access_log = false;
    return settings;
}

static void *run(void *user)
{
    err e = http_server_run(user);
    return (void *)(uintptr_t)e.code;
}

bool web_start(struct web *web, const struct http_settings *settings)
{
    const struct http_hooks hooks = {.plan = plan, .handle = handle};
    if (big[0] == '\0') { /* the first server of the test; another one may read it already */
        memset(big, 'x', sizeof big);
    }
    atomic_store(&web_seen.release, 0);
    atomic_store(&web_seen.closed, 0);
    log_setup(LOG_ERROR, 2);
    if (!err_ok(crypto_init()) || !err_ok(http_server_open(settings, &hooks, &web->server))) {
        return false;
    }
    web->port = http_server_port(web->server);
    return pthread_create(&web->thread, NULL, run, web->server) == 0;
}

static void finish(struct web *web)
{
    http_server_close(web->server);
    http_stream_unref(atomic_exchange(&web_seen.stream, NULL));
}

void web_stop(struct web *web)
{
    atomic_store(&web_seen.release, 1);
    http_server_stop(web->server);
    (void)pthread_join(web->thread, NULL);
    finish(web);
}

bool web_ended(struct web *web, int ms)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += ms / 1000 + 1;
    if (pthread_timedjoin_np(web->thread, NULL, &until) != 0) {
        return false;
    }
    finish(web);
    return true;
}

int web_connect(unsigned port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (connect(fd, (struct sockaddr *)&to, sizeof to) != 0) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

void web_send(int fd, const char *text)
{
    size_t n = strlen(text);
    while (n > 0) {
        ssize_t sent = send(fd, text, n, MSG_NOSIGNAL);
        if (sent <= 0) {
            return;
        }
        text += sent;
        n -= (size_t)sent;
    }
}

const char *web_hear(int fd, const char *end, int ms)
{
    static _Thread_local char text[4 << 20];
    size_t n = 0, want = strlen(end);
    int64_t until = clock_mono_ms() + ms;
    text[0] = '\0';
    while (n + 1 < sizeof text) {
        struct pollfd p = {fd, POLLIN, 0};
        int64_t left = until - clock_mono_ms();
        if (left <= 0 || poll(&p, 1, (int)left) <= 0) {
            break;
        }
        ssize_t got = recv(fd, text + n, sizeof text - 1 - n, 0);
        if (got <= 0) {
            break;
        }
        size_t from = n > want ? n - want : 0;
        n += (size_t)got;
        text[n] = '\0';
        if (want && strstr(text + from, end)) {
            break;
        }
    }
    return text;
}

bool web_closes(int fd, int ms)
{
    int64_t until = clock_mono_ms() + ms;
    char trash[4096];
    for (;;) {
        struct pollfd p = {fd, POLLIN, 0};
        int64_t left = until - clock_mono_ms();
        if (left <= 0 || poll(&p, 1, (int)left) <= 0) {
            return false;
        }
        if (recv(fd, trash, sizeof trash, 0) <= 0) {
            return true;
        }
    }
}

const char *web_ask(unsigned port, const char *text)
{
    int fd = web_connect(port);
    web_send(fd, text);
    (void)shutdown(fd, SHUT_WR);
    const char *answer = web_hear(fd, "", 5000);
    (void)close(fd);
    return answer;
}

bool web_until(bool (*condition)(void *user), void *user, int ms)
{
    int64_t until = clock_mono_ms() + ms;
    while (!condition(user)) {
        if (clock_mono_ms() > until) {
            return false;
        }
        (void)poll(NULL, 0, 2);
    }
    return true;
}
