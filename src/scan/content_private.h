/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of contents share. */
#pragma once

#include <locale.h>

#include "base/buf.h"
#include "scan/content.h"
#include "scan/sniff.h"

enum {
    CONTENT_SMALL = 1 << 20,      /* what a worker's buffer keeps between files */
    CONTENT_PIECE = 256 << 10,    /* of what is read in pieces */
    CONTENT_TEXT_MAX = 8 << 20,   /* of a document without its markup */
    CONTENT_HELD_MAX = 96 << 20,  /* bytes that all workers' larger buffers hold at once */
    CONTENT_ROOM_MIN = 4 << 20,   /* what entries of a small archive may hold together */
    CONTENT_ROOM_MAX = 32 << 20,  /* what entries of any archive may hold together */
    UNPACKER_SMALL = 9 << 20,     /* memory of an unpacker that many may have at once */
    UNPACKER_MAX = 128 << 20,     /* of all unpackers within each other; --long=27 of zstd */
    CONTENT_ENTRY_MIN = 64 << 10, /* any entry may hold so much */
    PACKED_LAYERS_MAX = 16,       /* libarchive readers within each other */
};
#define CONTENT_RATIO_FREE (UINT64_C(64) << 20) /* unpacked bytes before the ratio counts */

/* Bytes one after another. */
struct reader {
    /* Gives the next bytes, borrowed until the next call; empty at the end. False when they cannot
     * be read: `problem` says why. */
    bool (*next)(struct reader *r, str *ret);
    /* lseek(2); NULL: only forward. */
    int64_t (*seek)(struct reader *r, int64_t to, int whence);
    str head;            /* was taken by a look at the beginning; comes first */
    bool failed;         /* what follows cannot be read */
    const char *problem; /* why, for people; NULL: it is told elsewhere */
};

/* Gives what was put back, then what is next. */
bool reader_next(struct reader *r, str *ret);

struct reader_memory {
    struct reader reader;
    str bytes;
    size_t at;
};
void reader_memory_init(struct reader_memory *m, str bytes);

/* What was taken of a reader, then the rest of it. */
struct reader_joined {
    struct reader reader;
    struct reader *rest;
};
void reader_joined_init(struct reader_joined *j, str taken, struct reader *rest);

struct reader_file {
    struct reader reader;
    int fd;
    bool pipe;       /* read(2), to the end */
    bool skip_holes; /* of a sparse file: one NUL stands for each */
    uint64_t base, size, at, data_end;
    uint64_t got; /* bytes, in all */
    struct buf *into;
};
/* `into` is where pieces go. */
void reader_file_init(struct reader_file *f, int fd, uint64_t size, struct buf *into);
void reader_pipe_init(struct reader_file *f, int fd, struct buf *into);
/* Gives what an errno means for people. */
const char *reader_trouble(int error);

/* The memory of a worker. */
struct content_room {
    struct buf whole;                     /* a file, or its pieces */
    struct buf text;                      /* the same in UTF-8, or without its markup */
    struct buf layers[PACKED_LAYERS_MAX]; /* an entry of each archive within another */
    locale_t utf8; /* names in archives are converted to it by libarchive; 0: none */
};

/* One outermost file with all that is within. */
struct content_run {
    struct scan_worker *w;
    struct scan *s;
    struct content_room *room;
    const struct origin *outer;
    const uint64_t *packed; /* bytes of the outermost, as far as known */
    uint64_t unpacked;      /* by all unpackers */
    uint64_t entries;
    int64_t until_ms;
    size_t hold;     /* bytes that entries may still hold */
    uint64_t memory; /* of unpackers within each other */
    unsigned depth, layers;
    bool heavy;   /* has the turn of those with much memory */
    bool stopped; /* a limit was reached and told */
    size_t path_n;
    char path[FINDING_PATH_MAX];
};

/* What a text is called while it is searched. */
struct content_name {
    struct origin origin;
    str traits_path; /* without the ending that says how it is packed */
    bool packed;     /* came out of one packed stream */
};

/* Finds out what kind of place it is, too: a log. */
void content_name_init(struct content_name *name, const struct origin *o);
/* True for names of files that may be a ZIP behind a program that unpacks or starts it. */
bool content_may_hide_zip(str path);
/* The path without the ending that a packer added: "app.log.gz", "dump.sql.zst". */
str content_unpacked_path(str path);

/* Converts a text in UTF-16 that comes in pieces of any size. */
struct utf16_feed {
    struct scan_stream *stream;
    struct buf *buf;
    bool big_endian;
    char carry[4]; /* a unit, or a pair of them, that is not complete */
    size_t carried;
};
void utf16_feed_init(struct utf16_feed *f, struct scan_stream *stream, bool big_endian,
                     struct buf *buf);
void utf16_feed_add(struct utf16_feed *f, str piece);

/* Searches what a reader gives, whatever it is. */
void content_read(struct content_run *run, struct reader *r, const struct content_name *name);

/* Opens an archive, or one packed stream, and searches what is in it. `head` is how it begins. */
void archive_scan(struct content_run *run, struct reader *r, enum sniff_kind kind, str head,
                  const struct content_name *name);

/* Searches one entry of an archive `outer`, by the name it has there. */
void archive_read_entry(struct content_run *run, const struct content_name *outer, str raw,
                        bool locked, struct reader *r);
/* Searches a cpio archive of the portable formats. */
void cpio_scan(struct content_run *run, struct reader *r, const struct content_name *name);

/* Counts bytes that an unpacker gave and looks at the limits; false when the run is to stop. */
bool content_unpacked(struct content_run *run, size_t n);
/* Counts one more entry; false when the run is to stop. */
bool content_entry(struct content_run *run);
bool content_in_time(struct content_run *run);
/* Tells that a limit was reached and stops the run. */
void content_stop(struct content_run *run, const char *what);

/* The text of XML without its tags: words run on over tags within a paragraph; paragraphs, cells
 * and breaks end a line. */
void markup_text(str xml, struct buf *into);
/* True for the parts of office documents that people write. */
bool markup_is_office(str path);

/* Waits until `n` more bytes may be held by all workers together; more than all is all. */
void content_hold(size_t n);
void content_release(size_t n);
/* The turn of the one who unpacks with much memory. */
void content_heavy_begin(void);
void content_heavy_end(void);

/* A worker's memory, made when it is first needed. NULL: no memory. */
struct content_room *content_room(struct scan_worker *w);
/* Frees a buffer that has grown. */
void content_room_trim(struct buf *b);
void content_room_free(struct content_room *room);
