/* SPDX-License-Identifier: Apache-2.0 */
#include "know/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/utf8.h"

struct walk {
    struct arena *arena;
    const struct know_options *options;
    char root[PATH_MAX]; /* real path */
    struct folder_file *files;
    size_t count, capacity, max;
    bool more, failed;
};

/* Old office formats are among them so that somebody is told why they are not read. */
static bool has_known_extension(str name)
{
    static const str known[] = {STR_INIT(".html"),  STR_INIT(".htm"),      STR_INIT(".xhtml"),
                                STR_INIT(".md"),    STR_INIT(".markdown"), STR_INIT(".txt"),
                                STR_INIT(".text"),  STR_INIT(".pdf"),      STR_INIT(".docx"),
                                STR_INIT(".doc"),   STR_INIT(".rtf"),      STR_INIT(".odt"),
                                STR_INIT(".mdown"), STR_INIT(".rst")};
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (name.n > known[i].n &&
            str_ieq(str_slice(name, name.n - known[i].n, name.n), known[i])) {
            return true;
        }
    }
    return false;
}

static bool below_root(const struct walk *w, const char *path)
{
    str root = str_c(w->root), s = str_c(path);
    return str_starts(s, root) &&
           (s.n == root.n || s.p[root.n] == '/' || root.p[root.n - 1] == '/');
}

static void add_file(struct walk *w, const char *path, const char *relative,
                     const struct stat *info)
{
    if (!options_wants(w->options, str_c(relative))) {
        return;
    }
    if (w->count == w->max) {
        w->more = true;
        return;
    }
    if (w->count == w->capacity) {
        size_t capacity = w->capacity ? w->capacity * 2 : 256;
        struct folder_file *files = mem_resize(w->files, capacity * sizeof(*files));
        if (!files) {
            w->failed = true;
            return;
        }
        w->files = files;
        w->capacity = capacity;
    }
    struct folder_file file = {.path = arena_str(w->arena, str_c(path)),
                               .relative = arena_str(w->arena, str_c(relative)),
                               .size = (uint64_t)info->st_size,
                               .modified_ns =
                                   info->st_mtim.tv_sec * 1000000000LL + info->st_mtim.tv_nsec};
    w->failed = w->failed || !file.path.p || !file.relative.p;
    w->files[w->count++] = file;
}

static void walk_folder(struct walk *w, int fd, const char *path, const char *relative,
                        unsigned depth);

/* Folders that tools leave beside what people read: Sphinx keeps its sources, npm its packages. */
static bool is_by_product(const char *name)
{
    return str_eq(str_c(name), STR("_sources")) || str_eq(str_c(name), STR("node_modules"));
}

static void walk_entry(struct walk *w, int folder, const char *path, const char *relative,
                       const char *name, unsigned depth)
{
    char below[FOLDER_PATH_MAX], full[FOLDER_PATH_MAX], real[PATH_MAX];
    struct stat info;
    int n = snprintf(below, sizeof(below), "%s%s%s", relative, relative[0] ? "/" : "", name);
    int m = snprintf(full, sizeof(full), "%s/%s", path, name);
    if (name[0] == '.' || n < 0 || m < 0 || (size_t)n >= sizeof(below) ||
        (size_t)m >= sizeof(full) || str_has_control(str_c(name)) || !utf8_valid(str_c(name)) ||
        fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) != 0) {
        return;
    }
    if (S_ISDIR(info.st_mode)) {
        int fd = depth < FOLDER_DEPTH_MAX && !is_by_product(name)
                     ? openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
                     : -1;
        if (fd >= 0) {
            walk_folder(w, fd, full, below, depth + 1);
        }
        return;
    }
    bool linked = S_ISLNK(info.st_mode);
    if (!has_known_extension(str_c(name)) ||
        (linked && (!realpath(full, real) || !below_root(w, real) || stat(real, &info) != 0))) {
        return;
    }
    if (S_ISREG(info.st_mode)) {
        add_file(w, linked ? real : full, below, &info);
    }
}

/* Takes the descriptor. */
static void walk_folder(struct walk *w, int fd, const char *path, const char *relative,
                        unsigned depth)
{
    DIR *folder = fdopendir(fd);
    if (!folder) {
        (void)close(fd);
        return;
    }
    const struct dirent *entry;
    while (!w->failed && !w->more && (entry = readdir(folder)) != NULL) {
        walk_entry(w, fd, path, relative, entry->d_name, depth);
    }
    (void)closedir(folder);
}

static int by_relative(const void *a, const void *b)
{
    return str_cmp(((const struct folder_file *)a)->relative,
                   ((const struct folder_file *)b)->relative);
}

err folder_list(struct arena *a, const char *root, const struct know_options *options, size_t max,
                struct folder_file **ret, size_t *ret_count, bool *ret_more)
{
    struct walk *w = mem_alloc(sizeof(*w));
    if (!w) {
        return err_new(ERR_NO_MEMORY, "no memory for the list of files");
    }
    w->arena = a;
    w->options = options;
    w->max = max;
    int fd = realpath(root, w->root) ? open(w->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd < 0) {
        mem_free(w);
        return err_new(ERR_NOT_FOUND, "the folder does not exist or may not be read");
    }
    walk_folder(w, fd, w->root, "", 0);
    struct folder_file *files = w->failed ? NULL : arena_array(a, w->count, sizeof(*files));
    if (files && w->count) {
        qsort(w->files, w->count, sizeof(*w->files), by_relative);
        memcpy(files, w->files, w->count * sizeof(*files));
    }
    if (files) {
        *ret = files;
        *ret_count = w->count;
        *ret_more = w->more;
    }
    mem_free(w->files);
    mem_free(w);
    return files ? ERR_NONE : err_new(ERR_NO_MEMORY, "no memory for the list of files");
}
