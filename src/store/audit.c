/* SPDX-License-Identifier: Apache-2.0 */
#include "store/audit.h"

#include <endian.h>

enum { MEMBERS = 13 };

/* Members with their lengths, as they go into the hash. */
struct members {
    str parts[2 * MEMBERS];
    uint64_t lengths[MEMBERS], numbers[MEMBERS];
    id ids[MEMBERS];
    size_t count;
};

static void add(struct members *m, str s)
{
    uint64_t *length = &m->lengths[m->count];
    *length = htobe64(s.n);
    m->parts[2 * m->count] = str_n((const char *)length, sizeof(*length));
    m->parts[2 * m->count + 1] = s;
    m->count++;
}

static void add_number(struct members *m, uint64_t number)
{
    uint64_t *bytes = &m->numbers[m->count];
    *bytes = htobe64(number);
    add(m, str_n((const char *)bytes, sizeof(*bytes)));
}

static void add_id(struct members *m, const id *value)
{
    id *lower = &m->ids[m->count];
    add(m, id_parse(id_str(value), lower) ? id_str(lower) : STR_EMPTY);
}

struct crypto_digest audit_hash(const struct crypto_digest *before, uint64_t seq,
                                const struct audit_act *act)
{
    struct members m = {.count = 0};
    add(&m, str_n((const char *)before->bytes, sizeof before->bytes));
    add_number(&m, seq);
    add_id(&m, &act->team);
    add_number(&m, (uint64_t)act->at_ms);
    add(&m, act->actor_kind);
    add_id(&m, &act->actor);
    add(&m, act->act);
    add(&m, act->object_kind);
    add(&m, act->object);
    add(&m, act->outcome);
    add(&m, act->detail);
    add_id(&m, &act->request);
    add(&m, act->address);
    return crypto_sha256_parts(m.parts, 2 * m.count);
}
