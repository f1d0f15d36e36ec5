/* SPDX-License-Identifier: Apache-2.0 */
#include "access/seal.h"
#include "access/staff_private.h"

/* Bound to whom the mail is for: nobody can have it sent elsewhere by changing the outbox. */
static str binding(struct arena *a, str to) { return arena_printf(a, "mail:%.*s", STR_ARG(to)); }

static err no_memory(void) { return err_new(ERR_NO_MEMORY, "no memory for a mail"); }

err staff_link_draw(const struct staff_desk *desk, struct arena *a, enum token_kind kind, str to,
                    str origin, const char *page, struct staff_link *ret)
{
    struct staff_link link = {.token = token_new(kind)};
    str bound = binding(a, to), token = str_c(link.token.c);
    link.hash = token_hash(desk->hash_key, token);
    /* behind the #, so that no server's log and no Referer has it */
    link.before = arena_printf(a, "%.*s/admin/#/%s/", STR_ARG(origin), page);
    err e = bound.p && link.before.p ? seal_close(a, desk->seal_key, bound, token, &link.sealed)
                                     : no_memory();
    if (err_ok(e)) {
        *ret = link;
    }
    crypto_wipe(&link.token, sizeof link.token);
    return e;
}

err staff_mail_reveal(const void *seal_key, struct arena *a, str to, str sealed, str *ret)
{
    struct secret token = {0};
    str bound = binding(a, to);
    err e = bound.p ? seal_open(seal_key, bound, sealed, &token) : no_memory();
    str text = err_ok(e) ? arena_str(a, secret_view(&token)) : STR_EMPTY;
    secret_done(&token);
    e = err_ok(e) && !text.p ? no_memory() : e;
    if (err_ok(e)) {
        *ret = text;
    }
    return e;
}

err staff_refuse_token(const struct staff_desk *desk, const char *act,
                       const struct staff_from *from)
{
    unsigned wait;
    err e = err_new(ERR_UNAUTHORIZED, "the link is not valid any more; ask for a new one");
    struct audit_act row = staff_act(from, NULL, NULL, act, "refused", "{\"why\":\"token\"}");
    bool tell = err_ok(throttle_take(desk->throttle, THROTTLE_TELL, str_c(act), from->network,
                                     from->now_ms, &wait));
    return tell ? staff_refuse(desk, &row, e) : e;
}
