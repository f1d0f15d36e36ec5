/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

/* `tls:` is the handshake after STARTTLS, an endpoint as in the list of that name; `tls: none` says
 * that none followed though it was offered. */
static const struct tls_endpoint *read_tls(struct fixture *x, const json_t *entry, str host)
{
    json_t *inner = json_object_get(entry, "tls");
    struct tls_endpoint *tls = arena_alloc(&x->a, sizeof *tls);
    json_t *copy = json_is_object(inner) ? json_deep_copy(inner) : json_object();
    if (json_is_string(inner)) {
        json_decref(copy);
        return NULL;
    }
    json_object_set_new(copy, "host", json_stringn(host.p, host.n));
    json_object_set_new(copy, "protocol", json_string("smtp"));
    json_object_set_new(x->tree, "smtp copies",
                        json_pack("[O?, o]", json_object_get(x->tree, "smtp copies"), copy));
    *tls = fixture_tls(x, copy);
    return tls;
}

void fixture_add_smtp(struct fixture *x, const json_t *entry)
{
    static const char *const outcomes[] = {"spoke",   "no-address", "not-allowed", "unreachable",
                                           "timeout", "no-smtp",    NULL};
    struct smtp_server server = {
        .host = fixture_str(entry, "host"),
        .address = fixture_addr(entry, "address", 25),
        .outcome = (enum smtp_outcome)fixture_choice(entry, "outcome", outcomes, SMTP_SPOKE),
        .reason = fixture_str(entry, "reason"),
    };
    if (server.outcome == SMTP_SPOKE) {
        server.greeting = fixture_str(entry, "greeting");
        server.ehlo = fixture_str(entry, "ehlo");
        server.starttls = str_find(server.ehlo, STR("STARTTLS"), 0) != SIZE_MAX;
        server.tls = server.starttls ? read_tls(x, entry, server.host) : NULL;
    }
    facts_add_smtp(x->facts, &server);
}
