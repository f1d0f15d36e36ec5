/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"
#include "scan/site_private.h"
#include "scan/sourcemap.h"

/* One map while its sources are searched. */
struct searching {
    struct visitor *v;
    str path; /* of the map */
    struct buf name;
    size_t told;
};

/* "webpack:///./src/a.ts" and "../../src/a.ts" are src/a.ts. */
static str plain_name(str name)
{
    if (str_starts(name, STR("webpack://"))) {
        size_t slash = str_find_byte(name, '/', 10);
        name = slash == SIZE_MAX ? name : str_slice(name, slash + 1, name.n);
    }
    for (;;) {
        size_t skip = str_starts(name, STR("../")) ? 3 : str_starts(name, STR("./")) ? 2 : 0;
        if (skip == 0 || skip == name.n) {
            return name;
        }
        name = str_slice(name, skip, name.n);
    }
}

static bool on_source(void *user, str name, str content)
{
    struct searching *s = user;
    buf_clear(&s->name);
    buf_add(&s->name, s->path);
    buf_add_byte(&s->name, '!');
    str rest = plain_name(name);
    for (size_t i = 0; i < rest.n; i++) {
        bool control = (unsigned char)rest.p[i] < ' ' || rest.p[i] == 0x7f;
        buf_add_byte(&s->name, control ? '?' : rest.p[i]);
    }
    s->told++;
    if (s->name.failed == ERR_OK && !scan_excluded(s->v->site->scan, buf_str(&s->name))) {
        const struct origin o = {.kind = PLACE_URL, .path = buf_str(&s->name), .served = true};
        scan_content(s->v->worker, content, &o);
    }
    return s->name.failed == ERR_OK;
}

bool site_search_map(struct visitor *v, str path, str json)
{
    struct searching s = {.v = v, .path = path};
    buf_init(&s.name, FINDING_PATH_MAX);
    err e = sourcemap_each(json, on_source, &s);
    buf_done(&s.name);
    if (err_ok(e) || s.told > 0) {
        if (!err_ok(e)) {
            scan_problem(v->site->scan, path, e.what, e.code == ERR_TOO_LARGE);
        }
        return true;
    }
    return false;
}
