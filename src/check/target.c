/* SPDX-License-Identifier: Apache-2.0 */
#include "check/target.h"

#include "net/addr.h"
#include "net/url.h"

enum { TARGET_BYTES_MAX = 2000, SHOWN_MAX = 80 };

static err refuse(str *ret_reason, str reason)
{
    *ret_reason = reason.p ? reason : STR("out of memory");
    return err_new(ERR_INVALID, "the target is not valid");
}

/* What is wrong with a host that was read; "" when nothing is. */
static str wrong(struct arena *a, const struct url *url, unsigned usual_port)
{
    if (url->host_is_ip) {
        return STR("an IP address has no mail, no certificate name and no zone to check; give the "
                   "domain name, and `--resolve HOST:443:ADDRESS` to reach it elsewhere");
    }
    if (!str_empty(url->user)) {
        return STR("the target has a user name in it; give the host name only");
    }
    if (url->port != usual_port) {
        return arena_printf(a,
                            "visitors come to ports 80 and 443, so these are checked; leave out "
                            ":%u, or reach a server elsewhere by `--resolve '*:443::%u'`",
                            url->port, url->port);
    }
    if (str_find_byte(url->host, '.', 0) == SIZE_MAX) {
        return arena_printf(a, "`%.*s` is no domain name; write it in full: www.example.com",
                            STR_ARG(url->host));
    }
    return STR_EMPTY;
}

err target_read(struct arena *a, str text, str *ret, str *ret_reason)
{
    struct url url;
    struct addr address;
    str whole = str_trim(text);
    str shown = str_slice(whole, 0, SHOWN_MAX);
    bool has_scheme = str_find(whole, STR("://"), 0) != SIZE_MAX;
    if (str_empty(whole) || whole.n > TARGET_BYTES_MAX || str_has_control(whole)) {
        return refuse(ret_reason, STR("the target is a domain name, such as www.example.com"));
    }
    if (!has_scheme && addr_parse(whole, &address) && whole.p[0] != '[') {
        whole = addr_is_v4(&address) ? whole : arena_printf(a, "[%.*s]", STR_ARG(whole));
    }
    if (!has_scheme) {
        whole = arena_printf(a, "https://%.*s", STR_ARG(whole));
    }
    err e = whole.p ? url_parse(a, whole, &url) : err_new(ERR_NO_MEMORY, "out of memory");
    if (e.code == ERR_NO_MEMORY) {
        return e;
    }
    if (!err_ok(e)) {
        return refuse(ret_reason, arena_printf(a, "`%.*s` is no domain name or web address: %s",
                                               STR_ARG(shown), e.what));
    }
    str reason = wrong(a, &url, str_eq(url.scheme, STR("http")) ? 80 : 443);
    if (!reason.p || !str_empty(reason)) {
        return refuse(ret_reason, reason);
    }
    *ret = url.host;
    return ERR_NONE;
}
