/* SPDX-License-Identifier: Apache-2.0 */
/* People under many clients: who was lowered, disabled or removed passes with no request that is
 * sent after the answer, and is not refused before. RACE_SECONDS is how long (3). */
#include "base/mem.h"
#include "unit/api/race.h"

enum {
    CLIENTS = 64,
    PEOPLE = 6, /* each is changed by one of the clients and used by all others */
    ROUNDS = 25,
    SEEN_MIN = 6, /* requests that each place is looked at with */
    WRITERS = 4,  /* that change somebody while they are removed */
    WATCH_MS = 2000,
    PATIENCE_MS = 15000,
};

#define PEOPLE_PATH "/api/v1/admin/people"

/* What holds for a person; CHANGING from before a change is sent until its answer. */
enum place { CHANGING, AGENT, VIEWER, DISABLED };
static const int expected[] = {[AGENT] = 200, [VIEWER] = 403, [DISABLED] = 401};

struct victim {
    id id;
    char email[64];
    atomic_uint state; /* a number that grows, times 4, and the place */
    atomic_uint seen;  /* requests that found it so from begin to end */
    pthread_mutex_t lock;
    struct house_session live, dead; /* dead: ended when the person was disabled */
};

static struct house house;
static struct victim victims[PEOPLE];
static struct house_session owners[2];
static char chat_path[128];
static atomic_ulong checked[DISABLED + 1], checked_dead;
static int64_t until_ms;

static int set_up(void **state)
{
    static const char *const emails[] = {"first@example.com", "second@example.com"};
    (void)state;
    race_house_open(&house);
    for (unsigned i = 0; i < 2; i++) {
        (void)house_person(&house, &house.project.team, emails[i], ROLE_OWNER);
        owners[i] = house_log_in(&house, "192.0.2.1", emails[i]);
    }
    struct house_key key = house_key(&house, TOKEN_SECRET_KEY, true, PERMISSION_CHAT_CREATE, 0);
    id chat = house_chat(&house, &key, 1);
    (void)snprintf(chat_path, sizeof chat_path, "/api/v1/chats/%s", id_str(&chat).p);
    for (unsigned i = 0; i < PEOPLE; i++) {
        struct victim *v = &victims[i];
        (void)snprintf(v->email, sizeof v->email, "agent%u@example.com", i);
        v->id = house_person(&house, &house.project.team, v->email, ROLE_AGENT);
        v->live = house_log_in(&house, "192.0.2.1", v->email);
        v->state = AGENT;
        (void)pthread_mutex_init(&v->lock, NULL);
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    house_close(&house);
    return 0;
}

static struct racer *racer_new(unsigned number)
{
    struct racer *racer = mem_alloc(sizeof *racer);
    racer_init(racer, &house, number);
    return racer;
}

static void racer_free(struct racer *racer)
{
    racer_done(racer);
    mem_free(racer);
}

/* Changes a person over HTTP; gives the status. */
static int change(struct racer *racer, unsigned owner, const id *person, const char *body)
{
    char path[128];
    (void)snprintf(path, sizeof path, PEOPLE_PATH "/%s", person->c);
    return racer_ask(racer, body ? "PATCH" : "DELETE", path, owners[owner].fields, body);
}

/* ── lowered and disabled ── */

static bool is_seen(void *victim)
{
    struct victim *v = victim;
    return atomic_load(&v->seen) >= SEEN_MIN || clock_mono_ms() >= until_ms || race_wrong_count();
}

/* Says what holds now, and lets it hold until some have asked. */
static void settle(struct victim *v, unsigned next, enum place place)
{
    atomic_store(&v->seen, 0);
    atomic_store(&v->state, next | place);
    (void)web_until(is_seen, v, PATIENCE_MS);
}

static void put(struct racer *racer, struct victim *v, const char *body, enum place place)
{
    unsigned next = (atomic_load(&v->state) / 4 + 1) * 4;
    atomic_store(&v->state, next | CHANGING);
    int status = change(racer, 0, &v->id, body);
    if (status != 200) {
        race_wrong("a person was changed", status);
    } else if (place != CHANGING) {
        settle(v, next, place);
    }
}

static void log_in_again(struct racer *racer, struct victim *v)
{
    char body[256];
    (void)snprintf(body, sizeof body, "{\"email\":\"%s\",\"password\":\"" HOUSE_PASSWORD "\"}",
                   v->email);
    int status = racer_ask(racer, "POST", "/api/v1/admin/login", "", body);
    if (status != 200) {
        race_wrong("a person logged in again", status);
        return;
    }
    (void)pthread_mutex_lock(&v->lock);
    v->dead = v->live;
    v->live = house_session_of(&house, racer->answer);
    (void)pthread_mutex_unlock(&v->lock);
    settle(v, (atomic_load(&v->state) / 4 + 1) * 4, AGENT);
}

static void change_always(struct racer *racer, struct victim *v)
{
    while (clock_mono_ms() < until_ms && !race_wrong_count()) {
        put(racer, v, "{\"role\":\"viewer\"}", VIEWER);
        put(racer, v, "{\"role\":\"agent\"}", AGENT);
        put(racer, v, "{\"disabled\":true}", DISABLED);
        put(racer, v, "{\"disabled\":false}", CHANGING);
        log_in_again(racer, v);
    }
}

static void use(struct racer *racer, struct victim *v, bool dead)
{
    unsigned before = atomic_load(&v->state);
    (void)pthread_mutex_lock(&v->lock);
    struct house_session session = dead ? v->dead : v->live;
    (void)pthread_mutex_unlock(&v->lock);
    if (!session.token[0]) {
        return; /* nobody was disabled yet */
    }
    int status = racer_ask(racer, "GET", chat_path, session.fields, NULL);
    enum place place = before % 4;
    if (dead) {
        (void)atomic_fetch_add(&checked_dead, 1);
        if (status != 401) {
            race_wrong("a session that was ended passed", status);
        }
    } else if (place != CHANGING && before == atomic_load(&v->state)) {
        (void)atomic_fetch_add(&checked[place], 1);
        (void)atomic_fetch_add(&v->seen, 1);
        if (status != expected[place]) {
            race_wrong(place == AGENT ? "an agent was refused" : "who may not did pass", status);
        }
    }
}

static void *client(void *number)
{
    unsigned n = (unsigned)(uintptr_t)number;
    struct racer *racer = racer_new(n);
    if (n < PEOPLE) {
        change_always(racer, &victims[n]);
    }
    for (unsigned i = 0; n >= PEOPLE && clock_mono_ms() < until_ms && !race_wrong_count(); i++) {
        use(racer, &victims[(n + i) % PEOPLE], i % 4 == 3);
    }
    racer_free(racer);
    return NULL;
}

static void who_was_lowered_or_disabled_passes_no_more(void **state)
{
    (void)state;
    until_ms = clock_mono_ms() + race_seconds() * 1000;
    race(CLIENTS, client);
    (void)printf("# requests with a known answer: %lu as agent, %lu as viewer, %lu disabled, %lu "
                 "with an ended session\n",
                 atomic_load(&checked[AGENT]), atomic_load(&checked[VIEWER]),
                 atomic_load(&checked[DISABLED]), atomic_load(&checked_dead));
    assert_int_equal(race_wrong_count(), 0);
    assert_true(checked[AGENT] && checked[VIEWER] && checked[DISABLED]);
}

/* ── removed while others change them ── */

static id leaver;
static pthread_barrier_t start;

static void *remove_or_change(void *number)
{
    unsigned n = (unsigned)(uintptr_t)number;
    struct racer *racer = racer_new(n);
    (void)pthread_barrier_wait(&start);
    int status =
        n ? change(racer, 1, &leaver, "{\"role\":\"editor\"}") : change(racer, 0, &leaver, NULL);
    if (n ? status != 200 && status != 404 && status != 409 : status != 204) {
        race_wrong(n ? "somebody was changed" : "somebody was removed", status);
    }
    racer_free(racer);
    return NULL;
}

static void who_was_removed_is_not_brought_back_by_a_change(void **state)
{
    (void)state;
    struct racer *racer = racer_new(0);
    assert_int_equal(pthread_barrier_init(&start, NULL, WRITERS + 1), 0);
    for (unsigned i = 0; i < ROUNDS; i++) {
        char email[64];
        (void)snprintf(email, sizeof email, "leaver%u@example.com", i);
        struct person_row person = {
            .id = id_random(), .email = str_c(email), .name = STR("L"), .created_ms = 1};
        struct member_row member = {
            .team = house.project.team, .role = ROLE_AGENT, .all_projects = true, .created_ms = 1};
        assert_int_equal(store_person_create(house.app->store, &person, &member, NULL).code,
                         ERR_OK);
        leaver = person.id;
        race(WRITERS + 1, remove_or_change);
        assert_int_equal(race_wrong_count(), 0);
        assert_int_equal(racer_ask(racer, "GET", PEOPLE_PATH, owners[0].fields, NULL), 200);
        assert_null(strstr(racer->answer, id_str(&leaver).p));
    }
    (void)pthread_barrier_destroy(&start);
    racer_free(racer);
}

/* ── streams ── */

static void the_streams_of_who_is_disabled_end_within_a_look_of_the_watch(void **state)
{
    (void)state;
    int fds[PEOPLE];
    int64_t began[PEOPLE], longest = 0;
    struct racer *racer = racer_new(0);
    for (unsigned i = 0; i < PEOPLE; i++) {
        char text[1024];
        (void)snprintf(text, sizeof text, "GET %s/events HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n%s\r\n",
                       chat_path, house.port, victims[i].live.fields);
        fds[i] = web_connect(house.port);
        web_send(fds[i], text);
        assert_non_null(strstr(web_hear(fds[i], "\r\n\r\n", PATIENCE_MS), "200 OK"));
    }
    for (unsigned i = 0; i < PEOPLE; i++) {
        assert_int_equal(change(racer, 0, &victims[i].id, "{\"disabled\":true}"), 200);
        began[i] = clock_mono_ms();
    }
    for (unsigned i = 0; i < PEOPLE; i++) {
        assert_non_null(strstr(web_hear(fds[i], "0\r\n\r\n", PATIENCE_MS), "0\r\n\r\n"));
        int64_t lasted = clock_mono_ms() - began[i];
        longest = lasted > longest ? lasted : longest;
        (void)close(fds[i]);
    }
    (void)printf("# after the answer a stream lasted at most %lld ms, the watch looks every %d\n",
                 (long long)longest, WATCH_MS);
    racer_free(racer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_was_lowered_or_disabled_passes_no_more),
        cmocka_unit_test(who_was_removed_is_not_brought_back_by_a_change),
        cmocka_unit_test(the_streams_of_who_is_disabled_end_within_a_look_of_the_watch),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
