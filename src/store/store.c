/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store.h"

#include "store/ops.h"

static const str scheme_sqlite = STR_INIT("sqlite:");

struct store_settings store_settings_default(void)
{
    return (struct store_settings){
        .url = "sqlite:data/doorward.db", .readers = 0, .busy_ms = 5000, .cache_kb = 2048};
}

err store_open(const struct store_settings *settings, struct arena *a, struct store **ret,
               str *ret_detail)
{
    str url = str_n(settings->url, strnlen(settings->url, sizeof settings->url));
    str nothing;
    ret_detail = ret_detail ? ret_detail : &nothing;
    *ret_detail = STR_EMPTY;
    if (!str_starts(url, scheme_sqlite) || url.n == scheme_sqlite.n) {
        *ret_detail = STR("store.url must be sqlite:PATH, for example sqlite:data/doorward.db");
        return err_new(ERR_INVALID, "store.url has a scheme that is not supported");
    }
    return sqlite_open(settings, settings->url + scheme_sqlite.n, a, ret, ret_detail);
}

err store_user(const struct store_settings *settings, int *ret_pid)
{
    str url = str_n(settings->url, strnlen(settings->url, sizeof settings->url));
    if (!str_starts(url, scheme_sqlite)) {
        return err_new(ERR_INVALID, "store.url has a scheme that is not supported");
    }
    return sqlite_user(settings->url + scheme_sqlite.n, ret_pid);
}

void store_close(struct store *store)
{
    if (store) {
        store->ops->close(store);
    }
}

#define STORE_DISPATCH(verb, params, args)                                                         \
    err store_##verb params { return store->ops->verb args; }
STORE_VERBS(STORE_DISPATCH)
