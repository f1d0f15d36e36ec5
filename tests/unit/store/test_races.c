/* SPDX-License-Identifier: Apache-2.0 */
/* What may happen once happens once, however many try at the same moment. */
#include <pthread.h>

#include "unit/store/backend.h"

enum { THREADS = 8, ROUNDS = 12 };

/* What they run for; fresh for every round. */
struct prize {
    id owner, other, person, invitation, reset, session, totp, passkey, key;
    struct crypto_digest code;
};

struct runner {
    struct fixture *f;
    const struct prize *prize;
    pthread_barrier_t *start;
    err (*run)(struct fixture *f, const struct prize *prize, unsigned number);
    unsigned number;
    err e;
};

static void *go(void *argument)
{
    struct runner *r = argument;
    (void)pthread_barrier_wait(r->start);
    r->e = r->run(r->f, r->prize, r->number);
    return NULL;
}

static struct prize put_up(struct fixture *f, unsigned round)
{
    struct prize p = {.code = crypto_sha256(STR("code"))};
    const char *name = arena_printf(&f->arena, "%u", round).p;
    p.owner =
        stored_person(f, &f->team2, arena_printf(&f->arena, "o%u@a.example", round).p, ROLE_OWNER);
    p.other =
        stored_person(f, &f->team2, arena_printf(&f->arena, "p%u@a.example", round).p, ROLE_OWNER);
    p.person =
        stored_person(f, &f->team, arena_printf(&f->arena, "q%u@a.example", round).p, ROLE_AGENT);
    struct invitation_row invitation =
        make_invitation(&f->team, arena_printf(&f->arena, "r%u@a.example", round).p, name);
    struct reset_row reset = make_reset(&p.person, name);
    struct staff_session_row session = make_staff_session(&f->team, &p.person, name);
    struct factor_row totp = make_totp(&p.person), passkey = make_passkey(&p.person, name);
    struct key_row key = make_key(&f->team, NULL, name);
    session.challenge = STR("{\"challenge\":1}");
    assert_ok(store_invitation_create(f->store, &invitation, NULL, NULL));
    assert_ok(store_staff_session_create(f->store, &session, NULL));
    assert_ok(store_reset_create(f->store, &reset, NULL, NULL));
    assert_ok(store_factor_add(f->store, &totp, NULL));
    assert_ok(store_factor_add(f->store, &passkey, NULL));
    assert_ok(store_factor_use(f->store, &passkey.id, 6, 1));
    assert_ok(store_recovery_replace(f->store, &p.person, &p.code, 1, 1, NULL));
    assert_ok(store_key_create(f->store, &key, NULL));
    p.invitation = invitation.id;
    p.reset = reset.id;
    p.session = session.id;
    p.totp = totp.id;
    p.passkey = passkey.id;
    p.key = key.id;
    return p;
}

/* ── races ── */

static err accept_invitation(struct fixture *f, const struct prize *p, unsigned number)
{
    struct person_row row = make_person("");
    (void)number;
    return store_invitation_accept(f->store, &p->invitation, &row, 2, NULL);
}
static err accept_reset(struct fixture *f, const struct prize *p, unsigned number)
{
    (void)number;
    return store_reset_accept(f->store, &p->reset, STR("$argon2id$"), 2, NULL);
}
static err use_code(struct fixture *f, const struct prize *p, unsigned number)
{
    size_t left;
    (void)number;
    return store_recovery_use(f->store, &p->person, &p->code, 2, &left);
}
static err use_totp(struct fixture *f, const struct prize *p, unsigned number)
{
    (void)number;
    return store_factor_use(f->store, &p->totp, 55, 2);
}
static err use_passkey(struct fixture *f, const struct prize *p, unsigned number)
{
    (void)number;
    return store_factor_use(f->store, &p->passkey, 7, 2);
}
static err take_challenge(struct fixture *f, const struct prize *p, unsigned number)
{
    struct arena a;
    str challenge;
    (void)number;
    arena_init(&a, 1 << 20);
    err e = store_staff_session_take_challenge(f->store, &a, &p->session, &challenge);
    if (err_ok(e) && !str_eq(challenge, STR("{\"challenge\":1}"))) {
        e = err_new(ERR_INTERNAL, "not the challenge");
    }
    arena_done(&a);
    return e;
}
static err rotate_key(struct fixture *f, const struct prize *p, unsigned number)
{
    id token = id_random();
    struct key_row row = make_key(&f->team, NULL, token.c);
    (void)number;
    return store_key_rotate(f->store, &f->team, &p->key, 2, &row, NULL);
}
static err create_person(struct fixture *f, const struct prize *p, unsigned number)
{
    struct person_row row = make_person(p->invitation.c);
    struct member_row member = make_member(&f->team, &row.id, ROLE_AGENT);
    (void)number;
    return store_person_create(f->store, &row, &member, NULL);
}
/* One half takes the one owner out in three ways, the other half the other: somebody stays. */
static err take_owners_out(struct fixture *f, const struct prize *p, unsigned number)
{
    const id *whom = number % 2 ? &p->owner : &p->other;
    struct member_row lower = make_member(&f->team2, whom, ROLE_ADMIN);
    return number % 3 == 0   ? store_member_remove(f->store, &f->team2, whom, NULL)
           : number % 3 == 1 ? store_member_put(f->store, &lower, NULL, NULL)
                             : store_person_disable(f->store, whom, 9, NULL);
}

static const struct race {
    const char *what;
    err (*run)(struct fixture *f, const struct prize *prize, unsigned number);
    enum err_code loser;
} races[] = {
    {"an invitation", accept_invitation, ERR_NOT_FOUND},
    {"a reset", accept_reset, ERR_NOT_FOUND},
    {"a recovery code", use_code, ERR_NOT_FOUND},
    {"a time step", use_totp, ERR_CONFLICT},
    {"a signature counter", use_passkey, ERR_CONFLICT},
    {"a challenge", take_challenge, ERR_NOT_FOUND},
    {"a rotation", rotate_key, ERR_CONFLICT},
    {"an address", create_person, ERR_CONFLICT},
};

/* Lets all run at once. */
static void run_race(struct fixture *f, const struct prize *prize,
                     err (*run)(struct fixture *, const struct prize *, unsigned),
                     struct runner *runners)
{
    pthread_barrier_t start;
    pthread_t threads[THREADS];
    assert_int_equal(pthread_barrier_init(&start, NULL, THREADS), 0);
    for (unsigned i = 0; i < THREADS; i++) {
        runners[i] = (struct runner){f, prize, &start, run, i, ERR_NONE};
        assert_int_equal(pthread_create(&threads[i], NULL, go, &runners[i]), 0);
    }
    for (unsigned i = 0; i < THREADS; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    (void)pthread_barrier_destroy(&start);
}

static void one_of_many_wins(void **state)
{
    struct fixture *f = *state;
    struct runner runners[THREADS];
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct prize prize = put_up(f, round);
        /* The reset ends the session, so it comes last. */
        for (size_t i = 0; i < sizeof races / sizeof *races; i++) {
            const struct race *race = &races[(i + 2) % (sizeof races / sizeof *races)];
            unsigned winners = 0;
            run_race(f, &prize, race->run, runners);
            for (unsigned k = 0; k < THREADS; k++) {
                winners += err_ok(runners[k].e);
                if (!err_ok(runners[k].e)) {
                    assert_code_at(runners[k].e, race->loser, race->what, __FILE__, __LINE__);
                }
            }
            if (winners != 1) {
                print_error("%s: %u winners\n", race->what, winners);
                fail();
            }
        }
    }
}

static void a_team_never_loses_its_last_owner(void **state)
{
    struct fixture *f = *state;
    struct runner runners[THREADS];
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct member_row *rows;
        size_t n, live = 0;
        struct prize prize = put_up(f, round);
        assert_ok(store_member_list(f->store, &f->arena, &f->team2, &rows, &n));
        for (size_t i = 0; i < n; i++) { /* those of earlier rounds */
            if (!id_eq(&rows[i].person, &prize.owner) && !id_eq(&rows[i].person, &prize.other)) {
                assert_ok(store_member_remove(f->store, &f->team2, &rows[i].person, NULL));
            }
        }
        run_race(f, &prize, take_owners_out, runners);
        assert_ok(store_member_list(f->store, &f->arena, &f->team2, &rows, &n));
        for (size_t i = 0; i < n; i++) {
            live += rows[i].role == ROLE_OWNER && rows[i].account.disabled_ms == 0;
        }
        assert_int_equal(live, 1);
    }
}

/* ── the chain ── */

enum { ACTS = 40 };

static err record_many(struct fixture *f, const struct prize *prize, unsigned number)
{
    err e = ERR_NONE;
    (void)prize;
    for (unsigned i = 0; err_ok(e) && i < ACTS; i++) {
        struct audit_act act = make_act(number % 4 ? &f->team : &f->team2, "person.rename");
        id nobody = id_random();
        e = store_audit_add(f->store, &act, 1);
        /* Refused in the same transaction as its neighbours: takes no number. */
        err refused = store_person_rename(f->store, &nobody, STR("x"), &act);
        e = err_ok(e) && refused.code != ERR_NOT_FOUND ? refused : e;
    }
    return e;
}

static void the_chain_has_no_gaps_under_many_writers(void **state)
{
    struct fixture *f = *state;
    struct runner runners[THREADS];
    const id *teams[] = {&f->team, &f->team2};
    size_t total = 0;
    run_race(f, NULL, record_many, runners);
    for (unsigned i = 0; i < THREADS; i++) {
        assert_ok(runners[i].e);
    }
    for (size_t t = 0; t < 2; t++) {
        struct audit_row *rows;
        struct crypto_digest before = {{0}};
        size_t n;
        assert_ok(store_audit_list(f->store, &f->arena, teams[t], 0, 0, &rows, &n));
        for (size_t i = 0; i < n; i++) {
            assert_int_equal(rows[i].seq, i + 1);
            assert_memory_equal(&rows[i].before, &before, sizeof before);
            before = audit_hash(&before, i + 1, &rows[i].what);
            assert_memory_equal(&rows[i].hash, &before, sizeof before);
        }
        total += n;
    }
    assert_int_equal(total, THREADS * ACTS);
}

static const struct store_test tests[] = {
    STORE_TEST(one_of_many_wins),
    STORE_TEST(a_team_never_loses_its_last_owner),
    STORE_TEST(the_chain_has_no_gaps_under_many_writers),
};

int main(void) { return store_tests_run("races", tests, sizeof tests / sizeof *tests); }
