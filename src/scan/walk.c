/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a tree of folders on several threads. Everything is opened relative to folders that are
 * open already and never through a link, so nobody can lead the walk elsewhere. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crowd.h"
#include "base/mem.h"
#include "scan/content_private.h"
#include "scan/shown.h"
#include "scan/walk_private.h"

enum {
    OPEN_FILE = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY,
    PROGRESS_EVERY = 64, /* files */
};

/* Adds a name to both paths of the walker. False when it is too long, which is told. */
static bool add_name(struct walker *t, str name, size_t *shown_n, size_t *real_n)
{
    size_t room = sizeof t->shown - *shown_n;
    if (*real_n + name.n + 2 > sizeof t->real || name.n + 2 > room) {
        scan_problem(t->walk->s, str_n(t->shown, *shown_n), "the path is too long", true);
        return false;
    }
    memcpy(t->real + *real_n, name.p, name.n);
    *real_n += name.n;
    if (shown_is_plain(name)) {
        memcpy(t->shown + *shown_n, name.p, name.n);
        *shown_n += name.n;
    } else {
        *shown_n += shown_name(name, t->shown + *shown_n, room - 1);
    }
    return true;
}

/* Ends both paths with a slash; there is room for it. */
static void add_slash(struct walker *t, size_t *shown_n, size_t *real_n)
{
    if (*shown_n < sizeof t->shown) {
        t->shown[(*shown_n)++] = '/';
    }
    t->real[(*real_n)++] = '/';
}

static bool set_paths(struct walker *t, struct folder *f)
{
    struct folder *chain[WALK_DEPTH_MAX + 1] = {0};
    unsigned depth = folder_chain(f, chain);
    t->real_n = 0;
    t->shown_n = t->walk->prefix.n;
    memcpy(t->shown, t->walk->prefix.p, t->shown_n);
    for (unsigned i = 0; i < depth && chain[i]; i++) {
        if (!add_name(t, str_c(chain[i]->name), &t->shown_n, &t->real_n)) {
            return false;
        }
        add_slash(t, &t->shown_n, &t->real_n);
    }
    return true;
}

/* What has gone since its name was read is no trouble, and neither is a link. */
static void tell(struct walker *t, size_t shown_n, int error)
{
    if (error != ENOENT && error != ELOOP && error != ENOTDIR && error != ENXIO) {
        scan_problem(t->walk->s, str_n(t->shown, shown_n), reader_trouble(error), false);
    }
}

/* Folders and files of git itself that hold no texts. */
static bool is_git_store(const struct folder *f, str name)
{
    return f->git && (str_eq(name, STR("objects")) || str_eq(name, STR("lfs")) ||
                      str_eq(name, STR("rr-cache")) || str_eq(name, STR("index")) ||
                      str_ends(name, STR(".pack")) || str_ends(name, STR(".idx")));
}

static bool is_wanted(struct walker *t, size_t shown_n, size_t real_n)
{
    if (scan_excluded(t->walk->s, str_n(t->shown, shown_n))) {
        return false;
    }
    if (t->ignore && ignore_gave_up(t->ignore)) {
        scan_problem(t->walk->s, str_n(t->shown, t->shown_n),
                     "what git ignores cannot be found out: all is read", false);
        ignore_close(t->ignore);
        t->ignore = NULL;
    }
    return !t->ignore || !ignore_has(t->ignore, str_n(t->real, real_n));
}

static void read_file(struct walker *t, int folder, str name)
{
    struct stat info;
    size_t shown_n = t->shown_n, real_n = t->real_n;
    if (!add_name(t, name, &shown_n, &real_n) || !is_wanted(t, shown_n, real_n)) {
        return;
    }
    int fd = walk_open(folder, name.p, OPEN_FILE);
    if (fd < 0) {
        tell(t, shown_n, errno);
        return;
    }
    struct walk *k = t->walk;
    if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode) &&
        (info.st_nlink < 2 || !links_seen(&k->links, info.st_dev, info.st_ino))) {
        struct origin o = {.kind = PLACE_FILE, .path = str_n(t->shown, shown_n)};
        scan_file(t->w, fd, (uint64_t)info.st_size, &o);
    }
    (void)close(fd);
}

static void read_names(struct walker *t, struct folder *f, int fd, struct names *names)
{
    while (names->next < names->count) {
        walk_share(t->walk, f, fd, names);
        read_file(t, fd, str_c(names->bytes + names->starts[names->next++]));
        if (names->next % PROGRESS_EVERY == 0) {
            scan_progress(t->walk->s, "files", atomic_load(&t->walk->s->files), 0);
        }
    }
    names->count = names->next = 0;
    names->n = 0;
}

/* Subfolders that are found while a folder is read. */
struct found {
    struct task *first, *last;
    unsigned count;
};

static void hand_over(struct walk *k, struct found *found)
{
    if (found->first) {
        walk_push(k, found->first, found->last);
        found->first = found->last = NULL;
    }
}

static void add_folder(struct walker *t, struct folder *f, str name, struct found *found)
{
    size_t shown_n = t->shown_n, real_n = t->real_n;
    if (!add_name(t, name, &shown_n, &real_n)) {
        return;
    }
    add_slash(t, &shown_n, &real_n);
    if (!is_wanted(t, shown_n, real_n)) {
        return;
    }
    if (f->depth + 1 > WALK_DEPTH_MAX) {
        scan_problem(t->walk->s, str_n(t->shown, shown_n), "folders within folders, too deep",
                     true);
        return;
    }
    struct task *task = mem_alloc(sizeof *task);
    struct folder *below = task ? folder_new(f, name) : NULL;
    if (!below) {
        mem_free(task);
        scan_problem(t->walk->s, str_n(t->shown, shown_n), "no memory", false);
        return;
    }
    task->folder = below;
    task->fd = -1;
    task->next = found->first;
    found->first = task;
    found->last = found->last ? found->last : task;
    found->count++;
}

static unsigned char type_of(int folder, const struct dirent64 *entry)
{
    struct stat info;
    if (entry->d_type != DT_UNKNOWN) {
        return entry->d_type;
    }
    if (fstatat(folder, entry->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0) {
        return DT_UNKNOWN;
    }
    return S_ISDIR(info.st_mode) ? DT_DIR : S_ISREG(info.st_mode) ? DT_REG : DT_UNKNOWN;
}

static void add_file(struct names *names, str name)
{
    names->starts[names->count++] = (unsigned)names->n;
    memcpy(names->bytes + names->n, name.p, name.n + 1);
    names->n += name.n + 1;
}

/* Leaves the rest of a wide folder for later, when few enough wait already. */
static bool leave_rest(struct walk *k, struct task *t, str entries)
{
    bool room = atomic_load(&k->rest_count) < WALK_WAITING_MAX;
    struct task *later = room ? mem_alloc(sizeof *later) : NULL;
    struct entries *rest = later ? mem_alloc(sizeof *rest + entries.n) : NULL;
    if (!rest) {
        mem_free(later);
        return false;
    }
    rest->n = entries.n;
    memcpy(rest->bytes, entries.p, entries.n);
    folder_use(t->folder);
    *later = (struct task){.folder = t->folder, .rest = rest, .fd = t->fd};
    t->fd = -1;
    walk_push_rest(k, later);
    return true;
}

static void take_entry(struct walker *t, struct task *task, const struct dirent64 *entry,
                       struct found *found)
{
    str name = str_c(entry->d_name);
    if (str_eq(name, STR(".")) || str_eq(name, STR("..")) || name.n >= WALK_NAME_MAX ||
        is_git_store(task->folder, name)) {
        return;
    }
    switch (type_of(task_fd(task), entry)) {
    case DT_DIR:
        add_folder(t, task->folder, name, found);
        break;
    case DT_REG:
        add_file(&t->names, name);
        if (t->names.count == WALK_NAMES_MAX) {
            hand_over(t->walk, found);
            read_names(t, task->folder, task_fd(task), &t->names);
        }
        break;
    default:
        break;
    }
}

/* The first `n` bytes of t->entries. True when the rest of the folder was left to another task. */
static bool take_entries(struct walker *t, struct task *task, size_t n, struct found *found)
{
    for (size_t at = 0; at < n;) {
        const struct dirent64 *entry = (const void *)(t->entries + at);
        at += entry->d_reclen;
        take_entry(t, task, entry, found);
        if (found->count >= WALK_SUBFOLDERS_MAX) {
            found->count = 0;
            hand_over(t->walk, found);
            read_names(t, task->folder, task_fd(task), &t->names);
            if (leave_rest(t->walk, task, str_n(t->entries + at, n - at))) {
                return true;
            }
        }
    }
    return false;
}

/* Reads the names of a folder, and its files. */
static void read_entries(struct walker *t, struct task *task)
{
    struct found found = {NULL, NULL, 0};
    size_t first = task->rest ? task->rest->n : 0;
    ssize_t n = (ssize_t)first;
    if (first) {
        memcpy(t->entries, task->rest->bytes, first);
    }
    do {
        if (take_entries(t, task, (size_t)n, &found)) {
            return;
        }
        n = getdents64(task_fd(task), t->entries, sizeof t->entries);
    } while (n > 0);
    if (n < 0) {
        tell(t, t->shown_n, errno);
    }
    hand_over(t->walk, &found);
    read_names(t, task->folder, task_fd(task), &t->names);
}

static void read_folder(struct walker *t, struct task *task)
{
    struct stat info;
    struct folder *f = task->folder;
    if (!folder_open(t->walk, task) || fstat(task_fd(task), &info) != 0) {
        tell(t, t->shown_n, errno);
        return;
    }
    if (info.st_dev != f->device && f->parent && folder_is_system(task_fd(task))) {
        atomic_fetch_add(&t->walk->s->skipped, 1);
        return;
    }
    f->device = info.st_dev;
    read_entries(t, task);
}

static void run_task(struct walker *t, struct task *task)
{
    if (!set_paths(t, task->folder)) {
        return;
    }
    if (task->names) {
        read_names(t, task->folder, task_fd(task), task->names);
    } else if (task->rest) {
        read_entries(t, task);
    } else {
        read_folder(t, task);
    }
}

/* One thread. One that finds no memory leaves the work to the others. */
static void walk_on(void *user, size_t i)
{
    struct walk *k = user;
    struct walker *t = mem_alloc(sizeof *t);
    (void)i;
    if (!t || !err_ok(scan_worker_new(k->s, &t->w))) {
        mem_free(t);
        return;
    }
    atomic_fetch_add(&k->workers, 1);
    t->walk = k;
    t->ignore = k->s->options->gitignore ? ignore_open(k->path) : NULL;
    for (struct task *task; (task = walk_take(k));) {
        run_task(t, task);
        walk_task_done(k, task);
    }
    ignore_close(t->ignore);
    scan_worker_free(t->w);
    mem_free(t);
}

err walk_run(struct walk *k)
{
    struct task *first = mem_alloc(sizeof *first);
    struct folder *top = first ? folder_new(NULL, STR_EMPTY) : NULL;
    if (!top) {
        mem_free(first);
        return err_new(ERR_NO_MEMORY, "no memory to read folders");
    }
    first->folder = top;
    first->fd = -1;
    pthread_mutex_init(&k->lock, NULL);
    pthread_mutex_init(&k->links.lock, NULL);
    pthread_cond_init(&k->more, NULL);
    walk_push(k, first, first);
    k->open_max = folders_open_max();
    unsigned jobs = scan_jobs(k->s);
    crowd_each(jobs, jobs, walk_on, k);
    if (atomic_load(&k->workers) == 0) { /* then the first task is still there */
        k->active = 1;
        walk_task_done(k, first);
    }
    pthread_cond_destroy(&k->more);
    pthread_mutex_destroy(&k->lock);
    pthread_mutex_destroy(&k->links.lock);
    mem_free(k->links.slots);
    return atomic_load(&k->workers) > 0 ? ERR_NONE
                                        : err_new(ERR_NO_MEMORY, "no memory to search with");
}
