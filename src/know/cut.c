/* SPDX-License-Identifier: Apache-2.0 */
/* Cuts blocks into passages along headings and paragraphs. Sizes are in half words (pieces.h). */
#include "base/buf.h"
#include "base/mem.h"
#include "know/pieces.h"
#include "know/read.h"
#include "know/tokens.h"

enum {
    SIZE_MIN =
        2 * 80, /* a passage below this takes in the next section, if that has the same parents */
    SIZE_GOAL = 2 * 180,  /* above this a new passage begins at the next paragraph */
    SIZE_LIMIT = 2 * 220, /* one paragraph above this is split */
    SIZE_SLACK = 2 * 15,  /* pieces end at a sentence, a little later than even parts would */
    SIZE_CRUMB = 2 * 40,  /* what is left over below this joins the passage before … */
    SIZE_OVER = 2 * 260,  /* … when that stays below this */
    SIZE_INTRO = 2 * 30,  /* a section below this is an introduction to the next */
    TEXT_MAX = 64 * 1024, /* bytes of one passage; never reached with the sizes above */
    PASSAGES_MAX = 20000, /* of one document */
};

struct cutter {
    struct arena *arena;
    const struct know_document *document;
    str url;
    struct passage_row *rows;
    uint64_t *hashes; /* of the texts */
    size_t *sizes, *groups;
    size_t count, capacity;
    struct buf text; /* of the passage being made */
    size_t size;
    size_t group;                   /* number of the level 1–2 section we are in */
    const struct know_block *first; /* block the passage begins in */
    err failed;
};

/* The anchor as a URL fragment (RFC 3986 section 3.5). */
static str passage_url(struct arena *a, str url, str anchor)
{
    static const char keep[] = "-._~!$&'()*+,;=:@/?%";
    if (str_empty(anchor)) {
        return arena_str(a, url);
    }
    struct buf b;
    buf_init(&b, url.n + 1 + anchor.n * 3);
    buf_add(&b, str_slice(url, 0, str_find_byte(url, '#', 0)));
    buf_add_byte(&b, '#');
    for (size_t i = 0; i < anchor.n; i++) {
        char c = anchor.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (letter || (c != '\0' && strchr(keep, c))) {
            buf_add_byte(&b, c);
        } else {
            buf_addf(&b, "%%%02X", (unsigned)(unsigned char)c);
        }
    }
    str made = b.failed ? (str){NULL, 0} : arena_str(a, buf_str(&b));
    buf_done(&b);
    return made;
}

/* The path of headings without the page's title in front of it. */
static str below_title(str heading, str title)
{
    static const str separator = STR_INIT(" › ");
    if (str_ieq(heading, title)) {
        return STR_EMPTY;
    }
    if (title.n && heading.n > title.n + separator.n && str_istarts(heading, title) &&
        str_starts(str_slice(heading, title.n, heading.n), separator)) {
        return str_slice(heading, title.n + separator.n, heading.n);
    }
    return heading;
}

static str innermost(str heading)
{
    static const str separator = STR_INIT(" › ");
    for (size_t at = str_find(heading, separator, 0); at != SIZE_MAX;
         at = str_find(heading, separator, 0)) {
        heading = str_slice(heading, at + separator.n, heading.n);
    }
    return heading;
}

static void fail(struct cutter *c)
{
    if (err_ok(c->failed)) {
        c->failed = err_new(ERR_NO_MEMORY, "no memory for the passages of a document");
    }
}

static bool grow(struct cutter *c)
{
    if (c->count < c->capacity) {
        return true;
    }
    size_t more = c->capacity ? c->capacity * 2 : 32;
    void *rows = mem_resize(c->rows, more * sizeof(*c->rows));
    c->rows = rows ? rows : c->rows;
    void *hashes = mem_resize(c->hashes, more * sizeof(*c->hashes));
    c->hashes = hashes ? hashes : c->hashes;
    void *sizes = mem_resize(c->sizes, more * sizeof(*c->sizes));
    c->sizes = sizes ? sizes : c->sizes;
    void *groups = mem_resize(c->groups, more * sizeof(*c->groups));
    c->groups = groups ? groups : c->groups;
    if (!rows || !hashes || !sizes || !groups) {
        fail(c);
        return false;
    }
    c->capacity = more;
    return true;
}

static bool seen(const struct cutter *c, uint64_t hash, str text)
{
    for (size_t i = 0; i < c->count; i++) {
        if (c->hashes[i] == hash && str_eq(c->rows[i].text, text)) {
            return true;
        }
    }
    return false;
}

/* Joins a crumb to the passage before, when both belong together. */
static bool join_crumb(struct cutter *c)
{
    size_t last = c->count - 1;
    if (c->count == 0 || c->size >= SIZE_CRUMB || c->groups[last] != c->group ||
        c->sizes[last] + c->size > SIZE_OVER) {
        return false;
    }
    str heading = innermost(below_title(c->first->heading, c->document->title));
    bool same = str_eq(below_title(c->first->heading, c->document->title), c->rows[last].heading);
    str joined = arena_printf(c->arena, "%.*s%s%.*s\n\n%.*s", STR_ARG(c->rows[last].text),
                              same || str_empty(heading) ? "" : "\n\n",
                              STR_ARG(same ? STR_EMPTY : heading), STR_ARG(buf_str(&c->text)));
    if (!joined.p) {
        fail(c);
        return true;
    }
    c->rows[last].text = joined;
    c->hashes[last] = crypto_siphash(joined);
    c->sizes[last] += c->size;
    return true;
}

static void flush(struct cutter *c)
{
    str text = buf_str(&c->text);
    if (c->text.failed) {
        fail(c);
    }
    uint64_t hash = crypto_siphash(text);
    if (err_ok(c->failed) && c->first && text.n && c->count < PASSAGES_MAX && !join_crumb(c) &&
        !seen(c, hash, text) && grow(c)) {
        str kept = arena_str(c->arena, text), url = passage_url(c->arena, c->url, c->first->anchor);
        if (!kept.p || !url.p) {
            fail(c);
            return;
        }
        c->hashes[c->count] = hash;
        c->sizes[c->count] = c->size;
        c->groups[c->count] = c->group;
        c->rows[c->count++] = (struct passage_row){
            .url = url,
            .title = c->document->title,
            .heading = below_title(c->first->heading, c->document->title),
            .text = kept,
        };
    }
    buf_clear(&c->text);
    c->size = 0;
    c->first = NULL;
}

static void add_piece(struct cutter *c, const struct know_block *block, const struct piece *piece)
{
    static const char *const separators[] = {
        [PIECES_PARAGRAPH] = "\n\n", [PIECES_LINE] = "\n", [PIECES_SENTENCE] = " "};
    if (c->size > 0 && ((c->size >= SIZE_MIN && c->size + piece->size > SIZE_GOAL) ||
                        c->size + piece->size > SIZE_OVER)) {
        flush(c);
    }
    if (c->text.n) {
        buf_add_c(&c->text, separators[piece->start]);
    }
    c->first = c->first ? c->first : block;
    buf_add(&c->text, piece->text);
    c->size += piece->size;
}

static bool next_paragraph(str *rest, str *ret)
{
    while (rest->n) {
        size_t end = str_find(*rest, STR("\n\n"), 0);
        *ret = str_slice(*rest, 0, end);
        *rest = str_slice(*rest, end == SIZE_MAX ? rest->n : end + 2, rest->n);
        if (!str_empty(str_trim(*ret))) {
            return true;
        }
    }
    return false;
}

/* Before a block's text: whether it goes on in the same passage, and then under which line. */
static void begin_block(struct cutter *c, const struct know_block *block, size_t size)
{
    if (block->level == 1 || block->level == 2) {
        flush(c);
        c->group++;
    } else if (block->level && c->size &&
               (c->size >= SIZE_MIN || (c->size + size > SIZE_LIMIT && c->size >= SIZE_INTRO))) {
        flush(c);
    }
    if (c->size && block->level) {
        str line = innermost(block->heading);
        buf_add_c(&c->text, "\n\n");
        buf_add(&c->text, line);
        c->size += pieces_size(line);
    }
}

/* A long paragraph is parted into pieces of about the same size. */
static size_t piece_max(size_t size)
{
    size_t parts = (size + SIZE_GOAL - 1) / SIZE_GOAL;
    return size <= SIZE_LIMIT ? SIZE_LIMIT : size / parts + SIZE_SLACK;
}

static void cut_blocks(struct cutter *c)
{
    for (size_t i = 0; i < c->document->block_count && err_ok(c->failed); i++) {
        const struct know_block *block = &c->document->blocks[i];
        size_t size = pieces_size(block->text);
        if (size == 0) {
            if (block->level == 1 || block->level == 2) {
                flush(c);
                c->group++;
            }
            continue;
        }
        begin_block(c, block, size);
        str rest = block->text, paragraph;
        while (next_paragraph(&rest, &paragraph)) {
            struct pieces pieces = {paragraph, PIECES_PARAGRAPH};
            struct piece piece;
            size_t max = piece_max(pieces_size(paragraph));
            while (pieces_next(&pieces, max, &piece)) {
                add_piece(c, block, &piece);
            }
        }
    }
    flush(c);
}

/* Numbers the passages and writes what the index sees. */
static err finish(struct cutter *c, struct passage_row **ret, size_t *ret_count)
{
    struct passage_row *rows = arena_array(c->arena, c->count, sizeof(*rows));
    str title = STR_EMPTY;
    err e = rows ? know_index_text(c->arena, c->document->title, &title)
                 : err_new(ERR_NO_MEMORY, "no memory for the passages of a document");
    for (size_t i = 0; i < c->count && err_ok(e); i++) {
        rows[i] = c->rows[i];
        rows[i].ordinal = (uint32_t)i;
        rows[i].index_title = title;
        e = know_index_text(c->arena, rows[i].heading, &rows[i].index_heading);
        if (err_ok(e)) {
            e = know_index_text(c->arena, rows[i].text, &rows[i].index_text);
        }
    }
    if (err_ok(e)) {
        *ret = rows;
        *ret_count = c->count;
    }
    return e;
}

err know_cut(struct arena *a, const struct know_document *document, str url,
             struct passage_row **ret, size_t *ret_count)
{
    struct cutter c = {.arena = a, .document = document, .url = url, .failed = ERR_NONE};
    buf_init(&c.text, TEXT_MAX);
    cut_blocks(&c);
    err e = err_ok(c.failed) ? finish(&c, ret, ret_count) : c.failed;
    buf_done(&c.text);
    mem_free(c.rows);
    mem_free(c.hashes);
    mem_free(c.sizes);
    mem_free(c.groups);
    return e;
}
