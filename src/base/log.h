/* SPDX-License-Identifier: Apache-2.0 */
/* The log: one JSON object a line on standard error, never with personal data or secrets in it. */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

enum log_kind { LOG_KIND_END, LOG_KIND_STR, LOG_KIND_INT };

/* One field of a record; build it with the functions below. */
struct log_field {
    enum log_kind kind;
    const char *key; /* static text */
    str text;
    int64_t number;
};

static inline struct log_field log_str(const char *key, str text)
{
    return (struct log_field){LOG_KIND_STR, key, text, 0};
}

static inline struct log_field log_c(const char *key, const char *text)
{
    return (struct log_field){LOG_KIND_STR, key, str_c(text), 0};
}

static inline struct log_field log_int(const char *key, int64_t number)
{
    return (struct log_field){LOG_KIND_INT, key, {"", 0}, number};
}

/* Sets the lowest level that is written (INFO at the start) and the file descriptor (2 at the
 * start). */
void log_setup(enum log_level lowest, int fd);

/* True when a record of this level would be written. */
bool log_enabled(enum log_level level);

/* Writes one record with time, level, area and event; texts are escaped and cut at 1,000 bytes.
 * Fields end with one of kind LOG_KIND_END; use the LOG macro, which adds it. Safe from every
 * thread. */
void log_write(enum log_level level, const char *area, const char *event,
               const struct log_field *fields);

/* Writes whole lines that the caller formatted itself (the access log), in one piece. */
void log_lines(str lines);

/* LOG(LOG_INFO, "http", "listening", log_c("address", text), log_int("port", 80)); at least one
 * field. */
#define LOG(level, area, event, ...)                                                               \
    log_write((level), (area), (event),                                                            \
              (const struct log_field[]){__VA_ARGS__, {LOG_KIND_END, NULL, {"", 0}, 0}})

/* Writes an error where it is handled. */
void log_err(const char *area, const char *event, err e);
