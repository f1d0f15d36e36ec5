/* SPDX-License-Identifier: Apache-2.0 */
/* Asks for what judging the message of --message needs: keys, SPF, DMARC. */
#include "check/facts/resolver.h"
#include "check/mail/message_judge.h"

void collect_message(struct collect *c)
{
    struct arena *a = facts_arena(c->facts);
    struct message_judgement *j = a ? arena_alloc(a, sizeof *j) : NULL;
    str raw = facts_message(c->facts);
    if (!j || str_empty(raw)) {
        return;
    }
    /* The checks judge it again with the answers that are in the facts then. */
    (void)!err_ok(message_judge(a, resolver_lookup(c), raw, facts_now_ms(c->facts), j));
}
