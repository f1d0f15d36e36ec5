/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>

#include "check/rows/csp.h"

/* host, what it serves */
static const char *const bypasses[][2] = {
#include "check/check_csp.inc"
};

/* A judgement under way. */
struct judge {
    struct arena *a;
    const struct csp *csp;
    struct csp_finding *list;
    size_t count, warnings;
};

static __attribute__((format(printf, 3, 4))) void say(struct judge *j, bool note,
                                                      const char *format, ...)
{
    char text[512];
    va_list arguments;
    if (j->count == CSP_FINDINGS_MAX) {
        j->warnings += !note;
        return;
    }
    va_start(arguments, format);
    int n = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    str copy =
        n > 0 ? arena_str(j->a, str_n(text, (size_t)n < sizeof text ? (size_t)n : sizeof text - 1))
              : STR_EMPTY;
    j->list[j->count++] = (struct csp_finding){note, copy.p ? copy : STR_EMPTY};
    j->warnings += !note;
}

static bool has(const struct csp_directive *d, const char *source)
{
    for (size_t i = 0; d && i < d->count; i++) {
        if (str_ieq(d->sources[i], str_c(source))) {
            return true;
        }
    }
    return false;
}

static bool has_prefix(const struct csp_directive *d, const char *prefix)
{
    for (size_t i = 0; d && i < d->count; i++) {
        if (str_istarts(d->sources[i], str_c(prefix))) {
            return true;
        }
    }
    return false;
}

static bool has_hash(const struct csp_directive *d)
{
    return has_prefix(d, "'sha256-") || has_prefix(d, "'sha384-") || has_prefix(d, "'sha512-");
}

static bool has_nonce(const struct csp_directive *d) { return has_prefix(d, "'nonce-"); }

static bool is_wild(str source)
{
    static const char *const wild[] = {"*", "http:", "https:", "http://*", "https://*", "*:*"};
    for (size_t i = 0; i < sizeof wild / sizeof wild[0]; i++) {
        if (str_ieq(source, str_c(wild[i]))) {
            return true;
        }
    }
    return false;
}

/* The host of a source expression, and whether it is limited to a path. */
static str source_host(str source, bool *ret_path)
{
    size_t scheme = str_find(source, STR("://"), 0);
    source = str_slice(source, scheme == SIZE_MAX ? 0 : scheme + 3, source.n);
    size_t slash = str_find_byte(source, '/', 0);
    *ret_path = slash != SIZE_MAX && slash + 1 < source.n;
    source = str_slice(source, 0, slash == SIZE_MAX ? source.n : slash);
    size_t colon = str_find_byte(source, ':', 0);
    return str_slice(source, 0, colon == SIZE_MAX ? source.n : colon);
}

static bool host_covers(str host, str known)
{
    if (str_starts(host, STR("*."))) {
        str tail = str_slice(host, 1, host.n);
        return known.n > tail.n && str_ieq(str_slice(known, known.n - tail.n, known.n), tail);
    }
    return str_ieq(host, known);
}

static void judge_bypass(struct judge *j, const struct csp_directive *d, str source)
{
    bool path;
    str host = source_host(source, &path);
    for (size_t i = 0; !path && i < sizeof bypasses / sizeof bypasses[0]; i++) {
        if (host_covers(host, str_c(bypasses[i][0]))) {
            say(j, false, "%.*s allows %.*s, which serves %s: the policy can be bypassed",
                STR_ARG(d->name), STR_ARG(source), bypasses[i][1]);
            return;
        }
    }
}

static void judge_script(struct judge *j, const struct csp_directive *d)
{
    bool nonce = has_nonce(d), hash = has_hash(d);
    bool strict = has(d, "'strict-dynamic'") && (nonce || hash);
    if (has(d, "'unsafe-inline'") && !nonce && !hash && !has(d, "'strict-dynamic'")) {
        say(j, false, "%.*s allows 'unsafe-inline': injected scripts run", STR_ARG(d->name));
    }
    if (has(d, "'unsafe-eval'")) {
        say(j, true, "%.*s allows 'unsafe-eval'", STR_ARG(d->name));
    }
    for (size_t i = 0; i < d->count && !strict; i++) {
        str source = d->sources[i];
        if (is_wild(source)) {
            say(j, false, "%.*s allows %.*s: scripts from anywhere run", STR_ARG(d->name),
                STR_ARG(source));
        } else if (str_ieq(source, STR("data:"))) {
            say(j, false, "%.*s allows data:, which is as good as 'unsafe-inline'",
                STR_ARG(d->name));
        } else if (str_istarts(source, STR("http://"))) {
            say(j, false, "%.*s allows %.*s over plain HTTP", STR_ARG(d->name), STR_ARG(source));
        } else {
            judge_bypass(j, d, source);
        }
    }
    for (size_t i = 0; i < d->count; i++) {
        if (str_istarts(d->sources[i], STR("'nonce-")) && d->sources[i].n < 7 + 8 + 1) {
            say(j, false, "%.*s has the nonce %.*s, which is short enough to guess",
                STR_ARG(d->name), STR_ARG(d->sources[i]));
        }
    }
    if (!csp_find(j->csp, "base-uri") && (nonce || (hash && strict))) {
        say(j, false,
            "base-uri is missing: an injected <base> sends the page's own scripts "
            "elsewhere");
    } else if (!csp_find(j->csp, "base-uri")) {
        say(j, true, "base-uri is missing");
    }
}

static void judge_objects(struct judge *j)
{
    const struct csp_directive *d = csp_effective(j->csp, "object-src");
    if (!d) {
        say(j, false, "object-src is missing and so is default-src: plug-ins run scripts");
        return;
    }
    for (size_t i = 0; i < d->count; i++) {
        if (is_wild(d->sources[i]) && csp_find(j->csp, "script-src") != d &&
            d != csp_effective(j->csp, "script-src")) {
            say(j, false, "%.*s allows %.*s for plug-ins", STR_ARG(d->name),
                STR_ARG(d->sources[i]));
        }
    }
}

static bool known_directive(str name)
{
    static const char *const names[] = {
        "default-src",
        "script-src",
        "script-src-elem",
        "script-src-attr",
        "style-src",
        "style-src-elem",
        "style-src-attr",
        "img-src",
        "font-src",
        "connect-src",
        "media-src",
        "object-src",
        "frame-src",
        "child-src",
        "worker-src",
        "manifest-src",
        "prefetch-src",
        "base-uri",
        "form-action",
        "frame-ancestors",
        "navigate-to",
        "report-uri",
        "report-to",
        "sandbox",
        "plugin-types",
        "referrer",
        "reflected-xss",
        "require-sri-for",
        "trusted-types",
        "webrtc",
        "fenced-frame-src",
        "upgrade-insecure-requests",
        "require-trusted-types-for",
        "block-all-mixed-content",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (str_ieq(name, str_c(names[i]))) {
            return true;
        }
    }
    return false;
}

static bool bare_keyword(str source)
{
    static const char *const words[] = {
        "self",           "none",          "unsafe-inline", "unsafe-eval",
        "strict-dynamic", "unsafe-hashes", "report-sample", "wasm-unsafe-eval"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (str_ieq(source, str_c(words[i]))) {
            return true;
        }
    }
    return str_istarts(source, STR("nonce-")) || str_istarts(source, STR("sha256-"));
}

/* Typing errors: what browsers ignore without a word. */
static void judge_syntax(struct judge *j)
{
    for (size_t i = 0; i < j->csp->count; i++) {
        const struct csp_directive *d = &j->csp->directives[i];
        if (!known_directive(d->name)) {
            say(j, false, "%.*s is no directive: browsers ignore it",
                STR_ARG(str_slice(d->name, 0, 60)));
            continue;
        }
        bool words = str_ends(d->name, STR("-src")) || str_ieq(d->name, STR("frame-ancestors"));
        for (size_t k = 0; words && k < d->count; k++) {
            if (known_directive(d->sources[k])) {
                say(j, false, "a semicolon is missing before %.*s", STR_ARG(d->sources[k]));
            } else if (bare_keyword(d->sources[k])) {
                say(j, false, "%.*s has %.*s without quotes: browsers take it for a host",
                    STR_ARG(d->name), STR_ARG(str_slice(d->sources[k], 0, 60)));
            }
        }
    }
}

size_t csp_judge(struct arena *a, const struct csp *csp, struct csp_finding ret[CSP_FINDINGS_MAX],
                 size_t *ret_warnings)
{
    struct judge j = {.a = a, .csp = csp, .list = ret};
    const struct csp_directive *script = csp_effective(csp, "script-src");
    judge_syntax(&j);
    if (script) {
        judge_script(&j, script);
    } else {
        say(&j, false, "neither script-src nor default-src is there: every script runs");
    }
    judge_objects(&j);
    *ret_warnings = j.warnings;
    return j.count;
}
