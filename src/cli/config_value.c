/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "cli/config_schema.h"

enum { SECRET_BYTES_MAX = 8192 };

static err refuse(struct arena *a, str *ret_reason, str reason)
{
    *ret_reason = reason.p ? reason : STR("out of memory");
    (void)a;
    return err_new(ERR_INVALID, "a configuration value is wrong");
}

struct unit {
    const char *name;
    double factor;
};

static const struct unit size_units[] = {
    {"KB", 1024}, {"MB", 1048576}, {"GB", 1073741824}, {"", 1}, {NULL, 0}};
static const struct unit duration_units[] = {{"ms", 1},      {"s", 1000},     {"min", 60000},
                                             {"h", 3600000}, {"d", 86400000}, {NULL, 0}};

/* Reads "1.5", "32MB", "10 s"; false when it is no number or the unit is none of the list. */
static bool number_parse(str value, const struct unit *units, double *ret)
{
    char text[64], *end;
    if (value.n == 0 || value.n >= sizeof text) {
        return false;
    }
    memcpy(text, value.p, value.n);
    text[value.n] = '\0';
    if ((text[0] < '0' || text[0] > '9') && text[0] != '.') {
        return false;
    }
    errno = 0;
    double number = strtod(text, &end);
    while (*end == ' ') {
        end++;
    }
    for (; units && units->name; units++) {
        if (strcmp(units->name, end) == 0) {
            *ret = number * units->factor;
            return errno == 0;
        }
    }
    *ret = number;
    return errno == 0 && !units && *end == '\0';
}

static void store_number(const struct config_row *row, char *at, double number)
{
    if (row->size == sizeof(unsigned)) {
        unsigned value = (unsigned)number;
        memcpy(at, &value, sizeof value);
    } else if (row->kind == CONFIG_REAL) {
        memcpy(at, &number, sizeof number);
    } else {
        uint64_t value = (uint64_t)number;
        memcpy(at, &value, sizeof value);
    }
}

static err set_number(struct arena *a, const struct config_row *row, char *at, str value,
                      str *ret_reason)
{
    double number;
    bool size = row->kind == CONFIG_SIZE, duration = row->kind == CONFIG_DURATION;
    const struct unit *units = size ? size_units : duration ? duration_units : NULL;
    if (!number_parse(value, units, &number)) {
        const char *form = size       ? "a size such as 500KB, 32MB or 1GB"
                           : duration ? "a duration such as 500ms, 10s, 5min, 3h or 2d"
                                      : "a number";
        return refuse(a, ret_reason, arena_printf(a, "%s takes %s", row->key, form));
    }
    if (number < row->min || number > row->max) {
        return refuse(a, ret_reason,
                      arena_printf(a, "%s must be between %.0f and %.0f%s", row->key, row->min,
                                   row->max,
                                   duration ? " ms"
                                   : size   ? " bytes"
                                            : ""));
    }
    store_number(row, at, number);
    return ERR_NONE;
}

static err set_text(struct arena *a, const struct config_row *row, char *at, str value,
                    str *ret_reason)
{
    if (value.n >= row->size) {
        return refuse(a, ret_reason,
                      arena_printf(a, "%s is longer than %zu characters", row->key, row->size - 1));
    }
    if (str_has_control(value)) {
        return refuse(a, ret_reason, arena_printf(a, "%s has a control character in it", row->key));
    }
    memset(at, 0, row->size);
    memcpy(at, value.p, value.n);
    return ERR_NONE;
}

static err set_path(struct arena *a, const struct config_row *row, char *at, str value,
                    const struct config *config, str *ret_reason)
{
    if (str_starts(value, STR("file:"))) {
        value = str_slice(value, 5, value.n);
    }
    if (value.n && value.p[0] != '/') {
        value = arena_printf(a, "%s/%.*s", config->folder, STR_ARG(value));
    }
    return value.p ? set_text(a, row, at, value, ret_reason) : refuse(a, ret_reason, value);
}

static err set_choice(struct arena *a, const struct config_row *row, char *at, str value,
                      str *ret_reason)
{
    str rest = str_c(row->choices), choice;
    while (str_split(&rest, '|', &choice)) {
        if (str_eq(choice, value)) {
            return set_text(a, row, at, value, ret_reason);
        }
    }
    return refuse(a, ret_reason, arena_printf(a, "%s is one of %s", row->key, row->choices));
}

static err set_bool(struct arena *a, const struct config_row *row, char *at, str value,
                    str *ret_reason)
{
    bool on = str_eq(value, STR("true"));
    if (!on && !str_eq(value, STR("false"))) {
        return refuse(a, ret_reason, arena_printf(a, "%s is true or false", row->key));
    }
    memcpy(at, &on, sizeof on);
    return ERR_NONE;
}

/* Reads the file that a reference names; the last line end is not part of the secret. */
static err secret_from_file(struct arena *a, const struct config_row *row, const char *path,
                            struct secret *secret, str *ret_reason)
{
    struct buf bytes;
    buf_init(&bytes, SECRET_BYTES_MAX);
    err e = file_read(path, &bytes);
    if (!err_ok(e)) {
        buf_wipe(&bytes);
        return refuse(a, ret_reason, arena_printf(a, "%s: %s: %s", row->key, path, e.what));
    }
    e = secret_set(secret, str_trim(buf_str(&bytes)));
    buf_wipe(&bytes);
    return e;
}

str config_origin(const struct config *config, const struct secret *secret)
{
    size_t at = (size_t)((const char *)secret - (const char *)config);
    for (unsigned i = 0; i < config->origin_count; i++) {
        if (config->origins[i].at == at) {
            return str_c(config->origins[i].text);
        }
    }
    return STR_EMPTY;
}

/* Remembers the reference for `doorward rotate`; the environment's takes the file's place. */
static void remember_origin(struct config *config, size_t at, str value)
{
    unsigned i = 0;
    while (i < config->origin_count && config->origins[i].at != at) {
        i++;
    }
    if (i < CONFIG_ORIGINS_MAX) {
        config->origins[i].at = at;
        (void)snprintf(config->origins[i].text, sizeof config->origins[i].text, "%.*s",
                       STR_ARG(value));
        config->origin_count += i == config->origin_count;
    }
}

static err set_secret(struct arena *a, const struct config_row *row, char *at, str value,
                      struct config *config, str *ret_reason)
{
    struct secret *secret = (struct secret *)(void *)at;
    remember_origin(config, (size_t)(at - (char *)config), value);
    if (str_starts(value, STR("env:"))) {
        str name = arena_str(a, str_slice(value, 4, value.n));
        const char *found = name.p ? getenv(name.p) : NULL;
        if (!found || !*found) {
            return refuse(a, ret_reason,
                          arena_printf(a, "%s: the environment variable %.*s is not set", row->key,
                                       STR_ARG(name)));
        }
        return secret_set(secret, str_c(found));
    }
    if (str_starts(value, STR("file:"))) {
        str path = str_slice(value, 5, value.n);
        path = path.n && path.p[0] == '/'
                   ? arena_str(a, path)
                   : arena_printf(a, "%s/%.*s", config->folder, STR_ARG(path));
        return path.p ? secret_from_file(a, row, path.p, secret, ret_reason)
                      : refuse(a, ret_reason, path);
    }
    if (str_starts(value, STR("credential:"))) {
        const char *folder = getenv("CREDENTIALS_DIRECTORY"); /* systemd.exec(5), LoadCredential= */
        str name = str_slice(value, 11, value.n);
        if (!folder || str_empty(name) || str_find_byte(name, '/', 0) != SIZE_MAX) {
            return refuse(
                a, ret_reason,
                arena_printf(a, "%s: systemd passed no credential of that name (LoadCredential=)",
                             row->key));
        }
        str path = arena_printf(a, "%s/%.*s", folder, STR_ARG(name));
        return path.p ? secret_from_file(a, row, path.p, secret, ret_reason)
                      : refuse(a, ret_reason, path);
    }
    return refuse(
        a, ret_reason,
        arena_printf(a, "%s must not be in clear; write env:NAME, file:PATH or credential:NAME",
                     row->key));
}

err config_row_set(struct arena *a, const struct config_row *row, size_t at, str value,
                   struct config *config, str *ret_reason)
{
    char *place = (char *)config + row->offset + at;
    switch (row->kind) {
    case CONFIG_TEXT:
        return set_text(a, row, place, value, ret_reason);
    case CONFIG_PATH:
        return set_path(a, row, place, value, config, ret_reason);
    case CONFIG_CHOICE:
        return set_choice(a, row, place, value, ret_reason);
    case CONFIG_BOOL:
        return set_bool(a, row, place, value, ret_reason);
    case CONFIG_SECRET:
        return set_secret(a, row, place, value, config, ret_reason);
    case CONFIG_COUNT:
    case CONFIG_NUMBER:
    case CONFIG_SIZE:
    case CONFIG_DURATION:
    case CONFIG_REAL:
        return set_number(a, row, place, value, ret_reason);
    case CONFIG_LIST:
        break;
    }
    return refuse(a, ret_reason, arena_printf(a, "%s takes a list", row->key));
}

err config_row_set_item(struct arena *a, const struct config_row *row, size_t i, str value,
                        struct config *config, str *ret_reason)
{
    if (i >= row->count) {
        return refuse(a, ret_reason,
                      arena_printf(a, "%s takes at most %zu entries", row->key, row->count));
    }
    err e = set_text(a, row, (char *)config + row->offset + i * row->size, value, ret_reason);
    if (err_ok(e) && row->used != SIZE_MAX) {
        unsigned used = (unsigned)i + 1;
        memcpy((char *)config + row->used, &used, sizeof used);
    }
    return e;
}
