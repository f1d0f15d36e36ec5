/* SPDX-License-Identifier: Apache-2.0 */
/* URLs: what is accepted is stable when parsed again, and resolves against itself. */
#include <stdint.h>
#include <stdlib.h>

#include "net/addr.h"
#include "net/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void check_parts(const struct url *url)
{
    struct addr address;
    check(url->host.n > 0 && url->host.n <= 253 && url->port > 0 && url->port < 65536);
    check(!str_has_control(url->host) && url->path.n > 0 && url->path.p[0] == '/');
    for (size_t i = 0; i < url->host.n; i++) {
        check(!strchr("/?#@\\% <>\"", url->host.p[i]));
    }
    check(url->host_is_ip == addr_parse(url->host, &address));
    check(str_find(url->path, STR("/../"), 0) == SIZE_MAX && !str_ends(url->path, STR("/..")));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct url url, again, other;
    str text = str_n((const char *)data, size), out;
    arena_init(&a, 1 << 20);
    if (err_ok(url_parse(&a, text, &url))) {
        check_parts(&url);
        str first = url_text(&a, &url, true);
        if (first.n <= URL_BYTES_MAX) {
            check(err_ok(url_parse(&a, first, &again)) && url_same_origin(&url, &again));
            check(str_eq(first, url_text(&a, &again, true)));
            check(err_ok(url_resolve(&a, &url, first, &again)));
        }
    }
    (void)err_ok(url_parse(&a, STR("https://example.com/a/b?c#d"), &other));
    if (err_ok(url_resolve(&a, &other, text, &again))) {
        check_parts(&again);
    }
    (void)err_ok(url_decode(&a, text, true, &out));
    arena_done(&a);
    return 0;
}
