/* SPDX-License-Identifier: Apache-2.0 */
/* Passages and their full-text index. The index takes terms as know/tokens.h makes them, each with
 * its project before it ("12~price"): so every look-up is of one project and costs nothing for the
 * others. The mark alone ("12~") stands in the title of every passage and counts them. */
#include <endian.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "store/sqlite_group.h"
#include "store/sqlite_rank.h"
#include "store/sqlite_schema.h"
#include "store/sqlite_store.h"
#include "store/sqlite_terms.h"

enum { TERM_QUERY_MAX = 32 << 10, CANDIDATES_MAX = 500 };

const char sq_schema_passages[] =
    "CREATE TABLE passage ("
    "  number INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  document BLOB NOT NULL REFERENCES document(id) ON DELETE CASCADE,"
    "  ordinal INTEGER NOT NULL, url TEXT NOT NULL, heading TEXT NOT NULL, text TEXT NOT NULL"
    ") STRICT;"
    "CREATE UNIQUE INDEX passage_of_document ON passage(document, ordinal);"
    "CREATE VIRTUAL TABLE passage_index USING fts5("
    "  title, heading, text, tokenize = \"ascii tokenchars '_~'\");"
    "CREATE VIRTUAL TABLE passage_vocab USING fts5vocab(passage_index, row);";

/* ── writing ── */

/* Puts the mark before each term; bytes that the index would split at become "_", so that nothing
 * in a text can pass for a term of another project. A lone "." stays: the index does not see it. */
static void add_marked(struct buf *b, const struct sq_mark *mark, str terms)
{
    str term;
    while (str_split(&terms, ' ', &term)) {
        if (b->n) {
            buf_add_byte(b, ' ');
        }
        if (str_eq(term, STR("."))) {
            buf_add_byte(b, '.');
            continue;
        }
        buf_add(b, str_n(mark->c, mark->n));
        for (size_t i = 0; i < term.n; i++) {
            buf_add_byte(b, sq_is_term_byte(term.p[i]) ? term.p[i] : '_');
        }
    }
}

/* Copies up to and with the next space, eight bytes at a time where there are so many: each byte
 * that is a space becomes 0x80 (exact up to the first one), the others 0. `to` has room for all of
 * `from`. Gives how many bytes count. */
static size_t copy_term(char *to, str from)
{
    const uint64_t ones = 0x0101010101010101u, highs = 0x8080808080808080u;
    size_t n = 0;
    for (; n + 8 <= from.n; n += 8) {
        uint64_t eight;
        memcpy(&eight, from.p + n, 8);
        memcpy(to + n, &eight, 8);
        uint64_t differs = le64toh(eight) ^ ones * ' ';
        uint64_t spaces = (differs - ones) & ~differs & highs;
        if (spaces) {
            return n + (size_t)__builtin_ctzll(spaces) / 8 + 1;
        }
    }
    for (bool more = true; more && n < from.n; more = to[n++] != ' ') {
        to[n] = from.p[n];
    }
    return n;
}

/* The terms of an index column without their marks, in the arena. No term has a "~" of its own. */
static str unmarked(struct arena *a, const struct sq_mark *mark, str marked)
{
    char *p = arena_alloc(a, marked.n + 1);
    size_t n = 0;
    for (size_t i = 0; p && i < marked.n;) {
        i += marked.n - i >= mark->n && marked.p[i + mark->n - 1] == '~' ? mark->n : 0;
        size_t copied = copy_term(p + n, str_n(marked.p + i, marked.n - i));
        i += copied;
        n += copied;
    }
    return p ? str_n(p, n) : (str){NULL, 0};
}

static err index_insert(struct sq_conn *c, const struct passage_row *row,
                        const struct sq_mark *mark, struct buf *columns)
{
    for (size_t i = 0; i < 3; i++) {
        buf_clear(&columns[i]);
    }
    buf_add(&columns[0], str_n(mark->c, mark->n));
    add_marked(&columns[0], mark, row->index_title);
    add_marked(&columns[1], mark, row->index_heading);
    add_marked(&columns[2], mark, row->index_text);
    struct sq_query q = sq_query(c, "INSERT INTO passage_index(rowid, title, heading, text)"
                                    " VALUES (?, ?, ?, ?)");
    sq_bind_int(&q, sqlite3_last_insert_rowid(c->db));
    for (size_t i = 0; i < 3; i++) {
        sq_bind_str(&q, buf_str(&columns[i]), columns[i].max);
    }
    err e = sq_run(&q);
    for (size_t i = 0; err_ok(e) && i < 3; i++) {
        e = buf_err(&columns[i]);
    }
    return e;
}

static err passage_insert(struct sq_conn *c, const struct document_row *document,
                          const struct passage_row *row)
{
    struct sq_query q = sq_query(c, "INSERT INTO passage(document, ordinal, url, heading, text)"
                                    " VALUES (?, ?, ?, ?, ?)");
    sq_bind_id(&q, &document->id);
    sq_bind_int(&q, row->ordinal);
    sq_bind_str(&q, row->url, 2 * STORE_ADDRESS_MAX);
    sq_bind_str(&q, row->heading, STORE_HEADING_MAX);
    sq_bind_str(&q, row->text, STORE_PASSAGE_MAX);
    return sq_run(&q);
}

static bool fits(const struct passage_row *row)
{
    return row->index_title.n <= STORE_PASSAGE_MAX && row->index_heading.n <= STORE_PASSAGE_MAX &&
           row->index_text.n <= STORE_PASSAGE_MAX;
}

err sq_passages_insert(struct sq_conn *c, const struct document_row *document,
                       const struct passage_row *rows, size_t count)
{
    struct sq_mark mark;
    struct buf columns[3];
    err e = sq_mark_of(c, &document->project, &mark);
    for (size_t i = 0; i < 3; i++) {
        buf_init(&columns[i],
                 16 * STORE_PASSAGE_MAX); /* a mark before every letter, at the worst */
    }
    for (size_t i = 0; err_ok(e) && i < count; i++) {
        e = fits(&rows[i]) ? passage_insert(c, document, &rows[i])
                           : err_new(ERR_TOO_LARGE, "a passage has too many index terms");
        e = err_ok(e) ? index_insert(c, &rows[i], &mark, columns) : e;
    }
    for (size_t i = 0; i < 3; i++) {
        buf_done(&columns[i]);
    }
    return err_ok(e) ? sq_index_changed(c) : e;
}

/* The index has no trigger: with trusted_schema off a trigger may not touch a virtual table. */
err sq_passages_forget(struct sq_conn *c, const struct sq_documents *which)
{
    static const char of_project[] =
        "DELETE FROM passage_index WHERE rowid IN (SELECT p.number FROM document d"
        " JOIN passage p ON p.document = d.id WHERE d.project = ?1)";
    static const char of_source[] =
        "DELETE FROM passage_index WHERE rowid IN (SELECT p.number FROM document d"
        " JOIN passage p ON p.document = d.id WHERE d.project = ?1 AND d.source = ?2"
        " AND d.generation < ?3)";
    static const char of_document[] =
        "DELETE FROM passage_index WHERE rowid IN (SELECT p.number FROM document d"
        " JOIN passage p ON p.document = d.id WHERE d.project = ?1 AND d.source = ?2"
        " AND d.generation < ?3 AND d.url = ?4)";
    struct sq_query q = sq_query(c, !which->source          ? of_project
                                    : str_empty(which->url) ? of_source
                                                            : of_document);
    sq_bind_id(&q, which->project);
    if (which->source) {
        sq_bind_id(&q, which->source);
        sq_bind_int(&q, which->before_generation);
    }
    if (which->source && !str_empty(which->url)) {
        sq_bind_str(&q, which->url, 2 * STORE_ADDRESS_MAX);
    }
    err e = sq_run(&q);
    return err_ok(e) ? sq_index_changed(c) : e;
}

/* PRAGMA integrity_check of SQLite 3.40 does not look into virtual tables. */
err sq_index_check(struct sq_conn *c)
{
    struct sq_query q =
        sq_query(c, "INSERT INTO passage_index(passage_index) VALUES ('integrity-check')");
    err e = sq_run(&q);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query pairs =
        sq_query(c, "SELECT (SELECT count(*) FROM passage) = (SELECT count(*) FROM passage_index)");
    bool equal = sq_step(&pairs) && sq_bool(&pairs);
    e = sq_end(&pairs);
    return err_ok(e) && !equal ? err_new(ERR_CORRUPT, "the full-text index misses passages") : e;
}

/* ── searching ── */

static void read_texts(struct sq_query *q, struct arena *a, struct passage_row *row)
{
    row->url = sq_str(q, a);
    row->title = sq_str(q, a);
    row->heading = sq_str(q, a);
    row->text = sq_str(q, a);
}

static err no_memory(void) { return err_new(ERR_NO_MEMORY, "no memory for passages"); }

/* A column of index terms, which only lives until the next step, without its marks. */
static str read_terms(struct sq_query *q, struct arena *a, const struct sq_mark *mark)
{
    int column = q->column++;
    const void *p = sqlite3_column_blob(q->handle, column);
    size_t n = (size_t)sqlite3_column_bytes(q->handle, column);
    return p && n ? unmarked(a, mark, str_n(p, n)) : STR_EMPTY;
}

/* What each passage that has one of the terms is worth; what can be no term is left out. */
static err gather(struct sq_conn *c, const struct sq_mark *mark, const struct passage_query *query,
                  struct sq_worths *worths)
{
    struct buf match;
    err e = ERR_NONE;
    buf_init(&match, TERM_QUERY_MAX);
    for (size_t i = 0; err_ok(e) && i < query->term_count; i++) {
        if (!sq_is_term(query->terms[i])) {
            continue;
        }
        buf_clear(&match);
        buf_add_byte(&match, '"');
        buf_add(&match, str_n(mark->c, mark->n));
        buf_add(&match, query->terms[i]);
        buf_add_byte(&match, '"');
        double weight = query->weights ? query->weights[i] : 1;
        e = buf_err(&match);
        e = err_ok(e) ? sq_worths_add(worths, c, buf_str(&match), weight) : e;
    }
    buf_done(&match);
    sq_worths_order(worths);
    return e;
}

/* The terms are read where FTS5 keeps what was put into the index (sqlite.org/fts5.html, section
 * 9.3): its own way to them costs three times as much. The mark of the terms has chosen the project
 * already; the rows of a lean search show no text before store_passage_fill has asked again. */
#define LEAN                                                                                       \
    "SELECT p.document, p.ordinal, t.c0, t.c1, t.c2 FROM passage p"                                \
    " CROSS JOIN passage_index_content t ON t.id = p.number"                                       \
    " WHERE p.number = ?1 AND substr(p.url, 1, length(?2)) = ?2"
#define FULL                                                                                       \
    "SELECT p.document, p.ordinal, t.c0, t.c1, t.c2, p.url, d.title, p.heading, p.text"            \
    " FROM passage p CROSS JOIN passage_index_content t ON t.id = p.number"                        \
    " CROSS JOIN document d ON d.id = p.document"                                                  \
    " WHERE p.number = ?1 AND substr(p.url, 1, length(?2)) = ?2 AND d.project = ?3"

/* The same for a reader to whom not every source is open: the terms are read last. */
#define READABLE(columns)                                                                          \
    "SELECT p.document, p.ordinal, t.c0, t.c1, t.c2" columns " FROM passage p"                     \
    " CROSS JOIN document d ON d.id = p.document CROSS JOIN source s ON s.id = d.source"           \
    " CROSS JOIN passage_index_content t ON t.id = p.number"                                       \
    " WHERE p.number = ?1 AND substr(p.url, 1, length(?2)) = ?2 AND d.project = ?3"                \
    " AND (s.readers = '' OR meets(s.readers, ?4))"

/* How candidates are read: nothing is asked about groups where none are at stake. */
static const struct way {
    const char *sql;
    bool project, groups; /* are bound */
} ways[2][2] = {
    {{FULL, true, false}, {READABLE(", p.url, d.title, p.heading, p.text"), true, true}},
    {{LEAN, false, false}, {READABLE(""), true, true}}};

/* False when it is gone, not below the query's address or not for the reader. */
static err read_candidate(struct sq_conn *c, struct arena *a, const struct passage_query *query,
                          const struct way *way, const struct sq_mark *mark,
                          struct passage_row *ret, bool *ret_found)
{
    struct sq_query q = sq_query(c, way->sql);
    err e = ERR_NONE;
    sq_bind_int(&q, (int64_t)ret->number);
    sq_bind_str(&q, query->url_prefix, 2 * STORE_ADDRESS_MAX);
    if (way->project) {
        sq_bind_id(&q, query->project);
    }
    if (way->groups) {
        sq_bind_groups(&q, query->reader.groups);
    }
    *ret_found = sq_step(&q);
    if (*ret_found) {
        ret->document = sq_id(&q);
        ret->ordinal = (uint32_t)sq_int(&q);
        ret->index_title = read_terms(&q, a, mark);
        ret->index_heading = read_terms(&q, a, mark);
        ret->index_text = read_terms(&q, a, mark);
        ret->url = ret->title = ret->heading = ret->text = STR_EMPTY;
        if (!query->lean) {
            read_texts(&q, a, ret);
        }
        e = ret->index_text.p ? e : no_memory();
    }
    err end = sq_end(&q);
    return err_ok(e) ? end : e;
}

/* Says whether some source of the project is not open to everybody. */
static err has_restricted(struct sq_conn *c, const id *project, bool *ret)
{
    int64_t has = 0;
    struct sq_query q =
        sq_query(c, "SELECT EXISTS (SELECT 1 FROM source WHERE project = ? AND readers <> '')");
    sq_bind_id(&q, project);
    err e = sq_number(&q, &has);
    *ret = has != 0;
    return e;
}

static err find(struct sq_conn *c, struct arena *a, const struct passage_query *query,
                const struct sq_mark *mark, struct passage_row **ret, size_t *ret_count)
{
    size_t limit = query->limit < CANDIDATES_MAX ? query->limit : CANDIDATES_MAX, n = 0;
    struct passage_row *rows = arena_array(a, limit, sizeof *rows);
    struct sq_worths worths = {0};
    struct sq_worth best;
    bool restricted = false;
    err e = rows ? gather(c, mark, query, &worths) : no_memory();
    if (err_ok(e) && !query->reader.all) {
        e = has_restricted(c, query->project, &restricted);
    }
    const struct way *way = &ways[query->lean][restricted];
    while (err_ok(e) && n < limit && sq_worths_next(&worths, &best)) {
        bool found;
        rows[n].number = (uint64_t)best.number;
        rows[n].score = best.worth;
        e = read_candidate(c, a, query, way, mark, &rows[n], &found);
        n += found;
    }
    sq_worths_done(&worths);
    if (err_ok(e)) {
        *ret = rows;
        *ret_count = n;
    }
    return e;
}

err sqlite_passage_find(struct store *store, struct arena *a, const struct passage_query *query,
                        struct passage_row **ret, size_t *ret_count)
{
    struct sq_conn *c;
    struct sq_mark mark;
    if (query->term_count > STORE_TERMS_MAX) {
        return err_new(ERR_TOO_LARGE, "a search has at most 64 terms");
    }
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    struct passage_row *rows = NULL;
    size_t count = 0;
    e = sq_mark_of(c, query->project, &mark);
    if (err_ok(e) && query->term_count && query->limit) {
        e = find(c, a, query, &mark, &rows, &count);
    }
    sq_read_end(store, c);
    if (err_ok(e)) {
        *ret = rows;
        *ret_count = count;
    }
    return e;
}

err sqlite_passage_fill(struct store *store, struct arena *a, const id *project,
                        const struct reader *reader, struct passage_row *rows, size_t count)
{
    struct sq_conn *c;
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    for (size_t i = 0; err_ok(e) && i < count; i++) {
        struct sq_query q = sq_query(c, "SELECT p.url, d.title, p.heading, p.text FROM passage p"
                                        " CROSS JOIN document d ON d.id = p.document"
                                        " CROSS JOIN source s ON s.id = d.source"
                                        " WHERE p.number = ? AND d.project = ?"
                                        " AND (? OR s.readers = '' OR meets(s.readers, ?))");
        sq_bind_int(&q, (int64_t)rows[i].number);
        sq_bind_id(&q, project);
        sq_bind_int(&q, reader->all);
        sq_bind_groups(&q, reader->groups);
        if (sq_step(&q)) {
            read_texts(&q, a, &rows[i]);
        } else {
            rows[i].number = 0;
        }
        e = sq_end(&q);
    }
    sq_read_end(store, c);
    return e;
}

err sqlite_passage_around(struct store *store, struct arena *a, const id *project,
                          const id *document, uint32_t from_ordinal, uint32_t to_ordinal,
                          struct passage_row **ret, size_t *ret_count)
{
    struct sq_conn *c;
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query q =
        sq_query(c, "SELECT p.number, p.document, p.ordinal, p.url, d.title, p.heading, p.text"
                    " FROM passage p JOIN document d ON d.id = p.document"
                    " WHERE p.document = ? AND d.project = ? AND p.ordinal BETWEEN ? AND ?"
                    " ORDER BY p.ordinal LIMIT ?");
    sq_bind_id(&q, document);
    sq_bind_id(&q, project);
    sq_bind_int(&q, from_ordinal);
    sq_bind_int(&q, to_ordinal);
    sq_bind_int(&q, CANDIDATES_MAX);
    struct sq_list list = {0};
    while (err_ok(e) && sq_step(&q)) {
        struct passage_row *row = sq_list_add(&list, a, sizeof *row, CANDIDATES_MAX);
        if (row) {
            row->number = (uint64_t)sq_int(&q);
            row->document = sq_id(&q);
            row->ordinal = (uint32_t)sq_int(&q);
            read_texts(&q, a, row);
        } else {
            e = no_memory();
        }
    }
    err end = sq_end(&q);
    e = err_ok(e) ? end : e;
    sq_read_end(store, c);
    if (err_ok(e)) {
        *ret = list.rows;
        *ret_count = list.count;
    }
    return e;
}
