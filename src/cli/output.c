/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/output.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"

enum { FILE_MODE = 0644 };

bool output_is_terminal(int fd)
{
    const char *term = getenv("TERM");
    return isatty(fd) == 1 && (!term || strcmp(term, "dumb") != 0);
}

bool output_colour(void)
{
    const char *no_color = getenv("NO_COLOR");
    return output_is_terminal(STDOUT_FILENO) && !(no_color && *no_color);
}

bool output_is_file(const char *path) { return path && strcmp(path, "-") != 0; }

int output_write(const char *path, const struct buf *b, const char *what)
{
    err e = buf_err(b);
    if (!err_ok(e)) {
        return cli_fail_err(e, what);
    }
    if (!output_is_file(path)) {
        (void)fwrite(b->p, 1, b->n, stdout);
        return CLI_OK;
    }
    e = file_write(path, buf_str(b), FILE_MODE);
    return err_ok(e) ? CLI_OK : cli_fail(CLI_UNREACHABLE, "%s: %s", path, e.what);
}

void output_progress(const char *stage, uint64_t done, uint64_t total)
{
    if (total > 0) {
        (void)fprintf(stderr, "\r\x1b[K%llu/%llu  %s", (unsigned long long)done,
                      (unsigned long long)total, stage);
    } else if (done > 0) {
        (void)fprintf(stderr, "\r\x1b[K%llu  %s", (unsigned long long)done, stage);
    } else {
        (void)fprintf(stderr, "\r\x1b[K%s", stage);
    }
    (void)fflush(stderr);
}

void output_progress_end(void) { (void)fputs("\r\x1b[K", stderr); }

int output_read(const char *option, const char *path, struct buf *b, size_t max)
{
    buf_init(b, max);
    err e = file_read(path, b);
    return err_ok(e) ? CLI_OK : cli_fail(CLI_USAGE, "--%s %s: %s", option, path, e.what);
}

int output_readable(struct cli *cli, const char *option, str *ret)
{
    const char *path = cli_option(cli, option, 0);
    *ret = str_c(path);
    return !path || access(path, R_OK) == 0
               ? CLI_OK
               : cli_fail(CLI_USAGE, "--%s %s: the file cannot be read", option, path);
}
