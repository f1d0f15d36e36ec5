/* SPDX-License-Identifier: Apache-2.0 */
/* Folders that stay open while something below them is to be read, so that each is opened from the
 * one above it. */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/resource.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/mem.h"
#include "scan/walk_private.h"

enum { OPEN_FOLDER = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC };

struct folder *folder_new(struct folder *parent, str name)
{
    struct folder *f = mem_alloc(sizeof *f + name.n + 1);
    if (!f) {
        return NULL;
    }
    memcpy(f->name, name.p, name.n);
    atomic_init(&f->uses, 1);
    f->fd = -1;
    if (parent) {
        folder_use(parent);
        f->parent = parent;
        f->depth = parent->depth + 1;
        f->device = parent->device;
        f->git = parent->git || str_eq(name, STR(".git"));
    }
    return f;
}

void folder_use(struct folder *f) { atomic_fetch_add(&f->uses, 1); }

void folder_leave(struct walk *k, struct folder *f)
{
    while (f && atomic_fetch_sub(&f->uses, 1) == 1) {
        struct folder *parent = f->parent;
        if (f->fd >= 0) {
            (void)close(f->fd);
            atomic_fetch_sub(&k->open_count, 1);
        }
        mem_free(f);
        f = parent;
    }
}

unsigned folder_chain(struct folder *f, struct folder *chain[WALK_DEPTH_MAX + 1])
{
    for (struct folder *at = f; at->parent; at = at->parent) {
        chain[at->depth - 1] = at;
    }
    return f->depth;
}

int walk_open(int folder, const char *name, int flags)
{
    int fd;
    do {
        fd = openat(folder, name, flags);
    } while (fd < 0 && errno == EINTR);
    return fd;
}

/* Opens one name after another, from the nearest folder above that is open. */
static int open_below(struct walk *k, struct folder *f)
{
    struct folder *chain[WALK_DEPTH_MAX + 1] = {0};
    unsigned depth = folder_chain(f, chain), from = depth;
    if (depth == 0) {
        return walk_open(k->root, ".", OPEN_FOLDER);
    }
    do {
        from--;
    } while (from > 0 && chain[from - 1]->fd < 0);
    int above = from > 0 ? chain[from - 1]->fd : k->root, fd = -1;
    for (unsigned i = from; i < depth && chain[i]; i++) {
        fd = walk_open(above, chain[i]->name, OPEN_FOLDER);
        int error = errno;
        if (i > from) {
            (void)close(above);
        }
        errno = error;
        if (fd < 0) {
            break;
        }
        above = fd;
    }
    return fd;
}

unsigned folders_open_max(void)
{
    struct rlimit files;
    bool few = getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur / 4 < WALK_OPEN_MAX;
    return few ? (unsigned)files.rlim_cur / 4 : WALK_OPEN_MAX;
}

bool folder_open(struct walk *k, struct task *t)
{
    int fd = open_below(k, t->folder);
    if (fd < 0) {
        return false;
    }
    /* The folder is not known below yet, so nobody else looks at its fd. */
    if (atomic_fetch_add(&k->open_count, 1) < k->open_max) {
        t->folder->fd = fd;
    } else {
        atomic_fetch_sub(&k->open_count, 1);
        t->fd = fd;
    }
    return true;
}

int task_fd(const struct task *t) { return t->fd >= 0 ? t->fd : t->folder->fd; }

bool folder_is_system(int fd)
{
    struct statfs info;
    if (fstatfs(fd, &info) != 0) {
        return false;
    }
    switch ((unsigned long)info.f_type) {
    case PROC_SUPER_MAGIC:
    case SYSFS_MAGIC:
    case DEBUGFS_MAGIC:
    case TRACEFS_MAGIC:
    case CGROUP_SUPER_MAGIC:
    case CGROUP2_SUPER_MAGIC:
    case SECURITYFS_MAGIC:
    case DEVPTS_SUPER_MAGIC:
    case BPF_FS_MAGIC:
        return true;
    default:
        return false;
    }
}
