/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"

enum { RECORD_MAX = 4096, TEXT_MAX = 1000 };

static atomic_int lowest_level = LOG_INFO;
static atomic_int log_fd = 2;

struct record {
    char bytes[RECORD_MAX];
    size_t n;
};

void log_setup(enum log_level lowest, int fd)
{
    atomic_store(&lowest_level, (int)lowest);
    atomic_store(&log_fd, fd);
}

bool log_enabled(enum log_level level)
{
    return (int)level >= atomic_load_explicit(&lowest_level, memory_order_relaxed);
}

static void record_add(struct record *r, const char *p, size_t n)
{
    size_t room = sizeof r->bytes - 2 - r->n; /* for "}\n" */
    n = n < room ? n : room;
    memcpy(r->bytes + r->n, p, n);
    r->n += n;
}

static void record_add_c(struct record *r, const char *c) { record_add(r, c, strlen(c)); }

static void record_add_text(struct record *r, str s)
{
    record_add(r, "\"", 1);
    /* An escape takes at most 6 bytes, and the closing quote one: stop while they surely fit. */
    for (size_t i = 0; i < s.n && i < TEXT_MAX && r->n + 16 < sizeof r->bytes; i++) {
        unsigned char c = (unsigned char)s.p[i];
        char escaped[8];
        if (c == '"' || c == '\\') {
            escaped[0] = '\\';
            escaped[1] = (char)c;
            record_add(r, escaped, 2);
        } else if (c < 0x20 || c >= 0x7f) {
            (void)snprintf(escaped, sizeof escaped, "\\u%04x", c);
            record_add(r, escaped, 6);
        } else {
            record_add(r, (const char *)&c, 1);
        }
    }
    record_add(r, "\"", 1);
}

static void record_add_field(struct record *r, const struct log_field *field)
{
    if (r->n + strlen(field->key) + 64 > sizeof r->bytes) {
        return;
    }
    record_add_c(r, ",\"");
    record_add_c(r, field->key);
    record_add_c(r, "\":");
    if (field->kind == LOG_KIND_STR) {
        record_add_text(r, field->text);
        return;
    }
    char number[24];
    (void)snprintf(number, sizeof number, "%lld", (long long)field->number);
    record_add_c(r, number);
}

void log_write(enum log_level level, const char *area, const char *event,
               const struct log_field *fields)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};
    if (!log_enabled(level)) {
        return;
    }
    struct record r = {.n = 0};
    record_add_c(&r, "{\"time\":\"");
    record_add_c(&r, clock_rfc3339(clock_wall_ms()).c);
    record_add_c(&r, "\",\"level\":\"");
    record_add_c(&r, names[level]);
    record_add_c(&r, "\",\"area\":\"");
    record_add_c(&r, area);
    record_add_c(&r, "\",\"event\":");
    record_add_text(&r, str_c(event));
    for (; fields && fields->kind != LOG_KIND_END; fields++) {
        record_add_field(&r, fields);
    }
    r.bytes[r.n++] = '}';
    r.bytes[r.n++] = '\n';
    ssize_t written = write(atomic_load(&log_fd), r.bytes, r.n); /* one write: lines never mix */
    (void)written;
}

void log_lines(str lines)
{
    ssize_t written = write(atomic_load(&log_fd), lines.p, lines.n);
    (void)written;
}

void log_err(const char *area, const char *event, err e)
{
    LOG(e.code == ERR_OK ? LOG_INFO : LOG_ERROR, area, event, log_c("error", err_wire_code(e.code)),
        log_c("what", e.what));
}
