/* SPDX-License-Identifier: Apache-2.0 */
#include "check/facts/lighthouse.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "check/facts/http_pages.h"

extern char **environ;

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/* Reads one word into b; *at is behind it. False: a quote does not end. */
static bool read_word(str command, size_t *at, struct buf *b)
{
    char quote = '\0';
    size_t i = *at;
    for (; i < command.n && (quote || !is_blank(command.p[i])); i++) {
        char c = command.p[i];
        if (quote && c == quote) {
            quote = '\0';
        } else if (!quote && (c == '"' || c == '\'')) {
            quote = c;
        } else if (c == '\\' && quote != '\'' && i + 1 < command.n) {
            buf_add_byte(b, command.p[++i]);
        } else {
            buf_add_byte(b, c);
        }
    }
    *at = i;
    return !quote;
}

/* A NUL-terminated copy with {url} replaced; NULL without memory. */
static char *expand(struct arena *a, str word, str url)
{
    static const str mark = STR_INIT("{url}");
    size_t at = str_find(word, mark, 0), n = word.n;
    n += at == SIZE_MAX ? 0 : url.n;
    char *copy = arena_alloc(a, n + 1);
    if (copy && at == SIZE_MAX) {
        memcpy(copy, word.p, word.n);
    } else if (copy) {
        memcpy(copy, word.p, at);
        memcpy(copy + at, url.p, url.n);
        memcpy(copy + at + url.n, word.p + at + mark.n, word.n - at - mark.n);
    }
    return copy;
}

err lighthouse_words(struct arena *a, str command, str url, char *ret[LIGHTHOUSE_WORDS_MAX + 1])
{
    struct buf b;
    size_t count = 0, at = 0;
    err e = ERR_NONE;
    buf_init(&b, 64 << 10);
    while (err_ok(e)) {
        while (at < command.n && is_blank(command.p[at])) {
            at++;
        }
        if (at == command.n) {
            break;
        }
        buf_clear(&b);
        if (count == LIGHTHOUSE_WORDS_MAX) {
            e = err_new(ERR_INVALID, "the command has too many words");
        } else if (!read_word(command, &at, &b)) {
            e = err_new(ERR_INVALID, "a quote of the command does not end");
        } else if (b.failed != ERR_OK || !(ret[count] = expand(a, buf_str(&b), url))) {
            e = err_new(ERR_NO_MEMORY, "no memory for a command");
        } else {
            count++;
        }
    }
    buf_done(&b);
    if (err_ok(e) && count == 0) {
        e = err_new(ERR_INVALID, "the command is empty");
    }
    ret[count] = NULL;
    return e;
}

err lighthouse_score(str output, double *ret)
{
    json_t *tree = NULL;
    size_t from = str_find_byte(output, '{', 0);
    err e = from == SIZE_MAX ? err_new(ERR_INVALID, "the command printed no JSON")
                             : json_read_object(str_slice(output, from, output.n), &tree, NULL);
    if (!err_ok(e)) {
        return err_new(ERR_INVALID, "the command printed no JSON");
    }
    const json_t *score = json_object_get(
        json_object_get(json_object_get(tree, "categories"), "performance"), "score");
    double value = json_is_number(score) ? json_number_value(score) : -1;
    json_decref(tree);
    if (value < 0 || value > 1) {
        return err_new(ERR_INVALID, "the JSON has no performance score");
    }
    *ret = value * 100;
    return ERR_NONE;
}

static bool start(char *const argv[], int out, pid_t *ret)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    (void)sigemptyset(&none);
    (void)sigfillset(&all);
    if (posix_spawn_file_actions_init(&actions) != 0) {
        return false;
    }
    if (posix_spawnattr_init(&attributes) != 0) {
        (void)posix_spawn_file_actions_destroy(&actions);
        return false;
    }
    bool fine =
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0) == 0 &&
        posix_spawn_file_actions_adddup2(&actions, out, 1) == 0 &&
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0) == 0 &&
        posix_spawnattr_setsigmask(&attributes, &none) == 0 &&
        posix_spawnattr_setsigdefault(&attributes, &all) == 0 &&
        posix_spawnattr_setpgroup(&attributes, 0) == 0 && /* ended with all it started */
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                                  POSIX_SPAWN_SETPGROUP) == 0 &&
        posix_spawnp(ret, argv[0], &actions, &attributes, argv, environ) == 0;
    (void)posix_spawnattr_destroy(&attributes);
    (void)posix_spawn_file_actions_destroy(&actions);
    return fine;
}

/* Reads until the end of the output. Words for people, NULL when it ended. */
static const char *drain(int fd, struct buf *b, int64_t until_ms)
{
    for (;;) {
        char chunk[16 << 10];
        if (!collect_wait(fd, POLLIN, until_ms)) {
            return "the command did not end in time";
        }
        ssize_t n = read(fd, chunk, sizeof chunk);
        if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN)) {
            return NULL;
        }
        buf_add(b, str_n(chunk, n > 0 ? (size_t)n : 0));
        if (b->failed != ERR_OK) {
            return "the command printed more than 32 MiB";
        }
    }
}

static const char *run(char *const argv[], unsigned wait_ms, struct buf *output)
{
    int out[2];
    pid_t pid = 0;
    if (pipe2(out, O_CLOEXEC) != 0) {
        return "no pipe for the command";
    }
    bool started = start(argv, out[1], &pid);
    close(out[1]);
    const char *problem =
        started ? drain(out[0], output, clock_mono_ms() + wait_ms) : "the command is not there";
    close(out[0]);
    if (started) {
        (void)kill(-pid, SIGKILL);
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
        }
    }
    return problem;
}

void lighthouse_run(struct arena *a, str command, str url, unsigned wait_ms,
                    struct lighthouse_result *ret)
{
    char *argv[LIGHTHOUSE_WORDS_MAX + 1];
    struct buf output;
    double score = 0;
    buf_init(&output, LIGHTHOUSE_OUTPUT_MAX);
    err e = lighthouse_words(a, command, url, argv);
    const char *problem = err_ok(e) ? run(argv, wait_ms, &output) : e.what;
    if (!problem) {
        e = lighthouse_score(buf_str(&output), &score);
        problem = err_ok(e) ? NULL : e.what;
    }
    buf_done(&output);
    *ret = (struct lighthouse_result){url, score, str_c(problem)};
}

void visit_lighthouse(struct collect *c, str url)
{
    str command = facts_intent(c->facts)->lighthouse;
    struct arena *a = command.n ? facts_arena(c->facts) : NULL;
    struct lighthouse_result result;
    if (a) {
        lighthouse_run(a, command, url, collect_left(c, 120000), &result);
        facts_set_lighthouse(c->facts, &result);
    }
}
