/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/verify.h"

#include "base/id.h"
#include "net/fetch.h"

const struct rule scan_acting_rule = {
    .id = "browser-key-acts",
    .service = "Doorward",
    .title = "Key in a page that may do more than a visitor",
    .opens = "Whoever opens the page can take the key and change, or read, what visitors must not.",
    .rotate =
        "Make a public key with project_read, project_search and chat_create only: doorward key "
        "create --public --project SLUG --permission chat_create.\n"
        "Put it into the page in place of this one and deploy.\n"
        "Revoke this one: doorward key revoke NAME; then look at the audit log for what was done "
        "with it.",
    .console = "doorward key list",
    .severity = RULE_HIGH,
    .expression = "",
};

/* What is asked, in this order. */
enum question { READ, SEARCH, LIST, CREATE, DELETE, QUESTIONS };

static const struct {
    const char *method, *path; /* behind /api/v1/projects/{p} */
    bool beyond;               /* more than a visitor may */
    const char *may, *may_not;
} questions[QUESTIONS] = {
    [READ] = {"GET", "", false, "asked the origin: it may read the project (GET …/projects/{p})",
              "asked the origin: it may not read the project (GET …/projects/{p})"},
    [SEARCH] = {"GET", "/search?q=doorward-scan", false,
                "asked the origin: it may search (GET …/search)",
                "asked the origin: it may not search (GET …/search)"},
    [LIST] = {"GET", "/sources", true, "asked the origin: it may list the sources (GET …/sources)",
              "asked the origin: it may not list the sources (GET …/sources)"},
    [CREATE] = {"POST", "/sources", true,
                "asked the origin: it may add sources (POST …/sources with an empty body was "
                "refused for the body, not for the key)",
                "asked the origin: it may not add sources (POST …/sources)"},
    [DELETE] = {"DELETE", "/sources/", true,
                "asked the origin: it may delete sources (DELETE of one that is not there was "
                "refused as not found, not for the key)",
                "asked the origin: it may not delete sources (DELETE …/sources/{id})"},
};

bool verify_is_key(const struct finding *f)
{
    str secret = secret_view(&f->secret);
    bool served = false;
    for (size_t i = 0; i < f->place_count; i++) {
        served = served || f->places[i].served;
    }
    if (f->reported_not || !served) {
        return false;
    }
    if (str_starts(secret, STR("dw_pk_")) || str_starts(secret, STR("dw_sk_"))) {
        return proof_check(PROOF_CRC32_BASE62, secret) == PROOF_HOLDS;
    }
    return str_starts(str_c(f->rule->id), STR("biel-"));
}

enum verify_verdict verify_judge(const char *method, int status)
{
    bool get = strcmp(method, "GET") == 0;
    switch (status) {
    case 401:
        return VERIFY_DEAD;
    case 403:
        return VERIFY_MAY_NOT;
    case 200:
        return get ? VERIFY_MAY : VERIFY_UNKNOWN;
    case 400:
    case 404:
    case 415:
    case 422:
        return get ? VERIFY_UNKNOWN : VERIFY_MAY;
    default:
        return VERIFY_UNKNOWN;
    }
}

/* One key that is asked about. */
struct asking {
    struct scan *scan;
    struct finding *f;
    struct arena *a;
    const struct url *origin;
    bool public_key;
    const char *project;
};

static err ask(const struct asking *k, enum question q, int *ret_status)
{
    const struct scan_options *o = k->scan->options;
    struct secret header = {NULL, 0};
    id nowhere = id_random();
    str origin = url_origin(k->a, k->origin);
    str url = arena_printf(k->a, "%.*s/api/v1/projects/%s%s%s", STR_ARG(origin), k->project,
                           questions[q].path, q == DELETE ? nowhere.c : "");
    struct buf value;
    buf_init(&value, FINDING_SECRET_MAX + 16);
    buf_add(&value, STR("Api-Key "));
    buf_add(&value, secret_view(&k->f->secret));
    err e = url.p ? secret_set(&header, buf_str(&value))
                  : err_new(ERR_NO_MEMORY, "no memory for a request");
    buf_wipe(&value);
    /* a public key works on pages of its site; a secret one is refused where a page uses it */
    const struct fetch_header headers[] = {
        {STR("authorization"), secret_view(&header)},
        {STR("content-type"), STR("application/json")},
        {STR("origin"), origin},
    };
    struct fetch_request request = {.method = questions[q].method,
                                    .url = url,
                                    .headers = headers,
                                    .header_count = k->public_key ? 3 : 2,
                                    .body = q == CREATE ? STR("{}") : STR_EMPTY,
                                    .user_agent = STR("doorward-scan/" DOORWARD_VERSION),
                                    .allow_private = o->allow_private,
                                    .allow_hosts = &k->origin->host,
                                    .allow_host_count = 1,
                                    .total_ms = VERIFY_ANSWER_MS,
                                    .body_max = VERIFY_BODY_MAX,
                                    .ca_file = o->ca_file};
    struct fetch_answer answer = {.status = 0};
    e = err_ok(e) ? fetch(k->a, &request, &answer, NULL) : e;
    secret_done(&header);
    if (err_ok(e)) {
        *ret_status = answer.status;
    }
    return e;
}

static void say(struct finding *f, const char *reason)
{
    size_t at = f->reason_count < JUDGE_REASONS_MAX ? f->reason_count++ : JUDGE_REASONS_MAX - 1;
    f->reasons[at] = reason;
}

/* Looks for the project that knows the key: reading it is answered with anything but "not found".
 * False: there is none, or the origin does not answer. */
static bool find_project(struct asking *k, int *ret_status)
{
    for (unsigned i = 0; i < k->scan->project_count; i++) {
        k->project = k->scan->projects[i];
        err e = ask(k, READ, ret_status);
        if (!err_ok(e)) {
            scan_problem(k->scan, k->scan->options->config->origin, e.what, false);
            say(k->f, "asked the origin what it may do, and got no answer");
            return false;
        }
        if (*ret_status != 404) {
            return true;
        }
    }
    say(k->f, k->scan->project_count
                  ? "asked the origin: no project that the pages name knows this key"
                  : "the origin was not asked: no page names a project");
    return false;
}

static void ask_all(struct asking *k)
{
    int status = 0;
    bool more = false, all = true;
    if (!find_project(k, &status)) {
        return;
    }
    for (enum question q = READ; q < QUESTIONS; q++) {
        err e = q == READ ? ERR_NONE : ask(k, q, &status);
        enum verify_verdict verdict =
            err_ok(e) ? verify_judge(questions[q].method, status) : VERIFY_UNKNOWN;
        if (verdict == VERIFY_DEAD) {
            say(k->f, "asked the origin: the key is not valid there (401)");
            return;
        }
        all = all && verdict != VERIFY_UNKNOWN;
        more = more || (verdict == VERIFY_MAY && questions[q].beyond);
        if (verdict != VERIFY_UNKNOWN) {
            say(k->f, verdict == VERIFY_MAY ? questions[q].may : questions[q].may_not);
        }
    }
    if (!all) {
        scan_problem(k->scan, k->scan->options->config->origin,
                     "it did not say of every permission whether a key has it", false);
    }
    bool secret_key = str_starts(secret_view(&k->f->secret), STR("dw_sk_"));
    k->f->power = more ? KEY_ACTS : all && !secret_key ? KEY_READS : KEY_UNKNOWN;
    if (more && (k->f->rule->public_by_design || k->f->rule->severity < RULE_HIGH)) {
        struct crypto_digest digest =
            crypto_hmac(str_c(scan_acting_rule.id), str_c(k->f->fingerprint));
        finding_set_fingerprint(k->f, &digest);
        k->f->rule = &scan_acting_rule;
    }
}

void verify_keys(struct scan *s)
{
    const struct scan_config *config = s->options->config;
    struct arena a;
    struct url origin;
    size_t asked = 0;
    if (!s->options->verify) {
        return;
    }
    arena_init(&a, VERIFY_MEMORY_MAX);
    if (!config || !config->origin.n || !err_ok(url_parse(&a, config->origin, &origin))) {
        scan_problem(s, STR("--verify"), "launch.yaml names no origin that could be asked", false);
        arena_done(&a);
        return;
    }
    bool clear = str_eq(origin.scheme, STR("http")) && !s->options->allow_private;
    if (clear) {
        scan_problem(s, config->origin, "a key is not sent in clear: the origin must be https",
                     false);
    }
    for (size_t i = 0; !clear && i < findings_count(s->findings); i++) {
        struct finding *f = findings_at(s->findings, i);
        if (!verify_is_key(f)) {
            continue;
        }
        if (asked++ == VERIFY_KEYS_MAX) {
            scan_problem(s, config->origin, "there are more keys than are asked about", true);
            break;
        }
        struct asking k = {.scan = s,
                           .f = f,
                           .a = &a,
                           .origin = &origin,
                           .public_key = !str_starts(secret_view(&f->secret), STR("dw_sk_"))};
        ask_all(&k);
        arena_reset(&a);
        if (!err_ok(url_parse(&a, config->origin, &origin))) {
            break;
        }
    }
    arena_done(&a);
    findings_sort(s->findings);
}
