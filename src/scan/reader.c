/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes of files, pipes and memory, one piece after another. */
#include <errno.h>
#include <unistd.h>

#include "scan/content_private.h"

const char *reader_trouble(int error)
{
    switch (error) {
    case EACCES:
    case EPERM:
        return "permission denied";
    case EIO:
        return "the disk reports an error";
    case EMFILE:
    case ENFILE:
        return "too many open files";
    case ENOMEM:
        return "no memory";
    case ENAMETOOLONG:
        return "the path is too long";
    case ESTALE:
    case ENOTCONN:
    case ETIMEDOUT:
    case EHOSTDOWN:
        return "the file server does not answer";
    case EAGAIN:
        return "it has nothing to read now";
    default:
        return "it cannot be read";
    }
}

bool reader_next(struct reader *r, str *ret)
{
    if (r->head.n > 0) {
        *ret = r->head;
        r->head = STR_EMPTY;
        return true;
    }
    if (r->failed || !r->next(r, ret)) {
        r->failed = true;
        return false;
    }
    return true;
}

static bool memory_next(struct reader *r, str *ret)
{
    struct reader_memory *m = (struct reader_memory *)r;
    *ret = str_slice(m->bytes, m->at, m->bytes.n);
    m->at = m->bytes.n;
    return true;
}

/* Where `whence` and `to` lead within [0, size]; -1: outside. */
static int64_t target(int64_t to, int whence, uint64_t at, uint64_t size)
{
    int64_t from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? (int64_t)at : (int64_t)size, sum;
    if (__builtin_add_overflow(from, to, &sum) || sum < 0 || (uint64_t)sum > size) {
        return -1;
    }
    return sum;
}

static int64_t memory_seek(struct reader *r, int64_t to, int whence)
{
    struct reader_memory *m = (struct reader_memory *)r;
    int64_t at = target(to, whence, m->at, m->bytes.n);
    if (at >= 0) {
        m->at = (size_t)at;
    }
    return at;
}

void reader_memory_init(struct reader_memory *m, str bytes)
{
    *m = (struct reader_memory){.reader = {.next = memory_next, .seek = memory_seek},
                                .bytes = bytes};
}

static bool joined_next(struct reader *r, str *ret)
{
    struct reader_joined *j = (struct reader_joined *)r;
    return reader_next(j->rest, ret);
}

void reader_joined_init(struct reader_joined *j, str taken, struct reader *rest)
{
    *j = (struct reader_joined){.reader = {.next = joined_next, .head = taken}, .rest = rest};
}

static bool fail(struct reader_file *f, const char *problem)
{
    f->reader.problem = problem;
    return false;
}

/* Goes on to where there is data. False: there is none any more. */
static bool find_data(struct reader_file *f, bool *ret_gap)
{
    if (f->at < f->data_end) {
        return true;
    }
    off_t data = lseek(f->fd, (off_t)f->at, SEEK_DATA);
    if (data < 0) {
        f->data_end = f->size; /* where the file system knows no holes */
        f->at = errno == ENXIO ? f->size : f->at;
        return f->at < f->size;
    }
    off_t hole = lseek(f->fd, data, SEEK_HOLE);
    *ret_gap = (uint64_t)data > f->at && f->at > 0;
    f->at = (uint64_t)data;
    f->data_end = hole > data && (uint64_t)hole < f->size ? (uint64_t)hole : f->size;
    return f->at < f->size;
}

static bool file_next(struct reader *r, str *ret)
{
    struct reader_file *f = (struct reader_file *)r;
    bool gap = false;
    *ret = STR_EMPTY;
    if (!f->pipe && (f->at >= f->size || (f->skip_holes && !find_data(f, &gap)))) {
        return true;
    }
    if (gap) {
        *ret = str_n("", 1);
        return true;
    }
    uint64_t end = f->skip_holes ? f->data_end : f->size, left = f->pipe ? UINT64_MAX : end - f->at;
    size_t want = left < CONTENT_PIECE ? (size_t)left : CONTENT_PIECE, n = 0;
    buf_clear(f->into);
    char *to = buf_reserve(f->into, CONTENT_PIECE);
    if (!to) {
        return fail(f, "no memory");
    }
    while (n < want) {
        ssize_t got = f->pipe ? read(f->fd, to + n, want - n)
                              : pread(f->fd, to + n, want - n, (off_t)(f->base + f->at));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0 && n == 0) {
            return fail(f, reader_trouble(errno));
        }
        if (got <= 0) {
            break;
        }
        n += (size_t)got;
        f->at += (uint64_t)got;
    }
    f->got += n;
    buf_commit(f->into, n);
    *ret = str_n(to, n);
    return true;
}

static int64_t file_seek(struct reader *r, int64_t to, int whence)
{
    struct reader_file *f = (struct reader_file *)r;
    int64_t at = target(to, whence, f->at, f->size);
    if (at >= 0) {
        f->at = (uint64_t)at;
    }
    return at;
}

void reader_file_init(struct reader_file *f, int fd, uint64_t size, struct buf *into)
{
    *f = (struct reader_file){
        .reader = {.next = file_next, .seek = file_seek}, .fd = fd, .size = size, .into = into};
}

void reader_pipe_init(struct reader_file *f, int fd, struct buf *into)
{
    *f = (struct reader_file){.reader = {.next = file_next}, .fd = fd, .pipe = true, .into = into};
}
