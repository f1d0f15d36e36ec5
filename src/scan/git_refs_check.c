/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <sys/stat.h>

#include "base/bytes.h"
#include "base/file.h"
#include "scan/git_history.h"

enum {
    REFS_DEPTH_MAX = 16,
    REFS_MAX = 100000,    /* files that are looked at */
    REF_BYTES_MAX = 4096, /* of one file */
};

struct check {
    struct git_history *h;
    char path[GIT_PATH_MAX];
    size_t root, left;
};

/* 40 digits, or "ref: name". */
static bool is_reference(str text)
{
    text = str_trim(text);
    if (str_starts(text, STR("ref:"))) {
        return true;
    }
    size_t digits = 0;
    while (digits < text.n && bytes_hex_digit(text.p[digits]) >= 0) {
        digits++;
    }
    return digits == GIT_OID_HEXSZ;
}

static void check_file(struct check *c)
{
    struct buf text;
    buf_init(&text, REF_BYTES_MAX);
    err e = file_read(c->path, &text);
    str name = str_c(c->path + c->root);
    if (e.code != ERR_NOT_FOUND && !str_ends(name, STR(".lock")) &&
        (!err_ok(e) || !is_reference(buf_str(&text)))) {
        scan_problem(c->h->scan, name, "the git reference is damaged", false);
    }
    buf_done(&text);
}

static void check_folder(struct check *c, unsigned depth)
{
    size_t end = strlen(c->path);
    DIR *dir = opendir(c->path);
    if (!dir) {
        return;
    }
    for (const struct dirent *entry; (entry = readdir(dir)) != NULL && c->left;) {
        struct stat st;
        str name = str_c(entry->d_name);
        if (name.p[0] == '.' || end + name.n + 2 > sizeof c->path) {
            continue;
        }
        c->path[end] = '/';
        memcpy(c->path + end + 1, name.p, name.n + 1);
        c->left--;
        if (lstat(c->path, &st) != 0) {
            continue;
        }
        if (S_ISDIR(st.st_mode) && depth < REFS_DEPTH_MAX) {
            check_folder(c, depth + 1);
        } else if (S_ISREG(st.st_mode)) {
            check_file(c);
        }
    }
    c->path[end] = 0;
    (void)closedir(dir);
}

void git_refs_check(struct git_history *h)
{
    str folder = str_c(git_repository_commondir(h->repo));
    struct check c = {.h = h, .root = folder.n, .left = REFS_MAX};
    if (folder.n + sizeof "refs" < sizeof c.path) {
        memcpy(c.path, folder.p, folder.n);
        memcpy(c.path + folder.n, "refs", sizeof "refs");
        check_folder(&c, 0);
    }
}
