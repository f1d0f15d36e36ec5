/* SPDX-License-Identifier: Apache-2.0 */
#include "check/report/parts.h"

const char *parts_symbol(enum check_state state)
{
    static const char *const symbols[CHECK_STATES] = {"–", "✓", "!", "?", "✗"};
    return state < CHECK_STATES ? symbols[state] : "?";
}

const char *parts_word(enum check_state state)
{
    return state == CHECK_SKIP ? "not tested" : check_state_name(state);
}

str parts_retest(struct writing *w, const struct check_result *one)
{
    str options = w->style->options, extra = one->verdict.retest_extra;
    str text = arena_printf(&w->a, "doorward check %.*s --only %s%s%.*s%s%.*s",
                            STR_ARG(w->r->target), one->check->id, str_empty(extra) ? "" : " ",
                            STR_ARG(extra), str_empty(options) ? "" : " ", STR_ARG(options));
    return text.p ? text : STR_EMPTY;
}

bool parts_ref(const char *refs, size_t n, str *ret)
{
    str rest = str_c(refs), item;
    for (size_t i = 0; str_split(&rest, ';', &item);) {
        item = str_trim(item);
        if (!str_empty(item) && i++ == n) {
            *ret = item;
            return true;
        }
    }
    return false;
}

str parts_ref_url(struct arena *a, str ref)
{
    size_t end = 4;
    if (str_starts(ref, STR("https://")) && str_find_byte(ref, ' ', 0) == SIZE_MAX) {
        return ref;
    }
    while (end < ref.n && ref.p[end] >= '0' && ref.p[end] <= '9') {
        end++;
    }
    if (!str_starts(ref, STR("RFC ")) || end == 4) {
        return STR_EMPTY;
    }
    str number = str_slice(ref, 4, end), section = str_slice(ref, end, ref.n), url;
    section = str_starts(section, STR(" section ")) ? str_slice(section, 9, section.n) : STR_EMPTY;
    for (size_t i = 0; i < section.n; i++) {
        bool fine = (section.p[i] >= '0' && section.p[i] <= '9') || section.p[i] == '.';
        section = fine ? section : str_slice(section, 0, i);
    }
    url = arena_printf(a, "https://www.rfc-editor.org/rfc/rfc%.*s%s%.*s", STR_ARG(number),
                       str_empty(section) ? "" : "#section-", STR_ARG(section));
    return url.p ? url : STR_EMPTY;
}

bool parts_block(const struct verdict *v, size_t n, struct parts_block *ret)
{
    const struct parts_block all[] = {
        {"record", "Zone lines", v->fix_record},  {"nginx", "nginx", v->fix_nginx},
        {"caddy", "Caddy", v->fix_caddy},         {"cloudflare", "Cloudflare", v->fix_cloudflare},
        {"other", "Configuration", v->fix_other},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (!str_empty(all[i].text) && n-- == 0) {
            *ret = all[i];
            return true;
        }
    }
    return false;
}
