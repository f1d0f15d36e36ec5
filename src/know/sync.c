/* SPDX-License-Identifier: Apache-2.0 */
#include "know/sync.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "store/passage.h"

enum { SHORT_TEXT = 60 };

struct crypto_digest sync_hash(str bytes)
{
    struct crypto_digest digest = crypto_sha256(bytes);
    digest.bytes[0] ^= SYNC_READ_VERSION;
    return digest;
}

const struct document_row *sync_known(const struct sync *s, str url)
{
    size_t from = 0, to = s->known_count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = str_cmp(url, s->known[middle].url);
        if (order == 0) {
            return &s->known[middle];
        }
        from = order > 0 ? middle + 1 : from;
        to = order < 0 ? middle : to;
    }
    return NULL;
}

static void tell(struct sync *s, str current, str failure)
{
    s->progress.current = current;
    if (s->tell && !s->cancelled && !s->tell(s->tell_user, &s->progress, failure)) {
        s->cancelled = true;
        s->incomplete = true;
    }
    s->progress.current = STR_EMPTY;
}

void sync_found(struct sync *s, size_t count) { s->progress.found += count; }

void sync_failed(struct sync *s, str name, str reason, bool whole)
{
    char line[SYNC_REASON_MAX * 5];
    str shown = utf8_cut(name, SYNC_REASON_MAX * 4 - 64);
    (void)snprintf(line, sizeof(line), "%.*s: %.*s", STR_ARG(shown),
                   STR_ARG(utf8_cut(reason, SYNC_REASON_MAX)));
    s->progress.failed++;
    if (whole) {
        s->incomplete = true;
        str cut = utf8_cut(str_c(line), sizeof(s->trouble) - 1);
        memcpy(s->trouble, cut.p, cut.n);
        s->trouble[cut.n] = '\0';
    }
    tell(s, name, str_c(line));
}

/* ── duplicates across documents ── */

/* A short text alone says little: "Yes." under two questions is not a repetition. */
static uint64_t text_key(struct arena *a, const struct passage_row *row)
{
    if (row->text.n >= SHORT_TEXT) {
        return crypto_siphash(row->text);
    }
    str joined = arena_printf(a, "%.*s\n%.*s\n%.*s", STR_ARG(row->title), STR_ARG(row->heading),
                              STR_ARG(row->text));
    return crypto_siphash(joined.p ? joined : row->text);
}

/* Learns the texts of the documents that stay as they were; only needed when there is a new one to
 * compare. */
static err load_texts(struct sync *s)
{
    err e = ERR_NONE;
    while (err_ok(e) && s->waiting_count) {
        const struct document_row *known = &s->known[s->waiting[--s->waiting_count]];
        struct arena a;
        struct passage_row *rows = NULL;
        size_t count = 0;
        arena_init(&a, READING_ARENA_MAX);
        e = store_passage_around(s->store, &a, &s->source->project, &known->id, 0, INT32_MAX, &rows,
                                 &count);
        for (size_t k = 0; err_ok(e) && k < count; k++) {
            e = hashes_add(&s->texts, text_key(&a, &rows[k]), NULL);
        }
        arena_done(&a);
    }
    return e;
}

/* Takes out passages that an earlier document of the source has: what repeats on many pages is no
 * answer. */
static err drop_repeated(struct sync *s, struct reading *r)
{
    size_t kept = 0;
    err e = load_texts(s);
    for (size_t i = 0; err_ok(e) && i < r->passage_count; i++) {
        bool is_new = false;
        e = hashes_add(&s->texts, text_key(&r->arena, &r->passages[i]), &is_new);
        if (err_ok(e) && is_new) {
            r->passages[kept] = r->passages[i];
            r->passages[kept].ordinal = (uint32_t)kept;
            kept++;
        }
    }
    r->passage_count = kept;
    return e;
}

/* ── writing ── */

static struct document_put put_of(const struct sync *s, const struct reading *r)
{
    bool failed = r->outcome == READING_FAILED || r->outcome == READING_LATER;
    struct document_put put = {
        .document = {.id = r->known ? r->known->id : id_random(),
                     .project = s->source->project,
                     .source = s->source->id,
                     .url = r->url,
                     .title = failed ? STR_EMPTY : r->document.title,
                     .language = r->document.language,
                     .hash = r->hash,
                     .etag = r->etag,
                     .last_modified = r->last_modified,
                     .error = failed ? utf8_cut(r->reason, SYNC_REASON_MAX) : STR_EMPTY,
                     .generation = s->generation,
                     .read_ms = clock_wall_ms()},
        .passages = r->passages,
        .passage_count = failed ? 0 : r->passage_count,
    };
    return put;
}

static err flush(struct sync *s)
{
    struct document_put puts[SYNC_BATCH_MAX] = {0};
    for (size_t i = 0; i < s->batch_count; i++) {
        puts[i] = put_of(s, s->batch[i]);
    }
    err e = s->batch_count ? store_document_put(s->store, puts, s->batch_count) : ERR_NONE;
    for (size_t i = 0; i < s->batch_count; i++) {
        s->progress.passages += err_ok(e) ? puts[i].passage_count : 0;
        reading_free(s->batch[i]);
    }
    s->batch_count = 0;
    s->batch_bytes = 0;
    return e;
}

static err write(struct sync *s, struct reading *r)
{
    s->batch[s->batch_count++] = r;
    for (size_t i = 0; i < r->passage_count; i++) {
        s->batch_bytes += r->passages[i].text.n;
    }
    return s->batch_count == SYNC_BATCH_MAX || s->batch_bytes >= SYNC_BATCH_BYTES ? flush(s)
                                                                                  : ERR_NONE;
}

static void mark(struct sync *s, const struct document_row *known, bool written)
{
    if (known) {
        size_t at = (size_t)(known - s->known);
        if (!written && !s->seen[at]) {
            s->waiting[s->waiting_count++] = at;
        }
        s->seen[at] = true;
        s->written[at] = s->written[at] || written;
    }
}

err sync_unchanged(struct sync *s, const struct document_row *known)
{
    mark(s, known, false);
    s->progress.unchanged++;
    tell(s, known->url, STR_EMPTY);
    return ERR_NONE;
}

static err take_fresh(struct sync *s, struct reading *r)
{
    err e = drop_repeated(s, r);
    if (!err_ok(e)) {
        reading_free(r);
        return e;
    }
    mark(s, r->known, true);
    s->progress.read++;
    tell(s, r->url, STR_EMPTY);
    return write(s, r);
}

/* What could not be read now keeps its passages; what can never be read loses them. */
static err take_failure(struct sync *s, struct reading *r)
{
    bool keep = r->outcome == READING_LATER && r->known && str_empty(r->known->error);
    sync_failed(s, r->url, r->reason, false);
    mark(s, r->known, !keep);
    if (keep) {
        reading_free(r);
        return ERR_NONE;
    }
    return write(s, r);
}

err sync_take(struct sync *s, struct reading *r)
{
    const struct document_row *known = r->known;
    switch (r->outcome) {
    case READING_FRESH:
        return take_fresh(s, r);
    case READING_FAILED:
    case READING_LATER:
        return take_failure(s, r);
    case READING_SAME:
        reading_free(r);
        return known ? sync_unchanged(s, known) : ERR_NONE;
    case READING_GONE:
    case READING_SKIPPED:
    default:
        s->progress.found -= s->progress.found > 0;
        tell(s, r->url, STR_EMPTY);
        reading_free(r);
        return ERR_NONE;
    }
}

/* ── begin and end ── */

static err load_known(struct sync *s)
{
    err e = store_document_list(s->store, &s->arena, &s->source->project, &s->source->id, &s->known,
                                &s->known_count);
    if (!err_ok(e)) {
        return e;
    }
    s->seen = arena_array(&s->arena, s->known_count, sizeof(bool));
    s->written = arena_array(&s->arena, s->known_count, sizeof(bool));
    s->waiting = arena_array(&s->arena, s->known_count, sizeof(size_t));
    if (!s->seen || !s->written || !s->waiting) {
        return err_new(ERR_NO_MEMORY, "no memory for the documents of a source");
    }
    for (size_t i = 0; i < s->known_count; i++) {
        s->generation =
            s->known[i].generation > s->generation ? s->known[i].generation : s->generation;
    }
    s->generation++;
    return ERR_NONE;
}

/* Removes what this sync did not meet. The documents that stayed as they were get their mark only
 * when there is something to tell them from. */
static err remove_gone(struct sync *s)
{
    size_t gone = 0;
    for (size_t i = 0; i < s->known_count; i++) {
        gone += !s->seen[i];
    }
    err e = ERR_NONE;
    for (size_t i = 0; gone && err_ok(e) && i < s->known_count; i++) {
        if (s->seen[i] && !s->written[i]) {
            e = store_document_seen(s->store, &s->source->project, &s->source->id, s->known[i].url,
                                    s->generation);
        }
    }
    size_t removed = 0;
    if (gone && err_ok(e)) {
        e = store_document_prune(s->store, &s->source->project, &s->source->id, s->generation,
                                 &removed);
    }
    s->progress.removed += removed;
    return e;
}

static err run(struct sync *s)
{
    static const struct {
        str kind;
        err (*read)(struct sync *);
    } kinds[] = {{STR_INIT("file"), sync_files},
                 {STR_INIT("text"), sync_files},
                 {STR_INIT("folder"), sync_folder},
                 {STR_INIT("url"), sync_crawl},
                 {STR_INIT("sitemap"), sync_sitemap}};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (str_eq(s->source->kind, kinds[i].kind)) {
            err e = kinds[i].read(s);
            err written = flush(s);
            e = err_ok(e) ? written : e;
            return err_ok(e) && !s->incomplete ? remove_gone(s) : e;
        }
    }
    return err_new(ERR_INVALID, "the source is of an unknown kind");
}

/* The source's own state, also after a failure of the sync itself. */
static err finish(struct sync *s, err e)
{
    struct source_row row;
    str trouble = err_ok(e) ? str_c(s->trouble) : str_c(e.what);
    bool read_some = s->progress.read + s->progress.unchanged > 0;
    if (s->cancelled && str_empty(trouble)) {
        trouble = STR("was stopped before the end; what had been read is there");
    }
    str state = str_empty(trouble) || (err_ok(e) && read_some) ? STR("ready") : STR("failed");
    err set = store_source_state(s->store, &s->source->project, &s->source->id, state, trouble,
                                 clock_wall_ms());
    if (err_ok(e) && err_ok(set) &&
        err_ok(store_source_get(s->store, &s->arena, &s->source->project, &s->source->id, &row))) {
        s->progress.passages = row.passages;
    }
    return err_ok(e) ? set : e;
}

err know_sync(struct store *store, const struct know_settings *settings,
              const struct source_row *source, know_progress_fn progress, void *user,
              struct know_progress *ret)
{
    struct sync s = {.store = store,
                     .settings = settings,
                     .source = source,
                     .tell = progress,
                     .tell_user = user};
    if (!parser_ready()) {
        return err_new(ERR_INTERNAL,
                       "know_parser_main was not called at the start of this program");
    }
    arena_init(&s.arena, SYNC_ARENA_MAX);
    err e = store_source_state(store, &source->project, &source->id, STR("syncing"), STR_EMPTY,
                               source->synced_ms);
    if (err_ok(e)) {
        e = options_read(&s.arena, settings, source->options, &s.options);
        e = err_ok(e) ? load_known(&s) : e;
        e = err_ok(e) ? run(&s) : e;
        e = finish(&s, e);
    }
    for (size_t i = 0; i < s.batch_count; i++) {
        reading_free(s.batch[i]);
    }
    *ret = s.progress;
    ret->current = STR_EMPTY;
    hashes_done(&s.texts);
    arena_done(&s.arena);
    return e;
}
