/* SPDX-License-Identifier: Apache-2.0 */
/* Sources of files: one on this server's disk, one that a client sent, a text, a folder. */
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "know/folder.h"
#include "know/sync.h"

/* What tells whether a file changed without reading it. */
static str file_mark(struct arena *a, int64_t modified_ns, uint64_t size)
{
    return arena_printf(a, "v%d %" PRId64 " %" PRIu64, SYNC_READ_VERSION, modified_ns, size);
}

/* A relative path as part of a URL. */
static str path_escaped(struct arena *a, str base, str path)
{
    struct buf b;
    buf_init(&b, base.n + path.n * 3 + 1);
    buf_add(&b, base);
    if (base.n && base.p[base.n - 1] != '/') {
        buf_add_byte(&b, '/');
    }
    for (size_t i = 0; i < path.n; i++) {
        char c = path.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     (c != '\0' && strchr("-._~!$&'()*+,;=:@/", c));
        if (plain) {
            buf_add_byte(&b, c);
        } else {
            buf_addf(&b, "%%%02X", (unsigned)(unsigned char)c);
        }
    }
    str made = b.failed ? (str){NULL, 0} : arena_str(a, buf_str(&b));
    buf_done(&b);
    return made;
}

static void read_file(void *user, struct parser *parser, struct reading *r)
{
    struct buf bytes;
    (void)user;
    buf_init(&bytes, (size_t)parser->settings->document_bytes_max);
    err e = file_read(r->path.p, &bytes);
    if (err_ok(e)) {
        r->hash = sync_hash(buf_str(&bytes));
        if (r->known && str_empty(r->known->error) &&
            memcmp(&r->known->hash, &r->hash, sizeof(r->hash)) == 0) {
            r->outcome = READING_SAME; /* touched, not changed */
        } else {
            reading_parse(r, parser, buf_str(&bytes), r->path, STR_EMPTY);
        }
    } else if (e.code == ERR_NOT_FOUND) {
        r->outcome = READING_GONE;
    } else if (e.code == ERR_TOO_LARGE) {
        r->outcome = READING_FAILED;
        r->reason = str_c(format_fault_text(FORMAT_TOO_LARGE));
    } else {
        r->outcome = READING_LATER;
        r->reason = STR("cannot be read by this server – give its user the right to");
    }
    buf_done(&bytes);
}

static str base_name(str path)
{
    size_t from = path.n;
    while (from && path.p[from - 1] != '/') {
        from--;
    }
    return str_slice(path, from, path.n);
}

/* ── one document ── */

/* Bytes that a client sent, or a text that was typed in. */
static err read_content(struct sync *s, str content, str content_type)
{
    bool typed = str_eq(s->source->kind, STR("text"));
    str name = typed ? s->source->title : base_name(s->source->location);
    struct reading *r = reading_new();
    if (!r) {
        return err_new(ERR_NO_MEMORY, "no memory for a document");
    }
    r->url = str_empty(s->options.base_url) ? name : s->options.base_url;
    r->known = sync_known(s, r->url);
    r->hash = sync_hash(content);
    sync_found(s, 1);
    if (r->known && str_empty(r->known->error) &&
        memcmp(&r->known->hash, &r->hash, sizeof(r->hash)) == 0) {
        r->outcome = READING_SAME;
        return sync_take(s, r);
    }
    struct parser parser;
    parser_init(&parser, s->settings);
    reading_parse(r, &parser, content, typed ? STR("text.md") : name,
                  typed ? STR("text/markdown") : content_type);
    parser_done(&parser);
    return sync_take(s, r);
}

static err read_path(struct sync *s)
{
    struct stat info;
    str path = arena_str(&s->arena, s->source->location), name = base_name(path);
    sync_found(s, 1);
    if (!path.p || stat(path.p, &info) != 0 || !S_ISREG(info.st_mode)) {
        sync_failed(s, s->source->location,
                    STR("there is no such file, or this server may not read it"), true);
        return ERR_NONE;
    }
    struct reading *r = reading_new();
    if (!r) {
        return err_new(ERR_NO_MEMORY, "no memory for a document");
    }
    bool folder_url = str_ends(s->options.base_url, STR("/"));
    r->url = str_empty(s->options.base_url) ? name
             : folder_url                   ? path_escaped(&s->arena, s->options.base_url, name)
                                            : s->options.base_url;
    r->path = path;
    r->etag = file_mark(&s->arena, info.st_mtim.tv_sec * 1000000000LL + info.st_mtim.tv_nsec,
                        (uint64_t)info.st_size);
    r->known = sync_known(s, r->url);
    struct parser parser;
    parser_init(&parser, s->settings);
    read_file(NULL, &parser, r);
    parser_done(&parser);
    return sync_take(s, r);
}

err sync_files(struct sync *s)
{
    str content = STR_EMPTY, content_type = STR_EMPTY;
    struct arena a;
    arena_init(&a, (size_t)s->settings->document_bytes_max * 2 + (1 << 20));
    err e = store_source_content(s->store, &a, &s->source->project, &s->source->id, &content,
                                 &content_type);
    bool on_disk = e.code == ERR_NOT_FOUND && str_eq(s->source->kind, STR("file")) &&
                   str_starts(s->source->location, STR("/"));
    if (err_ok(e)) {
        e = read_content(s, content, content_type);
    } else if (on_disk) {
        e = read_path(s);
    } else if (e.code == ERR_NOT_FOUND) {
        sync_failed(s, s->source->title, STR("has no content – remove it and add it again"), true);
        e = ERR_NONE;
    }
    arena_done(&a);
    return e;
}

/* ── a folder ── */

static err ask(struct sync *s, struct readers *readers, const struct folder_file *file)
{
    str mark = file_mark(&s->arena, file->modified_ns, file->size);
    str url = str_empty(s->options.base_url)
                  ? file->relative
                  : path_escaped(&s->arena, s->options.base_url, file->relative);
    if (!mark.p || !url.p) {
        return err_new(ERR_NO_MEMORY, "no memory for the list of files");
    }
    const struct document_row *known = sync_known(s, url);
    if (known && str_empty(known->error) && str_eq(known->etag, mark)) {
        return sync_unchanged(s, known);
    }
    struct reading *r = reading_new();
    if (!r) {
        return err_new(ERR_NO_MEMORY, "no memory for a document");
    }
    r->url = url;
    r->path = file->path;
    r->etag = mark;
    r->known = known;
    readers_put(readers, r);
    return ERR_NONE;
}

static unsigned reader_threads(const struct know_settings *settings)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return settings->parallel ? settings->parallel : cores > 0 ? (unsigned)cores : 1;
}

err sync_folder(struct sync *s)
{
    struct folder_file *files = NULL;
    size_t count = 0, next = 0;
    bool more = false;
    str root = arena_str(&s->arena, s->source->location);
    err e = root.p ? folder_list(&s->arena, root.p, &s->options, s->options.pages, &files, &count,
                                 &more)
                   : err_new(ERR_NO_MEMORY, "no memory for the list of files");
    if (e.code == ERR_NOT_FOUND) {
        sync_failed(s, s->source->location, str_c(e.what), true);
        return ERR_NONE;
    }
    struct readers *readers = NULL;
    e = err_ok(e)
            ? readers_start(s->settings, reader_threads(s->settings), read_file, NULL, &readers)
            : e;
    sync_found(s, count);
    while (err_ok(e) && !s->cancelled && (next < count || readers_count(readers))) {
        if (next < count && readers_count(readers) < READERS_WINDOW) {
            e = ask(s, readers, &files[next++]);
        } else {
            e = sync_take(s, readers_take(readers));
        }
    }
    readers_stop(readers);
    if (err_ok(e) && more) {
        sync_failed(s, s->source->location,
                    STR("has more documents than the limit allows; the others are left out"), true);
    }
    return e;
}
