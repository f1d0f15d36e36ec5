/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "check/rows/secrets.h"

enum { STEPS_SHOWN = 3, STEPS_BYTES_MAX = 16 << 10 };

/* Rotation steps of one finding, numbered. */
static void add_steps(struct buf *b, const struct secret_finding *f)
{
    str rest = f->rotate, step;
    buf_addf(b, "%s# %.*s %.*s\n", b->n ? "\n" : "", STR_ARG(f->title), STR_ARG(f->masked));
    for (unsigned n = 1; str_split(&rest, '\n', &step); n++) {
        buf_addf(b, "%u. %.*s\n", n, STR_ARG(step));
    }
}

static bool is_told(const struct secret_finding *const *found, size_t i)
{
    for (size_t k = 0; k < i; k++) {
        if (str_eq(found[k]->rule, found[i]->rule)) {
            return true;
        }
    }
    return false;
}

void secrets_fix(struct verdict *v, const struct secret_finding *const *found, size_t count,
                 enum secret_where where)
{
    static const char *const words[SECRET_WHERES] = {
        [SECRET_IN_TREE] = "Replace the secret where it was issued, then take it out of the files: "
                           "read it from the environment or a secret store. Taking it out alone "
                           "does not help; whoever read it has it.",
        [SECRET_IN_HISTORY] =
            "Replace the secret where it was issued: everybody with a copy of the "
            "repository has it, and a commit that removes it does not change "
            "that. Then purge it from the history (git filter-repo "
            "--replace-text) and have every copy cloned anew.",
        [SECRET_SERVED] = "Replace the secret where it was issued, now: every visitor could read "
                          "it. Then move the call that needs it to the server, build the site "
                          "without it, and do not publish source maps.",
    };
    struct buf b;
    size_t shown = 0;
    buf_init(&b, STEPS_BYTES_MAX);
    for (size_t i = 0; i < count && shown < STEPS_SHOWN; i++) {
        if (!is_told(found, i)) {
            add_steps(&b, found[i]);
            shown++;
        }
    }
    verdict_fix(v, "%s", words[where]);
    if (b.failed == ERR_OK && b.n) {
        verdict_fix_other(v, "%.*s", STR_ARG(str_trim(buf_str(&b))));
    }
    buf_done(&b);
}
