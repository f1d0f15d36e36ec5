/* SPDX-License-Identifier: Apache-2.0 */
#include "api/limits.h"

#include "base/clock.h"
#include "base/log.h"

enum { MINUTE_MS = 60000, HOUR_MS = 3600000 };

struct api_settings api_settings_default(void)
{
    return (struct api_settings){.sessions_per_hour = 240,
                                 .messages_per_minute = 30,
                                 .messages_per_hour = 600,
                                 .leads_per_hour = 20,
                                 .searches_per_minute = 600,
                                 .requests_per_minute = 1200,
                                 .logins_per_minute = 120,
                                 .refusals_per_minute = 600,
                                 .streams_per_address = 64,
                                 .upload_bytes_max = 32 << 20,
                                 .session_minutes = 720};
}

static struct limit_rule rule(const char *name, unsigned count, unsigned period_ms)
{
    /* Half of the count at once lets people type fast without doubling what a period allows. */
    unsigned burst = count / 2 > 3 ? count / 2 : 3;
    return (struct limit_rule){.name = name,
                               .count = count,
                               .period_ms = period_ms,
                               .burst = burst < count ? burst : count};
}

static err refuse(struct call *call, const struct limit_rule *limit, struct limit_verdict verdict)
{
    unsigned seconds = (verdict.retry_ms + 999) / 1000;
    str retry = arena_printf(call->a, "%u", seconds ? seconds : 1);
    str policy = arena_printf(call->a, "\"%s\";q=%u;w=%u", limit->name, limit->count,
                              limit->period_ms / 1000);
    str state = arena_printf(call->a, "\"%s\";r=0;t=%u", limit->name, seconds ? seconds : 1);
    if (!retry.p || !policy.p || !state.p) {
        return err_new(ERR_NO_MEMORY, "out of memory");
    }
    http_res_header(call->res, STR("retry-after"), retry);
    http_res_header(call->res, STR("ratelimit-policy"), policy);
    http_res_header(call->res, STR("ratelimit"), state);
    LOG(LOG_WARN, "api", "rate limited", log_c("limit", limit->name),
        log_c("route", call->route->path));
    return err_new(ERR_RATE_LIMITED,
                   "too many requests; wait for the seconds that Retry-After names");
}

static err take(struct call *call, struct limit_rule limit, str who)
{
    struct limit_verdict verdict = limits_take(call->app->limits, &limit, who, clock_mono_ms());
    return verdict.allowed ? ERR_NONE : refuse(call, &limit, verdict);
}

/* Who a call is counted for: the session, the key or the address. A public key stands in a page:
 * all its readers share it, so it is their addresses that count. */
static str caller(const struct call *call, str address)
{
    switch (call->who.kind) {
    case PRINCIPAL_VISITOR:
        return id_str(&call->who.session.id);
    case PRINCIPAL_KEY:
        return call->who.public_key ? address : id_str(&call->who.key);
    case PRINCIPAL_STAFF:
        return id_str(&call->who.staff.person.id);
    case PRINCIPAL_NOBODY:
        break;
    }
    return address;
}

/* A visitor's messages count twice: for the session, and for the address it comes from. */
static err take_message(struct call *call, str address)
{
    const struct api_settings *settings = call->app->settings.api;
    err e = take(call, rule("messages", settings->messages_per_minute, MINUTE_MS),
                 caller(call, address));
    return err_ok(e)
               ? take(call, rule("messages-address", settings->messages_per_hour, HOUR_MS), address)
               : e;
}

static struct limit_rule refusals(const struct call *call)
{
    return rule("refusals", call->app->settings.api->refusals_per_minute, MINUTE_MS);
}

err limits_admit(struct call *call)
{
    char text[64];
    struct limit_rule limit = refusals(call);
    str address = limit_address_class(http_req_client(call->req), text);
    struct limit_verdict verdict = limits_look(call->app->limits, &limit, address, clock_mono_ms());
    return verdict.allowed ? ERR_NONE : refuse(call, &limit, verdict);
}

void limits_count_refusal(const struct call *call)
{
    char text[64];
    struct limit_rule limit = refusals(call);
    str address = limit_address_class(http_req_client(call->req), text);
    (void)limits_take(call->app->limits, &limit, address, clock_mono_ms());
}

err limits_preflight(struct call *call)
{
    char text[64];
    unsigned count = call->app->settings.api->requests_per_minute;
    return take(call, rule("preflights", count, MINUTE_MS),
                limit_address_class(http_req_client(call->req), text));
}

err limits_judge(struct call *call)
{
    char text[64];
    const struct api_settings *settings = call->app->settings.api;
    str address = limit_address_class(http_req_client(call->req), text);
    bool key = call->who.kind == PRINCIPAL_KEY && !call->who.public_key;
    struct limit_rule requests = rule("requests", settings->requests_per_minute, MINUTE_MS);
    switch (call->route->rate) {
    case ROUTE_RATE_NONE:
        return ERR_NONE;
    case ROUTE_RATE_SESSIONS:
        return take(call, rule("sessions", settings->sessions_per_hour, HOUR_MS), address);
    case ROUTE_RATE_MESSAGES:
        return key ? take(call, requests, caller(call, address)) : take_message(call, address);
    case ROUTE_RATE_LEADS:
        return take(call, key ? requests : rule("leads", settings->leads_per_hour, HOUR_MS),
                    caller(call, address));
    case ROUTE_RATE_SEARCH:
        return take(call, rule("searches", settings->searches_per_minute, MINUTE_MS),
                    caller(call, address));
    case ROUTE_RATE_READS:
        return take(call, requests, caller(call, address));
    case ROUTE_RATE_LOGINS:
        return take(call, rule("logins", settings->logins_per_minute, MINUTE_MS), address);
    }
    return ERR_NONE;
}

str limits_describe(struct arena *a, const struct api_settings *settings, enum route_rate rate)
{
    switch (rate) {
    case ROUTE_RATE_NONE:
        return STR("connections only");
    case ROUTE_RATE_SESSIONS:
        return arena_printf(a, "%u an hour per address", settings->sessions_per_hour);
    case ROUTE_RATE_MESSAGES:
        return arena_printf(a, "%u a minute per visitor, %u an hour per address",
                            settings->messages_per_minute, settings->messages_per_hour);
    case ROUTE_RATE_LEADS:
        return arena_printf(a, "%u an hour per visitor", settings->leads_per_hour);
    case ROUTE_RATE_SEARCH:
        return arena_printf(a, "%u a minute per key", settings->searches_per_minute);
    case ROUTE_RATE_READS:
        return arena_printf(a, "%u a minute per caller", settings->requests_per_minute);
    case ROUTE_RATE_LOGINS:
        return arena_printf(a, "%u a minute per address", settings->logins_per_minute);
    }
    return STR_EMPTY;
}
