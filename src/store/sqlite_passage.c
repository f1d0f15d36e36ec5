/* SPDX-License-Identifier: Apache-2.0 */
/* Passages and their full-text index. The index takes terms as know/tokens.h makes them: its
 * tokenizer only splits at spaces. Column `tenant` holds one term that stands for the project, so
 * that every search is of one project. */
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "store/sqlite_schema.h"
#include "store/sqlite_store.h"

/* U+E000, a private character that no term of a text has. */
#define TENANT_MARK "\xee\x80\x80"

enum { QUERY_BYTES_MAX = 32 << 10, CANDIDATES_MAX = 500, TERMS_LIKE_MAX = 1000 };

struct term_count {
    str term;
    uint64_t count;
};

const char sq_schema_passages[] =
    "CREATE TABLE passage ("
    "  number INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  document BLOB NOT NULL REFERENCES document(id) ON DELETE CASCADE,"
    "  ordinal INTEGER NOT NULL, url TEXT NOT NULL, heading TEXT NOT NULL, text TEXT NOT NULL"
    ") STRICT;"
    "CREATE UNIQUE INDEX passage_of_document ON passage(document, ordinal);"
    "CREATE VIRTUAL TABLE passage_index USING fts5("
    "  tenant, title, heading, text, tokenize = \"ascii tokenchars '_'\");"
    "CREATE VIRTUAL TABLE passage_vocab USING fts5vocab(passage_index, row);";

/* ── writing ── */

static err project_ordinal(struct sq_conn *c, const id *project, int64_t *ret)
{
    struct sq_query q = sq_query(c, "SELECT ordinal FROM project WHERE id = ?");
    sq_bind_id(&q, project);
    bool found = sq_step(&q);
    int64_t ordinal = found ? sq_int(&q) : 0;
    err e = sq_end(&q);
    if (err_ok(e) && !found) {
        return err_new(ERR_NOT_FOUND, "there is no such project");
    }
    *ret = ordinal;
    return e;
}

static err passage_insert(struct sq_conn *c, const struct document_row *document,
                          const struct passage_row *row, str tenant)
{
    struct sq_query q = sq_query(c, "INSERT INTO passage(document, ordinal, url, heading, text)"
                                    " VALUES (?, ?, ?, ?, ?)");
    sq_bind_id(&q, &document->id);
    sq_bind_int(&q, row->ordinal);
    sq_bind_str(&q, row->url, 2 * STORE_ADDRESS_MAX);
    sq_bind_str(&q, row->heading, STORE_HEADING_MAX);
    sq_bind_str(&q, row->text, STORE_PASSAGE_MAX);
    err e = sq_run(&q);
    if (!err_ok(e)) {
        return e;
    }
    struct sq_query index =
        sq_query(c, "INSERT INTO passage_index(rowid, tenant, title, heading, text)"
                    " VALUES (?, ?, ?, ?, ?)");
    sq_bind_int(&index, sqlite3_last_insert_rowid(c->db));
    sq_bind_str(&index, tenant, STORE_WORD_MAX);
    sq_bind_str(&index, row->index_title, STORE_PASSAGE_MAX);
    sq_bind_str(&index, row->index_heading, STORE_PASSAGE_MAX);
    sq_bind_str(&index, row->index_text, STORE_PASSAGE_MAX);
    return sq_run(&index);
}

err sq_passages_insert(struct sq_conn *c, const struct document_row *document,
                       const struct passage_row *rows, size_t count)
{
    int64_t ordinal;
    char tenant[32];
    err e = project_ordinal(c, &document->project, &ordinal);
    if (!err_ok(e)) {
        return e;
    }
    int n = snprintf(tenant, sizeof tenant, TENANT_MARK "%lld", (long long)ordinal);
    for (size_t i = 0; err_ok(e) && i < count; i++) {
        e = passage_insert(c, document, &rows[i], str_n(tenant, (size_t)n));
    }
    return e;
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
    return sq_run(&q);
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

static void add_quoted(struct buf *b, str term)
{
    buf_add_byte(b, '"');
    for (size_t i = 0; i < term.n; i++) {
        if (term.p[i] == '"') {
            buf_add_byte(b, '"');
        }
        buf_add_byte(b, term.p[i]);
    }
    buf_add_byte(b, '"');
}

/* Writes tenant : "…" AND {title heading text} : ("a" OR "b"), the full-text query. */
static err write_match(struct buf *b, int64_t ordinal, const str *terms, size_t count)
{
    buf_addf(b, "tenant : \"" TENANT_MARK "%lld\"", (long long)ordinal);
    for (size_t i = 0; i < count; i++) {
        buf_add_c(b, i == 0 ? " AND {title heading text} : (" : " OR ");
        add_quoted(b, terms[i]);
    }
    if (count) {
        buf_add_byte(b, ')');
    }
    return buf_err(b);
}

static void passage_read(struct sq_query *q, struct arena *a, struct passage_row *row)
{
    row->number = (uint64_t)sq_int(q);
    row->document = sq_id(q);
    row->url = sq_str(q, a);
    row->title = sq_str(q, a);
    row->heading = sq_str(q, a);
    row->text = sq_str(q, a);
    row->ordinal = (uint32_t)sq_int(q);
    row->score = sq_double(q);
}

static err passage_rows(struct sq_query *q, struct arena *a, struct passage_row **ret,
                        size_t *ret_count)
{
    struct sq_list list = {0};
    err e = ERR_NONE;
    while (err_ok(e) && sq_step(q)) {
        struct passage_row *row = sq_list_add(&list, a, sizeof *row, STORE_LIST_MAX);
        if (row) {
            passage_read(q, a, row);
        } else {
            e = err_new(ERR_NO_MEMORY, "no memory for passages");
        }
    }
    err end = sq_end(q);
    e = err_ok(e) ? end : e;
    if (err_ok(e)) {
        *ret = list.rows;
        *ret_count = list.count;
    }
    return e;
}

#define BM25 "-bm25(passage_index, 0.0, 4.0, 2.0, 1.0)"
#define PASSAGE_OF_HIT                                                                             \
    "SELECT p.number, p.document, p.url, d.title, p.heading, p.text, p.ordinal, h.score FROM ("

static err find(struct sq_conn *c, struct arena *a, const struct passage_query *query, str match,
                struct passage_row **ret, size_t *ret_count)
{
    static const char everywhere[] = PASSAGE_OF_HIT
        "SELECT rowid AS number, " BM25 " AS score FROM passage_index WHERE passage_index MATCH ?1"
        " ORDER BY score DESC, number LIMIT ?2) h JOIN passage p ON p.number = h.number"
        " JOIN document d ON d.id = p.document ORDER BY h.score DESC, p.number";
    static const char below[] = PASSAGE_OF_HIT
        "SELECT i.rowid AS number, " BM25 " AS score FROM passage_index i"
        " JOIN passage o ON o.number = i.rowid WHERE passage_index MATCH ?1"
        " AND substr(o.url, 1, length(?3)) = ?3"
        " ORDER BY score DESC, i.rowid LIMIT ?2) h JOIN passage p ON p.number = h.number"
        " JOIN document d ON d.id = p.document ORDER BY h.score DESC, p.number";
    size_t limit = query->limit < CANDIDATES_MAX ? query->limit : CANDIDATES_MAX;
    struct sq_query q = sq_query(c, str_empty(query->url_prefix) ? everywhere : below);
    sq_bind_str(&q, match, QUERY_BYTES_MAX);
    sq_bind_int(&q, (int64_t)limit);
    if (!str_empty(query->url_prefix)) {
        sq_bind_str(&q, query->url_prefix, 2 * STORE_ADDRESS_MAX);
    }
    return passage_rows(&q, a, ret, ret_count);
}

err sqlite_passage_find(struct store *store, struct arena *a, const struct passage_query *query,
                        struct passage_row **ret, size_t *ret_count)
{
    struct sq_conn *c;
    struct buf match;
    int64_t ordinal;
    if (query->term_count > STORE_TERMS_MAX) {
        return err_new(ERR_TOO_LARGE, "a search has at most 64 terms");
    }
    if (query->term_count == 0 || query->limit == 0) {
        *ret = NULL;
        *ret_count = 0;
        return ERR_NONE;
    }
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    buf_init(&match, QUERY_BYTES_MAX);
    e = project_ordinal(c, query->project, &ordinal);
    e = err_ok(e) ? write_match(&match, ordinal, query->terms, query->term_count) : e;
    e = err_ok(e) ? find(c, a, query, buf_str(&match), ret, ret_count) : e;
    buf_done(&match);
    sq_read_end(store, c);
    return e;
}

static err count_matches(struct sq_conn *c, int64_t ordinal, const str *terms, size_t count,
                         uint64_t *ret)
{
    struct buf match;
    buf_init(&match, QUERY_BYTES_MAX);
    err e = write_match(&match, ordinal, terms, count);
    struct sq_query q =
        sq_query(c, "SELECT count(*) FROM passage_index WHERE passage_index MATCH ?");
    sq_bind_str(&q, buf_str(&match), QUERY_BYTES_MAX);
    uint64_t found = sq_step(&q) ? (uint64_t)sq_int(&q) : 0;
    err end = sq_end(&q);
    buf_done(&match);
    e = err_ok(e) ? end : e;
    if (err_ok(e)) {
        *ret = found;
    }
    return e;
}

err sqlite_term_counts(struct store *store, struct arena *a, const id *project, const str *terms,
                       size_t count, uint64_t *ret_counts, uint64_t *ret_total)
{
    struct sq_conn *c;
    int64_t ordinal;
    (void)a;
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    e = project_ordinal(c, project, &ordinal);
    e = err_ok(e) ? count_matches(c, ordinal, NULL, 0, ret_total) : e;
    for (size_t i = 0; err_ok(e) && i < count; i++) {
        e = count_matches(c, ordinal, &terms[i], 1, &ret_counts[i]);
    }
    sq_read_end(store, c);
    return e;
}

/* The vocabulary is of all projects: only terms that this project has are given, with its own
 * counts. */
static err terms_like(struct sq_conn *c, struct arena *a, int64_t ordinal, str prefix, size_t min,
                      size_t max, struct sq_list *ret)
{
    err e = ERR_NONE;
    struct sq_query q = sq_query(
        c, "SELECT term FROM passage_vocab WHERE term >= ?1 AND term < ?1 || char(0x10ffff)"
           " AND substr(term, 1, 1) <> char(0xe000)"
           " AND length(CAST(term AS BLOB)) BETWEEN ?2 AND ?3 ORDER BY doc DESC, term LIMIT ?4");
    sq_bind_str(&q, prefix, STORE_NAME_MAX);
    sq_bind_int(&q, (int64_t)min);
    sq_bind_int(&q, (int64_t)max);
    sq_bind_int(&q, TERMS_LIKE_MAX);
    while (err_ok(e) && sq_step(&q)) {
        struct term_count found = {.term = sq_str(&q, a)};
        e = count_matches(c, ordinal, &found.term, 1, &found.count);
        struct term_count *row = NULL;
        if (err_ok(e) && found.count) {
            row = sq_list_add(ret, a, sizeof *row, TERMS_LIKE_MAX);
            e = row ? e : err_new(ERR_NO_MEMORY, "no memory for index terms");
        }
        if (row) {
            *row = found;
        }
    }
    err end = sq_end(&q);
    return err_ok(e) ? end : e;
}

static int by_count(const void *a, const void *b)
{
    const struct term_count *x = a, *y = b;
    return x->count != y->count ? (x->count < y->count ? 1 : -1) : str_cmp(x->term, y->term);
}

err sqlite_term_like(struct store *store, struct arena *a, const id *project, str prefix,
                     size_t min, size_t max, size_t limit, str **ret_terms, uint64_t **ret_counts,
                     size_t *ret_count)
{
    struct sq_conn *c;
    struct sq_list list = {0};
    int64_t ordinal;
    err e = sq_read_begin(store, &c);
    if (!err_ok(e)) {
        return e;
    }
    e = project_ordinal(c, project, &ordinal);
    e = err_ok(e) ? terms_like(c, a, ordinal, prefix, min, max, &list) : e;
    sq_read_end(store, c);
    if (!err_ok(e)) {
        return e;
    }
    struct term_count *rows = list.rows;
    size_t n = list.count < limit ? list.count : limit;
    str *terms = arena_array(a, n, sizeof *terms);
    uint64_t *counts = arena_array(a, n, sizeof *counts);
    if (!terms || !counts) {
        return err_new(ERR_NO_MEMORY, "no memory for index terms");
    }
    if (list.count) {
        qsort(rows, list.count, sizeof *rows, by_count);
    }
    for (size_t i = 0; i < n; i++) {
        terms[i] = rows[i].term;
        counts[i] = rows[i].count;
    }
    *ret_terms = terms;
    *ret_counts = counts;
    *ret_count = n;
    return ERR_NONE;
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
        sq_query(c, "SELECT p.number, p.document, p.url, d.title, p.heading, p.text, p.ordinal, 0.0"
                    " FROM passage p JOIN document d ON d.id = p.document"
                    " WHERE p.document = ? AND d.project = ? AND p.ordinal BETWEEN ? AND ?"
                    " ORDER BY p.ordinal LIMIT ?");
    sq_bind_id(&q, document);
    sq_bind_id(&q, project);
    sq_bind_int(&q, from_ordinal);
    sq_bind_int(&q, to_ordinal);
    sq_bind_int(&q, CANDIDATES_MAX);
    e = passage_rows(&q, a, ret, ret_count);
    sq_read_end(store, c);
    return e;
}
