/* SPDX-License-Identifier: Apache-2.0 */
#include "check/verdict.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/utf8.h"

const char *check_state_name(enum check_state state)
{
    static const char *const names[CHECK_STATES] = {"skip", "pass", "warn", "error", "fail"};
    return state < CHECK_STATES ? names[state] : "error";
}

void verdict_init(struct verdict *v, struct arena *a) { *v = (struct verdict){.a = a}; }

void verdict_drop_fix(struct verdict *v)
{
    v->fix_text = v->fix_record = v->retest_extra = STR_EMPTY;
    v->fix_nginx = v->fix_caddy = v->fix_cloudflare = v->fix_other = STR_EMPTY;
}

static void out_of_memory(struct verdict *v)
{
    v->out_of_memory = true;
    if (v->state < CHECK_ERROR) {
        v->state = CHECK_ERROR;
    }
}

/* Control characters, and those that reorder or hide text. */
static bool is_unprintable(uint32_t point)
{
    return point < 0x20 || (point >= 0x7f && point < 0xa0) || utf8_is_hidden(point);
}

/* Formats into the arena with everything escaped that a terminal could obey; line ends stay when
 * `lines`. */
static str format_text(struct verdict *v, bool lines, const char *format, va_list arguments)
{
    char text[EVIDENCE_BYTES_MAX];
    int n = vsnprintf(text, sizeof text, format, arguments);
    if (n < 0) {
        return STR_EMPTY;
    }
    struct buf b;
    str raw = str_n(text, (size_t)n < sizeof text ? (size_t)n : sizeof text - 1), shown = STR_EMPTY;
    buf_init(&b, (size_t)EVIDENCE_BYTES_MAX * 4 + 4);
    for (uint32_t point; utf8_next(&raw, &point);) {
        if (lines && (point == '\n' || point == '\t')) {
            buf_add_byte(&b, (char)point);
        } else if (is_unprintable(point)) {
            buf_addf(&b, point < 0x100 ? "\\x%02x" : "\\u%04x", point);
        } else {
            utf8_add(&b, point);
        }
    }
    if ((size_t)n >= sizeof text) {
        buf_add_c(&b, "…");
    }
    shown = arena_str(v->a, buf_str(&b));
    if (b.failed || !shown.p) {
        out_of_memory(v);
        shown = STR_EMPTY;
    }
    buf_done(&b);
    return shown;
}

static struct evidence *next_evidence(struct verdict *v)
{
    if (v->count == v->capacity && v->capacity < EVIDENCE_MAX) {
        size_t capacity = v->capacity ? v->capacity * 4 : 8;
        capacity = capacity < EVIDENCE_MAX ? capacity : EVIDENCE_MAX;
        struct evidence *larger = arena_array(v->a, capacity, sizeof *larger);
        if (!larger) {
            out_of_memory(v);
            return NULL;
        }
        if (v->count > 0) {
            memcpy(larger, v->evidence, v->count * sizeof *larger);
        }
        v->evidence = larger;
        v->capacity = capacity;
    }
    if (v->count < v->capacity) {
        return &v->evidence[v->count++];
    }
    v->more++;
    return NULL;
}

static str subject_text(struct verdict *v, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    str text = format_text(v, false, format, arguments);
    va_end(arguments);
    return text;
}

static void add(struct verdict *v, enum check_state state, str subject, const char *format,
                va_list arguments)
{
    struct evidence *e = next_evidence(v);
    if (state > v->state) {
        v->state = state;
    }
    if (e) {
        e->state = state;
        e->subject = subject_text(v, "%.*s", STR_ARG(subject));
        e->text = format_text(v, false, format, arguments);
    }
}

#define VERDICT_ADD(name, which)                                                                   \
    void verdict_##name(struct verdict *v, str subject, const char *format, ...)                   \
    {                                                                                              \
        va_list arguments;                                                                         \
        va_start(arguments, format);                                                               \
        add(v, which, subject, format, arguments);                                                 \
        va_end(arguments);                                                                         \
    }
VERDICT_ADD(pass, CHECK_PASS)
VERDICT_ADD(warn, CHECK_WARN)
VERDICT_ADD(fail, CHECK_FAIL)
VERDICT_ADD(error, CHECK_ERROR)
VERDICT_ADD(skip, CHECK_SKIP)

#define VERDICT_FIX(name, field)                                                                   \
    void verdict_fix##name(struct verdict *v, const char *format, ...)                             \
    {                                                                                              \
        va_list arguments;                                                                         \
        va_start(arguments, format);                                                               \
        v->field = format_text(v, true, format, arguments);                                        \
        va_end(arguments);                                                                         \
    }
VERDICT_FIX(, fix_text)
VERDICT_FIX(_nginx, fix_nginx)
VERDICT_FIX(_caddy, fix_caddy)
VERDICT_FIX(_cloudflare, fix_cloudflare)
VERDICT_FIX(_other, fix_other)

void verdict_fix_record(struct verdict *v, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    str line = format_text(v, true, format, arguments);
    va_end(arguments);
    if (str_empty(v->fix_record)) {
        v->fix_record = line;
        return;
    }
    str both = arena_printf(v->a, "%.*s\n%.*s", STR_ARG(v->fix_record), STR_ARG(line));
    if (both.p) {
        v->fix_record = both;
    } else {
        out_of_memory(v);
    }
}
