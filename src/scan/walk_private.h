/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the folder walker share. */
#pragma once

#include <dirent.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>

#include "scan/content.h"
#include "scan/sources.h"

enum {
    WALK_DEPTH_MAX = 256,      /* folders within folders */
    WALK_SUBFOLDERS_MAX = 256, /* taken of a folder at once; the rest waits in the folder */
    WALK_WAITING_MAX = 128,    /* folders that wait so */
    WALK_OPEN_MAX = 256,       /* folders that stay open for what is below */
    WALK_ENTRIES = 32 << 10,   /* bytes of a folder that are read at once */
    WALK_NAMES_MAX = 256,      /* of files, taken at once */
    WALK_NAME_MAX = 256,       /* with its NUL */
    WALK_LINKS_MAX = 1 << 18,  /* files with several names that are remembered */
    WALK_PATH_MAX = FINDING_PATH_MAX,
};

/* A folder that is, or will be, read. Lives as long as something below it is to be read. */
struct folder {
    struct folder *parent;
    atomic_uint uses;
    unsigned depth;
    int fd; /* open as long as it lives; -1: not yet, or too many are open */
    dev_t device;
    bool git; /* .git, or below it */
    char name[];
};

/* Names of files in one folder, NUL-terminated, one after another. */
struct names {
    unsigned count, next;
    size_t n;
    unsigned starts[WALK_NAMES_MAX];
    char bytes[WALK_NAMES_MAX * WALK_NAME_MAX];
};

/* What getdents64 gave of a folder and nobody looked at yet. */
struct entries {
    size_t n;
    _Alignas(struct dirent64) char bytes[];
};

/* A piece of work: a folder to be read, the rest of one, or files of one. Owns what it names. */
struct task {
    struct task *next;
    struct folder *folder;
    struct entries *rest;
    struct names *names;
    int fd; /* of the folder, open; -1: folder->fd */
};

/* Files with several names: the first one counts. */
struct links {
    pthread_mutex_t lock;
    struct link {
        uint64_t device, inode;
        bool used;
    } * slots;
    size_t count, capacity;
};

struct walk {
    struct scan *s;
    int root;   /* the folder, open */
    str prefix; /* of shown paths: "", "src/", "/srv/" */
    str path;   /* as it was given */
    struct links links;
    atomic_uint hungry;  /* threads that wait */
    atomic_uint workers; /* that could start */
    pthread_mutex_t lock;
    pthread_cond_t more;
    struct task *tasks, *rests; /* rests wait until there is no other task */
    atomic_uint rest_count, open_count;
    unsigned open_max; /* folders that stay open */
    unsigned active;
};

/* A thread of the walk. */
struct walker {
    struct walk *walk;
    struct scan_worker *w;
    struct ignore *ignore;                                /* NULL: nothing is ignored */
    struct names names;                                   /* of the folder that is read */
    _Alignas(struct dirent64) char entries[WALK_ENTRIES]; /* the same */
    size_t shown_n, real_n;    /* of the folder's paths, with "/" at the end */
    char shown[WALK_PATH_MAX]; /* for people: with the prefix, masked */
    char real[WALK_PATH_MAX];  /* below the root, as the file system has it */
};

/* Reads the folder k->root with all below; the fields above `links` are set. */
err walk_run(struct walk *k);

/* ── work ── */

void walk_push(struct walk *k, struct task *first, struct task *last);
void walk_push_rest(struct walk *k, struct task *t);
/* Waits for work. NULL: all is done. Give it back with walk_done_task. */
struct task *walk_take(struct walk *k);
void walk_task_done(struct walk *k, struct task *t);
/* Gives half of the names that are left to a thread that waits, when there is one. */
void walk_share(struct walk *k, struct folder *f, int fd, struct names *names);

struct folder *folder_new(struct folder *parent, str name);
void folder_use(struct folder *f);
void folder_leave(struct walk *k, struct folder *f); /* NULL is fine */
/* openat, again when a signal came between (git_wait.h); with O_NONBLOCK among the flags. */
int walk_open(int folder, const char *name, int flags);
/* The folders above, outermost first; gives their number. */
unsigned folder_chain(struct folder *f, struct folder *chain[WALK_DEPTH_MAX + 1]);
/* How many may stay open: a quarter of what the process may have. */
unsigned folders_open_max(void);
/* Opens the folder of a new task. False with errno. */
bool folder_open(struct walk *k, struct task *t);
int task_fd(const struct task *t);
/* File systems that are no files: reading them may wait for ever, or change something. */
bool folder_is_system(int fd);

/* True when this file was read under another name. */
bool links_seen(struct links *l, dev_t device, ino_t inode);

/* ── .gitignore ── */

/* Opens the repository that `root` is in, for one thread. NULL without one. */
struct ignore *ignore_open(str root);
void ignore_close(struct ignore *g);
/* True for what .gitignore leaves out and git does not track; folders end in "/". `path` is below
 * the root. */
bool ignore_has(struct ignore *g, str path);
/* True when the answers take so long that something in the repository is no file. */
bool ignore_gave_up(const struct ignore *g);
