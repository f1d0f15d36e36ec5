/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates that a server shows: read, asked for names, and judged by every check of TLS. */
#include <stdlib.h>

#include "base/crypto.h"
#include "base/utf8.h"
#include "check/rows/rows.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void judge(const struct facts *facts, struct arena *a)
{
    for (const struct check *c = checks_tls; c->id; c++) {
        struct verdict v;
        verdict_init(&v, a);
        c->run(facts, &v);
        check(v.count > 0 && !v.out_of_memory);
        for (size_t i = 0; i < v.count; i++) {
            check(!str_has_control(v.evidence[i].text) && utf8_valid(v.evidence[i].text));
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct tls_certificate c;
    struct facts *facts;
    struct intent intent = {.given = false};
    str der = str_n((const char *)data, size);
    if (!err_ok(crypto_init()) ||
        !err_ok(facts_new(STR("example.com"), &intent, 1795996800000, &facts))) {
        return 0;
    }
    arena_init(&a, 16 << 20);
    if (err_ok(tls_certificate_read(&a, der, &c))) {
        check(c.name_count <= TLS_NAMES_MAX && c.sha256.n == 64 && c.key_kind && c.signature);
        for (size_t i = 0; i < c.name_count; i++) {
            check(c.names[i].n > 0 && !str_has_control(c.names[i]));
        }
        check(!tls_certificate_names(&c, STR_EMPTY));
        struct tls_endpoint x = {.host = STR("example.com"),
                                 .protocol = "https",
                                 .reason = STR_EMPTY,
                                 .versions = {[TLS_12] = TLS_OFFERED},
                                 .chain = &c,
                                 .chain_count = 1,
                                 .trust = size % TLS_TRUST_UNKNOWN,
                                 .name_matches = tls_certificate_names(&c, STR("example.com"))};
        facts_add_tls(facts, &x);
        judge(facts, &a);
    }
    facts_free(facts);
    arena_done(&a);
    return 0;
}
