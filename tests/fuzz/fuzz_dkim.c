/* SPDX-License-Identifier: Apache-2.0 */
/* A key record, a zero byte, a message: read, judged, and nothing that was not signed passes. */
#include <stdlib.h>

#include "check/mail/auth_results.h"
#include "check/mail/dkim.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void try_message(struct arena *a, str raw, const struct dkim_key *key)
{
    struct message m;
    struct dkim_signature s;
    struct text_problem problem;
    struct received hop;
    str domains[MESSAGE_FROM_MAX];
    const struct message_field *field;
    if (!err_ok(message_read(a, raw, &m))) {
        return;
    }
    check(m.count > 0 && m.count <= MESSAGE_FIELDS_MAX);
    for (size_t n = 0; (field = message_field(&m, STR("dkim-signature"), n)) != NULL && n < 4;
         n++) {
        if (dkim_signature_read(a, field, &s, &problem)) {
            check(s.name_count <= DKIM_NAMES_MAX && !str_empty(s.domain) && s.value.n > 0);
            check(key == NULL || dkim_verify(a, &m, &s, key, 0).why != NULL);
        } else {
            check(problem.what != NULL && problem.at <= field->value.n);
        }
    }
    for (size_t i = 0; i < m.count && i < 8; i++) {
        struct auth_results *results = arena_alloc(a, sizeof *results);
        check(message_domains(a, m.fields[i].value, domains) <= MESSAGE_FROM_MAX);
        if (results && err_ok(auth_results_read(a, m.fields[i].value, results))) {
            check(results->count <= AUTH_RESULTS_MAX && results->server.n > 0);
        }
    }
    (void)received_entry(a, &m, &hop);
    (void)received_time(a, &m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct dkim_key key;
    struct text_problem problem = {0, NULL};
    str all = str_n((const char *)data, size), record, message;
    arena_init(&a, 32 << 20);
    size_t zero = str_find_byte(all, '\0', 0);
    record = str_slice(all, 0, zero);
    message = str_slice(all, zero == SIZE_MAX ? all.n : zero + 1, all.n);
    bool readable = dkim_key_read(&a, record, &key, &problem);
    check(readable ? key.revoked || key.material.n > 0
                   : problem.what != NULL && problem.at <= record.n);
    (void)dkim_key_is(record);
    try_message(&a, message, readable ? &key : NULL);
    arena_done(&a);
    return 0;
}
