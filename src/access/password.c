/* SPDX-License-Identifier: Apache-2.0 */
#include "access/password.h"

#include <errno.h>
#include <pthread.h>
#include <sodium.h>
#include <unistd.h>

#include "access/password_private.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/mem.h"

_Static_assert(PASSWORD_HASH_BYTES == crypto_pwhash_STRBYTES, "libsodium's PHC strings fit");

/* What is hashed against where there is no password. Nothing is known to match it, and a match
 * would not count. */
static const char nobody[PASSWORD_HASH_BYTES] =
    "$argon2id$v=19$m=65536,t=2,p=1$bm9ib2R5IGlzIGhlcmUhIQ$"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

static const char words_path[] = "/usr/share/dict/cracklib-small";

struct password_hasher {
    pthread_mutex_t lock;
    pthread_cond_t left; /* somebody has finished */
    unsigned parallel, active, waiting;
    struct password_list list;
};

static unsigned half_the_cores(void)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores >= 4 ? (unsigned)cores / 2 : 1;
}

static bool init_locks(struct password_hasher *hasher)
{
    pthread_condattr_t clock;
    if (pthread_condattr_init(&clock) != 0) {
        return false;
    }
    bool fine = pthread_condattr_setclock(&clock, CLOCK_MONOTONIC) == 0 &&
                pthread_cond_init(&hasher->left, &clock) == 0;
    (void)pthread_condattr_destroy(&clock);
    if (fine && pthread_mutex_init(&hasher->lock, NULL) != 0) {
        (void)pthread_cond_destroy(&hasher->left);
        fine = false;
    }
    return fine;
}

err password_hasher_new(unsigned parallel, struct password_hasher **ret)
{
    struct password_hasher *hasher = mem_alloc(sizeof *hasher);
    if (!hasher || !init_locks(hasher)) {
        mem_free(hasher);
        return err_new(ERR_NO_MEMORY, "no memory for the hashing of passwords");
    }
    hasher->parallel = parallel ? parallel : half_the_cores();
    err e = password_list_open(&hasher->list, words_path);
    if (e.code == ERR_NO_MEMORY) {
        password_hasher_free(hasher);
        return e;
    }
    if (!err_ok(e)) {
        log_err("access", "the list of common passwords cannot be read", e);
    }
    *ret = hasher;
    return ERR_NONE;
}

void password_hasher_free(struct password_hasher *hasher)
{
    if (hasher) {
        password_list_close(&hasher->list);
        (void)pthread_mutex_destroy(&hasher->lock);
        (void)pthread_cond_destroy(&hasher->left);
        mem_free(hasher);
    }
}

err password_judge(const struct password_hasher *hasher, str password, str email, str name)
{
    return password_judge_with(&hasher->list, password, email, name);
}

/* Waits for a turn; err_ok means that `leave` must follow. */
static err enter(struct password_hasher *hasher, int64_t deadline_ms)
{
    err e = ERR_NONE;
    struct timespec until = {.tv_sec = (time_t)(deadline_ms / 1000),
                             .tv_nsec = (long)(deadline_ms % 1000) * 1000000};
    if (deadline_ms <= clock_mono_ms()) {
        return err_new(ERR_UNAVAILABLE, "there was no time left to check a password");
    }
    (void)pthread_mutex_lock(&hasher->lock);
    if (hasher->active >= hasher->parallel && hasher->waiting >= PASSWORD_QUEUE_MAX) {
        e = err_new(ERR_UNAVAILABLE, "too many passwords are being checked; try again soon");
    }
    while (err_ok(e) && hasher->active >= hasher->parallel) {
        hasher->waiting++;
        int rc = pthread_cond_timedwait(&hasher->left, &hasher->lock, &until);
        hasher->waiting--;
        /* A turn that became free in the last moment is taken: nobody else was told of it. */
        if (rc != 0 && hasher->active >= hasher->parallel) {
            e = err_new(ERR_UNAVAILABLE, "no password could be checked in time; try again soon");
        }
    }
    hasher->active += err_ok(e) ? 1 : 0;
    (void)pthread_mutex_unlock(&hasher->lock);
    return e;
}

static void leave(struct password_hasher *hasher)
{
    (void)pthread_mutex_lock(&hasher->lock);
    hasher->active--;
    (void)pthread_cond_signal(&hasher->left);
    (void)pthread_mutex_unlock(&hasher->lock);
}

/* The form that is hashed; what is no UTF-8 is taken as it is, no account has it. */
static str prepare(struct password_text *text, str password)
{
    return password_text_nfc(text, password) ? text->s : password;
}

err password_hash(struct password_hasher *hasher, struct arena *a, str password,
                  int64_t deadline_ms, str *ret)
{
    char phc[PASSWORD_HASH_BYTES];
    struct password_text text;
    if (password.n > PASSWORD_BYTES_MAX) {
        return err_new(ERR_UNPROCESSABLE, "a password is at most 1,024 bytes long");
    }
    err e = enter(hasher, deadline_ms);
    if (!err_ok(e)) {
        return e;
    }
    str form = prepare(&text, password);
    int rc = crypto_pwhash_str(phc, form.p, form.n, crypto_pwhash_OPSLIMIT_INTERACTIVE,
                               crypto_pwhash_MEMLIMIT_INTERACTIVE);
    leave(hasher);
    password_text_done(&text);
    if (rc != 0) {
        return err_new(ERR_UNAVAILABLE, "no memory to hash a password");
    }
    str kept = arena_str(a, str_c(phc));
    crypto_wipe(phc, sizeof phc);
    if (!kept.p) {
        return err_new(ERR_NO_MEMORY, "no memory for a password's hash");
    }
    *ret = kept;
    return ERR_NONE;
}

err password_verify(struct password_hasher *hasher, str phc, str password, int64_t deadline_ms,
                    bool *ret)
{
    char stored[PASSWORD_HASH_BYTES] = {0};
    struct password_text text;
    if (password.n > PASSWORD_BYTES_MAX) {
        *ret = false; /* whoever the account is of */
        return ERR_NONE;
    }
    memcpy(stored, phc.p, phc.n < sizeof stored ? phc.n : 0);
    bool known = crypto_pwhash_str_needs_rehash(stored, crypto_pwhash_OPSLIMIT_INTERACTIVE,
                                                crypto_pwhash_MEMLIMIT_INTERACTIVE) >= 0;
    err e = enter(hasher, deadline_ms);
    if (!err_ok(e)) {
        return e;
    }
    str form = prepare(&text, password);
    errno = 0;
    int rc = crypto_pwhash_str_verify(known ? stored : nobody, form.p, form.n);
    bool failed = rc != 0 && errno != EINVAL; /* libsodium says EINVAL for a mismatch only */
    leave(hasher);
    password_text_done(&text);
    crypto_wipe(stored, sizeof stored);
    if (failed) {
        return err_new(ERR_UNAVAILABLE, "no memory to check a password");
    }
    *ret = known && rc == 0;
    return ERR_NONE;
}

bool password_is_dated(str phc)
{
    char stored[PASSWORD_HASH_BYTES] = {0};
    if (str_empty(phc) || phc.n >= sizeof stored) {
        return false;
    }
    memcpy(stored, phc.p, phc.n);
    return crypto_pwhash_str_needs_rehash(stored, crypto_pwhash_OPSLIMIT_INTERACTIVE,
                                          crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0;
}
