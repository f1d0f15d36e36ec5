/* SPDX-License-Identifier: Apache-2.0 */
#include "check/rows/csp.h"

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static bool next_word(str *rest, str *ret)
{
    size_t from = 0, to;
    while (from < rest->n && is_space(rest->p[from])) {
        from++;
    }
    to = from;
    while (to < rest->n && !is_space(rest->p[to])) {
        to++;
    }
    *ret = str_slice(*rest, from, to);
    *rest = str_slice(*rest, to, rest->n);
    return ret->n > 0;
}

const struct csp_directive *csp_find(const struct csp *csp, const char *name)
{
    for (size_t i = 0; i < csp->count; i++) {
        if (str_ieq(csp->directives[i].name, str_c(name))) {
            return &csp->directives[i];
        }
    }
    return NULL;
}

const struct csp_directive *csp_effective(const struct csp *csp, const char *name)
{
    const struct csp_directive *found = csp_find(csp, name);
    if (!found && strcmp(name, "script-src-elem") == 0) {
        found = csp_find(csp, "script-src");
    }
    return found ? found : csp_find(csp, "default-src");
}

err csp_read(struct arena *a, str policy, struct csp *ret)
{
    struct csp csp = {.count = 0};
    str *sources = arena_array(a, CSP_SOURCES_MAX, sizeof *sources);
    size_t used = 0;
    str part;
    if (!sources) {
        return err_new(ERR_NO_MEMORY, "no memory for a policy");
    }
    while (str_split(&policy, ';', &part)) {
        str name, word;
        if (!next_word(&part, &name)) {
            continue;
        }
        bool again = false;
        for (size_t i = 0; i < csp.count; i++) {
            again = again || str_ieq(csp.directives[i].name, name);
        }
        if (again) {
            continue;
        }
        if (csp.count == CSP_DIRECTIVES_MAX) {
            csp.more = true;
            break;
        }
        struct csp_directive *d = &csp.directives[csp.count++];
        *d = (struct csp_directive){name, sources + used, 0};
        while (next_word(&part, &word)) {
            if (used == CSP_SOURCES_MAX) {
                csp.more = true;
                break;
            }
            sources[used++] = word;
            d->count++;
        }
    }
    *ret = csp;
    return ERR_NONE;
}
