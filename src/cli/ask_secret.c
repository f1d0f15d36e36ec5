/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/ask_secret.h"

#include <errno.h>
#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include "access/password.h"
#include "base/crypto.h"

enum { TYPED_MAX = PASSWORD_BYTES_MAX + 2 };

struct typed {
    char c[TYPED_MAX];
    size_t n;
};

static int read_stdin(struct secret *ret)
{
    struct typed typed = {.n = 0};
    ssize_t got = 0;
    while (typed.n < TYPED_MAX) {
        got = read(STDIN_FILENO, typed.c + typed.n, TYPED_MAX - typed.n);
        if (got == 0 || (got < 0 && errno != EINTR)) {
            break;
        }
        typed.n += got > 0 ? (size_t)got : 0;
    }
    bool failed = got < 0;
    if (typed.n && typed.c[typed.n - 1] == '\n') {
        typed.n -= typed.n > 1 && typed.c[typed.n - 2] == '\r' ? 2 : 1;
    }
    int code = failed    ? cli_fail(CLI_UNREACHABLE, "standard input cannot be read")
               : typed.n ? CLI_OK
                         : cli_fail(CLI_USAGE, "there is no password on standard input");
    if (code == CLI_OK && !err_ok(secret_set(ret, str_n(typed.c, typed.n)))) {
        code = cli_fail(CLI_UNREACHABLE, "out of memory");
    }
    crypto_wipe(&typed, sizeof typed);
    return code;
}

/* Takes one byte of the terminal into the line; false when the line has ended. */
static bool take_byte(struct typed *typed, char byte, bool *ret_cancelled)
{
    switch (byte) {
    case '\r':
    case '\n':
    case 4: /* Ctrl-D */
        return false;
    case 3: /* Ctrl-C: signals are off so that the echo comes back */
        *ret_cancelled = true;
        return false;
    case 8:
    case 127:
        while (typed->n && ((unsigned char)typed->c[--typed->n] & 0xc0) == 0x80) {
            /* the rest of one UTF-8 character */
        }
        return true;
    case 21: /* Ctrl-U */
        typed->n = 0;
        return true;
    default:
        if (typed->n < TYPED_MAX) {
            typed->c[typed->n++] = byte;
        }
        return true;
    }
}

static int read_line(int terminal, const char *prompt, struct secret *ret)
{
    struct termios before, quiet;
    struct typed typed = {.n = 0};
    bool cancelled = false;
    char byte;
    if (tcgetattr(terminal, &before) != 0) {
        return cli_fail(CLI_UNREACHABLE, "the terminal cannot be set up");
    }
    quiet = before;
    quiet.c_lflag &= (tcflag_t) ~(ECHO | ICANON | ISIG);
    (void)tcsetattr(terminal, TCSAFLUSH, &quiet);
    (void)!write(terminal, prompt, strlen(prompt));
    do {
        cancelled = read(terminal, &byte, 1) != 1;
    } while (!cancelled && take_byte(&typed, byte, &cancelled));
    (void)tcsetattr(terminal, TCSAFLUSH, &before);
    (void)!write(terminal, "\n", 1);
    int code = cancelled ? cli_fail(CLI_REFUSED, "cancelled; nothing was changed") : CLI_OK;
    if (code == CLI_OK && !err_ok(secret_set(ret, str_n(typed.c, typed.n)))) {
        code = cli_fail(CLI_UNREACHABLE, "out of memory");
    }
    crypto_wipe(&typed, sizeof typed);
    return code;
}

static int read_terminal(const char *prompt, struct secret *ret)
{
    struct secret again = {0};
    int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (terminal < 0) {
        return cli_fail(CLI_USAGE,
                        "there is no terminal to type a password on; add --password-stdin");
    }
    int code = read_line(terminal, prompt, ret);
    code = code == CLI_OK ? read_line(terminal, "Once more: ", &again) : code;
    if (code == CLI_OK && !crypto_equal(secret_view(ret), secret_view(&again))) {
        code = cli_fail(CLI_USAGE, "the two passwords differ; nothing was changed");
    }
    secret_done(&again);
    (void)close(terminal);
    return code;
}

int ask_secret(struct cli *cli, const char *prompt, struct secret *ret)
{
    int code = cli_option(cli, "password-stdin", 0) ? read_stdin(ret) : read_terminal(prompt, ret);
    if (code != CLI_OK) {
        secret_done(ret);
    }
    return code;
}
