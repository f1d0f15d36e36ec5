/* SPDX-License-Identifier: Apache-2.0 */
/* Keys under many clients: what was revoked is not honoured by any request that is sent after the
 * answer of the revocation, and nothing is refused before. RACE_SECONDS is how long (3). */
#include "base/mem.h"
#include "unit/api/race.h"

enum {
    CLIENTS = 64,
    KEYS_MAX = 1 << 18,
    RECENT = 24, /* keys that the clients are busy with: few, so that they meet */
    STREAMS = 8,
    WATCH_MS = 2000, /* api/app.c */
    PATIENCE_MS = 15000,
};

#define KEYS "/api/v1/admin/keys"

/* `ending` is above 0 from before something is sent that may end the key, `ended` is set when an
 * answer has said that it was. */
struct race_key {
    char uuid[40];
    char fields[128]; /* the header line that shows it */
    atomic_int ending, ended;
};

static struct house house;
static struct race_key *keys;
static atomic_uint key_count;
static atomic_ulong honoured, refused, rotated, revoked, renamed;
static char owner[128]; /* header line of the key that manages the others */
static int64_t until_ms;

static void note_key(const char *uuid, const char *token)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    (void)pthread_mutex_lock(&lock);
    unsigned at = atomic_load(&key_count);
    if (at < KEYS_MAX) {
        (void)snprintf(keys[at].uuid, sizeof keys[at].uuid, "%s", uuid);
        (void)snprintf(keys[at].fields, sizeof keys[at].fields, "Authorization: Api-Key %s\r\n",
                       token);
        atomic_store(&key_count, at + 1);
    }
    (void)pthread_mutex_unlock(&lock);
}

static struct race_key *any_key(void)
{
    uint32_t random;
    unsigned count = atomic_load(&key_count);
    crypto_random(&random, sizeof random);
    return &keys[count - 1 - random % (count < RECENT ? count : RECENT)];
}

static int set_up(void **state)
{
    (void)state;
    race_house_open(&house);
    keys = mem_array(KEYS_MAX, sizeof *keys);
    assert_non_null(keys);
    atomic_store(&key_count, 0);
    struct house_key key = house_key(&house, TOKEN_SECRET_KEY, false, PERMISSION_ALL, 0);
    (void)snprintf(owner, sizeof owner, "Authorization: Api-Key %s\r\n", key.token.c);
    for (unsigned i = 0; i < RECENT; i++) {
        key = house_key(&house, TOKEN_SECRET_KEY, true, PERMISSION_SOURCES_READ, 0);
        note_key(id_str(&key.id).p, key.token.c);
    }
    until_ms = clock_mono_ms() + race_seconds() * 1000;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    house_close(&house);
    mem_free(keys);
    return 0;
}

/* ── what the clients do ── */

static void use(struct racer *racer, struct race_key *key)
{
    bool over = atomic_load(&key->ended);
    int status = racer_ask(racer, "GET", "/api/v1/projects/main/sources", key->fields, NULL);
    if (status == 200) {
        (void)atomic_fetch_add(&honoured, 1);
        if (over) {
            race_wrong("a key was honoured after its end was answered", status);
        }
    } else if (status == 401) {
        (void)atomic_fetch_add(&refused, 1);
        if (!atomic_load(&key->ending)) {
            race_wrong("a key was refused that nobody had ended", status);
        }
    } else {
        race_wrong("a key was used", status);
    }
}

/* The key that an answer shows once joins the others. */
static void take_new(const struct racer *racer)
{
    char uuid[4096], token[4096];
    note_key(house_member(racer->answer, "uuid", uuid),
             house_member(racer->answer, "token", token));
}

static void rotate(struct racer *racer, bool overlap)
{
    struct race_key *key = any_key();
    char path[128];
    (void)snprintf(path, sizeof path, KEYS "/%s/rotate", key->uuid);
    (void)atomic_fetch_add(&key->ending, overlap ? 0 : 1);
    int status = racer_ask(racer, "POST", path, owner,
                           overlap ? "{\"overlap_hours\":1}" : "{\"overlap_hours\":0}");
    if (status == 201) {
        atomic_store(&key->ended, overlap ? atomic_load(&key->ended) : 1);
        (void)atomic_fetch_add(&rotated, 1);
        take_new(racer);
        use(racer, key);
    } else if (status == 409) { /* rotated or revoked already */
        (void)atomic_fetch_sub(&key->ending, overlap ? 0 : 1);
    } else {
        race_wrong("a key was rotated", status);
    }
}

static void create(struct racer *racer)
{
    int status = racer_ask(racer, "POST", KEYS, owner,
                           "{\"name\":\"race\",\"kind\":\"secret\",\"project\":\"main\","
                           "\"permissions\":[\"project_sources_read\"]}");
    if (status == 201) {
        take_new(racer);
    } else {
        race_wrong("a key was made", status);
    }
}

static void end_key(struct racer *racer)
{
    struct race_key *key = any_key();
    char path[128];
    (void)snprintf(path, sizeof path, KEYS "/%s", key->uuid);
    (void)atomic_fetch_add(&key->ending, 1);
    int status = racer_ask(racer, "DELETE", path, owner, NULL);
    if (status == 204) {
        atomic_store(&key->ended, 1);
        (void)atomic_fetch_add(&revoked, 1);
        use(racer, key); /* at once, should somebody remember it for a moment */
    } else {
        race_wrong("a key was revoked", status);
    }
}

/* A change that leaves the key's life as it is. */
static void rename_key(struct racer *racer)
{
    struct race_key *key = any_key();
    char path[128];
    (void)snprintf(path, sizeof path, KEYS "/%s", key->uuid);
    int status = racer_ask(racer, "PATCH", path, owner, "{\"name\":\"renamed\"}");
    if (status == 200) {
        (void)atomic_fetch_add(&renamed, 1);
    } else if (status != 409) {
        race_wrong("a key was renamed", status);
    }
}

static void *client(void *number)
{
    struct racer *racer = mem_alloc(sizeof *racer);
    racer_init(racer, &house, (unsigned)(uintptr_t)number);
    while (clock_mono_ms() < until_ms && !race_wrong_count()) {
        uint32_t what;
        crypto_random(&what, sizeof what);
        switch (what % 32) {
        case 0:
        case 1:
            rotate(racer, false);
            break;
        case 2:
            rotate(racer, true);
            break;
        case 3:
            end_key(racer);
            create(racer);
            break;
        case 4:
        case 5:
            rename_key(racer);
            break;
        default:
            use(racer, any_key());
        }
    }
    racer_done(racer);
    mem_free(racer);
    return NULL;
}

static void no_key_is_honoured_after_its_end_nor_refused_before(void **state)
{
    (void)state;
    race(CLIENTS, client);
    (void)printf("# %u keys: %lu uses honoured, %lu refused; %lu rotations, %lu revocations, %lu "
                 "changes\n",
                 atomic_load(&key_count), atomic_load(&honoured), atomic_load(&refused),
                 atomic_load(&rotated), atomic_load(&revoked), atomic_load(&renamed));
    assert_int_equal(race_wrong_count(), 0);
    assert_true(honoured && refused && rotated && revoked && renamed);
    /* However the race ended: what was over still is. */
    struct racer *racer = mem_alloc(sizeof *racer);
    racer_init(racer, &house, CLIENTS);
    for (unsigned i = 0, count = atomic_load(&key_count), step = count / 500 + 1; i < count;
         i += step) {
        int status = racer_ask(racer, "GET", "/api/v1/projects/main/sources", keys[i].fields, NULL);
        assert_int_equal(status, atomic_load(&keys[i].ended) ? 401 : 200);
    }
    racer_done(racer);
    mem_free(racer);
}

/* ── streams under the same load ── */

struct followed {
    struct house_key key;
    int fd;
    int64_t lasted_ms;
};
static struct followed followed[STREAMS];

/* The first few clients revoke the keys of the streams, the others make the load. */
static void *revoke_or_load(void *number)
{
    unsigned n = (unsigned)(uintptr_t)number;
    if (n >= STREAMS) {
        return client(number);
    }
    struct racer *racer = mem_alloc(sizeof *racer);
    char path[128];
    racer_init(racer, &house, n);
    (void)snprintf(path, sizeof path, KEYS "/%s", id_str(&followed[n].key.id).p);
    int status = racer_ask(racer, "DELETE", path, owner, NULL);
    int64_t began = clock_mono_ms();
    if (status != 204) {
        race_wrong("the key of a stream was revoked", status);
    }
    bool ended = strstr(web_hear(followed[n].fd, "0\r\n\r\n", PATIENCE_MS), "0\r\n\r\n") != NULL;
    followed[n].lasted_ms = clock_mono_ms() - began;
    if (!ended) {
        race_wrong("a stream of a revoked key went on", status);
    }
    racer_done(racer);
    mem_free(racer);
    return NULL;
}

static void open_streams_end_within_a_look_of_the_watch(void **state)
{
    int64_t longest = 0;
    (void)state;
    for (unsigned i = 0; i < STREAMS; i++) {
        followed[i].key = house_key(&house, TOKEN_SECRET_KEY, true, PERMISSION_CHATS_READ, 0);
        id chat = house_chat(&house, &followed[i].key, 1);
        followed[i].fd = house_events(&house, &chat, followed[i].key.token.c, NULL);
        assert_non_null(strstr(web_hear(followed[i].fd, "\r\n\r\n", PATIENCE_MS), "200 OK"));
    }
    until_ms = clock_mono_ms() + WATCH_MS;
    race(CLIENTS, revoke_or_load);
    for (unsigned i = 0; i < STREAMS; i++) {
        longest = followed[i].lasted_ms > longest ? followed[i].lasted_ms : longest;
        (void)close(followed[i].fd);
    }
    (void)printf("# after the answer a stream lasted at most %lld ms, the watch looks every %d\n",
                 (long long)longest, WATCH_MS);
    assert_int_equal(race_wrong_count(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_key_is_honoured_after_its_end_nor_refused_before),
        cmocka_unit_test(open_streams_end_within_a_look_of_the_watch),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
