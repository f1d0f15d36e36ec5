/* SPDX-License-Identifier: Apache-2.0 */
/* What paths say of what stands there. */
#include "scan/content_private.h"

static bool ends_with(str name, str end)
{
    return name.n > end.n && str_ieq(str_slice(name, name.n - end.n, name.n), end);
}

str content_unpacked_path(str path)
{
    static const str ends[] = {STR_INIT(".gz"), STR_INIT(".bz2"), STR_INIT(".xz"), STR_INIT(".zst"),
                               STR_INIT(".lz4")};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        if (ends_with(path, ends[i])) {
            return str_slice(path, 0, path.n - ends[i].n);
        }
    }
    return path;
}

bool content_may_hide_zip(str path)
{
    static const str ends[] = {STR_INIT(".jar"), STR_INIT(".war"), STR_INIT(".exe"),
                               STR_INIT(".pyz"), STR_INIT(".pex"), STR_INIT(".zip")};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        if (ends_with(path, ends[i])) {
            return true;
        }
    }
    return false;
}

static bool is_log_folder(str part)
{
    return str_ieq(part, STR("log")) || str_ieq(part, STR("logs"));
}

/* "app.log", "app.log.3", "app.log-20260131", with or without ".gz". */
static bool is_log_name(str name)
{
    name = content_unpacked_path(name);
    size_t n = name.n;
    while (n > 0 && ((name.p[n - 1] >= '0' && name.p[n - 1] <= '9') || name.p[n - 1] == '-' ||
                     name.p[n - 1] == '.')) {
        n--;
    }
    return ends_with(str_slice(name, 0, n), STR(".log"));
}

static bool is_log(str path)
{
    str rest = path, part;
    while (str_split(&rest, '/', &part)) {
        if (str_empty(rest) ? is_log_name(part) : is_log_folder(part)) {
            return true;
        }
    }
    return false;
}

void content_name_init(struct content_name *name, const struct origin *o)
{
    *name = (struct content_name){.origin = *o, .traits_path = o->path};
    if (o->kind == PLACE_FILE && is_log(o->path)) {
        name->origin.kind = PLACE_LOG;
    }
}
