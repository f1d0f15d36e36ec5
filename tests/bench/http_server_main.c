/* SPDX-License-Identifier: Apache-2.0 */
/* A small server on the real http/ layer, for load tools and protocol probes:
 *   http_server_main LISTEN [key=value …]   cert= key= origin= redirect= loops= log=1 per_address=
 * header_ms= … Routes: /healthz and /widget.js on the loop, /work and /slow in their lanes, /big
 * (20 KB), /echo, /events. */
#include <stdio.h>
#include <stdlib.h>

#include "base/crypto.h"
#include "base/log.h"
#include "base/mem.h"
#include "http/asset.h"
#include "http/exchange.h"
#include "http/router.h"
#include "http/server.h"

enum route { HEALTH, WIDGET, WORK, SLOW, BIG, ECHO, EVENTS, STREAM, ROUTES };

static const char *const templates[ROUTES] = {"/healthz", "/widget.js", "/work",   "/slow",
                                              "/big",     "/echo",      "/events", "/stream"};
static const enum http_method methods[ROUTES] = {HTTP_GET, HTTP_GET,  HTTP_GET, HTTP_GET,
                                                 HTTP_GET, HTTP_POST, HTTP_GET, HTTP_GET};
static const enum http_lane lanes[ROUTES] = {HTTP_LANE_LOOP, HTTP_LANE_LOOP, HTTP_LANE_WORK,
                                             HTTP_LANE_SLOW, HTTP_LANE_LOOP, HTTP_LANE_WORK,
                                             HTTP_LANE_LOOP, HTTP_LANE_SLOW};

static struct http_router *router;
static char big[20480];

static void plan(void *user, struct http_req *req, struct http_res *res, struct http_plan *ret)
{
    unsigned allow = 0;
    (void)user;
    int route = http_router_find(router, http_req_method(req), http_req_path(req),
                                 http_req_arena(req), ret->args, &allow);
    if (route < 0) {
        http_res_error(
            res, err_new(route == HTTP_ROUTER_METHOD ? ERR_METHOD : ERR_NOT_FOUND, "no such route"),
            STR_EMPTY);
        ret->answered = true;
        return;
    }
    ret->route = templates[route];
    ret->lane = lanes[route];
    ret->body_max = route == ECHO ? 1 << 20 : 0;
    http_req_set_user(req, (void *)(uintptr_t)(route + 1));
}

static void events(struct http_res *res)
{
    struct http_stream *stream;
    if (err_ok(http_res_detach(res, &stream))) {
        err e = http_stream_event(stream, STR("1"), STR("hello"), STR("{}"));
        if (!err_ok(e)) {
            log_err("bench", "event", e);
        }
        http_stream_unref(stream);
    }
}

static void stream_many(struct http_res *res)
{
    err e = http_res_stream(res);
    for (int i = 0; i < 1000 && err_ok(e); i++) {
        e = http_res_event(res, STR_EMPTY, STR("part"), str_n(big, 200));
    }
}

static void handle(void *user, struct http_req *req, struct http_res *res)
{
    (void)user;
    switch ((enum route)((uintptr_t)http_req_user(req) - 1)) {
    case WIDGET:
        http_res_send_static(res, 200, STR("text/javascript"), str_n(big, 15000));
        return;
    case BIG:
        http_res_send_static(res, 200, STR("text/plain"), str_n(big, sizeof big));
        return;
    case ECHO:
        http_res_send(res, 200, STR("application/octet-stream"), http_req_body(req));
        return;
    case EVENTS:
        events(res);
        return;
    case STREAM:
        stream_many(res);
        return;
    case HEALTH:
    case WORK:
    case SLOW:
    case ROUTES:
        break;
    }
    http_res_send(res, 200, STR("application/json"), STR("{\"status\":\"ok\"}"));
}

static bool option(const char *argument, const char *name, const char **ret)
{
    size_t n = strlen(name);
    if (strncmp(argument, name, n) != 0 || argument[n] != '=') {
        return false;
    }
    *ret = argument + n + 1;
    return true;
}

static void read_option(struct http_settings *s, const char *argument)
{
    const struct {
        const char *name;
        unsigned *number;
    } numbers[] = {{"loops", &s->loops},         {"per_address", &s->connections_per_address},
                   {"max", &s->connections_max}, {"header_ms", &s->header_ms},
                   {"body_ms", &s->body_ms},     {"idle_ms", &s->idle_ms},
                   {"write_ms", &s->write_ms},   {"drain_ms", &s->drain_ms},
                   {"ping_ms", &s->ping_ms},     {"work", &s->work_threads},
                   {"slow", &s->slow_threads}};
    const char *value;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (option(argument, numbers[i].name, &value)) {
            *numbers[i].number = (unsigned)strtoul(value, NULL, 10);
        }
    }
    const struct {
        const char *name;
        char *text;
        size_t room;
    } texts[] = {{"cert", s->tls_certificate, sizeof s->tls_certificate},
                 {"key", s->tls_key, sizeof s->tls_key},
                 {"origin", s->origin, sizeof s->origin},
                 {"redirect", s->redirect_listen, sizeof s->redirect_listen},
                 {"proxy", s->trusted_proxies[0], sizeof s->trusted_proxies[0]}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (option(argument, texts[i].name, &value)) {
            (void)snprintf(texts[i].text, texts[i].room, "%s", value);
        }
    }
    if (option(argument, "log", &value)) {
        s->access_log = value[0] == '1';
    }
}

int main(int argc, char **argv)
{
    struct http_settings settings = http_settings_default();
    struct http_hooks hooks = {.plan = plan, .handle = handle};
    struct http_server *server;
    settings.access_log = false;
    (void)snprintf(settings.listen, sizeof settings.listen, "%s",
                   argc > 1 ? argv[1] : "127.0.0.1:0");
    for (int i = 2; i < argc; i++) {
        read_option(&settings, argv[i]);
    }
    memset(big, 'x', sizeof big);
    err e = crypto_init();
    e = err_ok(e) ? http_router_new(methods, templates, ROUTES, &router) : e;
    e = err_ok(e) ? http_server_open(&settings, &hooks, &server) : e;
    if (!err_ok(e)) {
        log_err("bench", "start", e);
        return 2;
    }
    printf("listening %u %u\n", http_server_port(server), http_server_redirect_port(server));
    (void)fflush(stdout);
    e = http_server_run(server);
    http_server_close(server);
    http_router_free(router);
    return err_ok(e) ? 0 : 1;
}
