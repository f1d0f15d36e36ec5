/* SPDX-License-Identifier: Apache-2.0 */
/* Objects of a repository whose first one is at HEAD, read as a history, dangling ones too. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "git_made.h"
#include "scan/scan_private.h"
#include "scan/sources.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_file(const char *folder, const char *name, str bytes)
{
    char path[128];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    check(fd >= 0 && write(fd, bytes.p, bytes.n) == (ssize_t)bytes.n && close(fd) == 0);
}

static const char *repository(void)
{
    static char folder[64];
    static const char *const folders[] = {"objects", "objects/pack", "refs", "refs/heads"};
    char path[128];
    if (!folder[0]) {
        (void)snprintf(folder, sizeof folder, "/dev/shm/doorward-fuzz-XXXXXX");
        check(mkdtemp(folder) != NULL);
        for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
            (void)snprintf(path, sizeof path, "%s/%s", folder, folders[i]);
            check(mkdir(path, 0700) == 0);
        }
        write_file(folder, "HEAD", STR("ref: refs/heads/main\n"));
        write_file(folder, "config", STR("[core]\nrepositoryformatversion = 0\nbare = true\n"));
        write_file(folder, "refs/heads/main", STR("0101010101010101010101010101010101010101\n"));
        write_file(folder, "refs/heads/b", STR("0202020202020202020202020202020202020202\n"));
    }
    return folder;
}

static void try_history(const struct made *m)
{
    static struct scanner *scanner;
    const char *folder = repository();
    struct arena keep;
    const struct scan_options options = {.input_fd = -1, .jobs = 1, .dangling = true};
    struct scan s = {.options = &options, .keep = &keep};
    write_file(folder, "objects/pack/pack-1.pack", buf_str(&m->pack));
    write_file(folder, "objects/pack/pack-1.idx", buf_str(&m->index));
    arena_init(&keep, 16 << 20);
    check(scanner || err_ok(scanner_new(STR_EMPTY, &scanner)));
    s.scanner = scanner;
    check(err_ok(findings_new(&s.findings)) && err_ok(scan_problems_new(&s.problems)));
    (void)err_ok(source_history(&s, str_c(folder)));
    check(err_ok(findings_finish(s.findings, STR("key"))));
    findings_free(s.findings);
    scan_problems_free(s.problems);
    arena_done(&keep);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct made made;
    if (size > 1 << 14 || !err_ok(crypto_init())) {
        return 0;
    }
    make(&made, str_n((const char *)data, size));
    try_history(&made);
    made_done(&made);
    return 0;
}
