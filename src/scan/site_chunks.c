/* SPDX-License-Identifier: Apache-2.0 */
/* webpack's file names of chunks: "static/js/" + ({1: "a"}[e] || e) + "." + {1: "f00"}[e] + ".js".
 */
#include "scan/site_refs.h"

enum {
    TERMS_MAX = 12,
    WORD_MAX = 128,
    LOOK_MAX = 64 << 20, /* bytes of tables that are looked through for one text */
};

struct term {
    enum { TERM_TEXT, TERM_CHUNK, TERM_TABLE } kind;
    str text;        /* between the quotes, or between the braces */
    bool falls_back; /* {…}[e] || e */
    size_t cursor;   /* of a table: behind what was found last */
};

struct expression {
    str text;
    size_t at, end; /* not read beyond `end` */
    struct term terms[TERMS_MAX];
    size_t count;
};

static char look(struct expression *x)
{
    while (x->at < x->end && (x->text.p[x->at] == ' ' || x->text.p[x->at] == '\n' ||
                              x->text.p[x->at] == '\t' || x->text.p[x->at] == '\r')) {
        x->at++;
    }
    return x->at < x->end ? x->text.p[x->at] : '\0';
}

static bool take(struct expression *x, char c)
{
    if (look(x) != c) {
        return false;
    }
    x->at++;
    return true;
}

static bool is_word_byte(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ||
           c == '$';
}

static str take_word(struct expression *x)
{
    (void)look(x);
    size_t from = x->at;
    while (x->at < x->end && is_word_byte(x->text.p[x->at]) && x->at - from < WORD_MAX) {
        x->at++;
    }
    return str_slice(x->text, from, x->at);
}

/* A string of names; escapes are none of those. */
static bool take_string(struct expression *x, str *ret)
{
    char quote = look(x);
    if (quote != '"' && quote != '\'' && quote != '`') {
        return false;
    }
    size_t from = ++x->at;
    while (x->at < x->end && x->at - from < REF_BYTES_MAX && x->text.p[x->at] != quote &&
           x->text.p[x->at] != '\\' && (unsigned char)x->text.p[x->at] >= ' ') {
        x->at++;
    }
    *ret = str_slice(x->text, from, x->at);
    return take(x, quote);
}

/* One entry of a table: 12: "a", "x/y": 'b', name: `c`. */
static bool take_entry(struct expression *x, str *ret_key, str *ret_value)
{
    char c = look(x);
    if (c == '"' || c == '\'') {
        if (!take_string(x, ret_key)) {
            return false;
        }
    } else {
        *ret_key = take_word(x);
    }
    return ret_key->n > 0 && take(x, ':') && take_string(x, ret_value);
}

/* A table, and what is between its braces. */
static bool take_table(struct expression *x, str *ret)
{
    if (!take(x, '{')) {
        return false;
    }
    size_t from = x->at;
    while (look(x) != '}') {
        str key, value;
        if (!take_entry(x, &key, &value) || (!take(x, ',') && look(x) != '}')) {
            return false;
        }
    }
    *ret = str_slice(x->text, from, x->at);
    return take(x, '}');
}

/* {…}[e], with brackets around the table, and what is taken when it does not know the chunk. */
static bool take_look_up(struct expression *x, struct term *term, unsigned *open)
{
    if (!take_table(x, &term->text)) {
        return false;
    }
    if (*open > 0 && take(x, ')')) {
        --*open;
    }
    if (!take(x, '[') || take_word(x).n == 0 || !take(x, ']')) {
        return false;
    }
    if (*open > 0 && take(x, '|')) {
        term->falls_back = take(x, '|') && take_word(x).n > 0;
        return term->falls_back;
    }
    return true;
}

/* ({…}[e] || e), {…}[e], e, "text" */
static bool take_term(struct expression *x)
{
    unsigned open = 0;
    struct term term = {.kind = TERM_CHUNK, .text = STR_EMPTY};
    while (open < 2 && take(x, '(')) {
        open++;
    }
    char c = look(x);
    bool fine;
    if (c == '{') {
        term.kind = TERM_TABLE;
        fine = take_look_up(x, &term, &open);
    } else if (c == '"' || c == '\'' || c == '`') {
        term.kind = TERM_TEXT;
        fine = take_string(x, &term.text);
    } else {
        fine = take_word(x).n > 0;
    }
    for (; fine && open > 0; open--) {
        fine = take(x, ')');
    }
    if (fine) {
        x->terms[x->count++] = term;
    }
    return fine;
}

static bool is_file(str s)
{
    return str_ends(s, STR(".js")) || str_ends(s, STR(".css")) || str_ends(s, STR(".mjs"));
}

/* Reads terms joined by "+"; true when they make names of files by a table. */
static bool take_expression(struct expression *x)
{
    bool table = false;
    do {
        if (x->count == TERMS_MAX || !take_term(x)) {
            return false;
        }
        table = table || x->terms[x->count - 1].kind == TERM_TABLE;
    } while (take(x, '+'));
    const struct term *last = &x->terms[x->count - 1];
    return table && last->kind == TERM_TEXT && is_file(last->text);
}

/* One look for the tables of a text. */
struct search {
    ref_fn fn;
    void *user;
    size_t names; /* that may still be told */
    size_t steps; /* bytes of tables that may still be looked through */
    bool stopped, limited;
};

static bool look_from(struct search *s, struct term *term, size_t from, size_t to, str key,
                      str *ret)
{
    struct expression x = {.text = term->text, .at = from, .end = term->text.n};
    while (x.at < to) {
        size_t began = x.at;
        str at, value;
        if (!take_entry(&x, &at, &value)) {
            return false;
        }
        (void)take(&x, ',');
        size_t cost = x.at - began;
        s->limited = s->limited || s->steps < cost;
        s->steps -= s->steps < cost ? s->steps : cost;
        if (s->limited) {
            return false;
        }
        if (str_eq(at, key)) {
            term->cursor = x.at;
            *ret = value;
            return true;
        }
    }
    return false;
}

/* Tables of one runtime have one order, so a look goes on where the last one ended. */
static bool table_find(struct search *s, struct term *term, str key, str *ret)
{
    size_t cursor = term->cursor;
    return look_from(s, term, cursor, term->text.n, key, ret) ||
           look_from(s, term, 0, cursor, key, ret);
}

/* The name of one chunk; false: a table without a fall-back does not know it. */
static bool write_name(struct search *s, struct expression *x, str key, struct buf *into)
{
    for (size_t i = 0; i < x->count; i++) {
        struct term *term = &x->terms[i];
        str value = term->kind == TERM_TEXT ? term->text : key, found;
        if (term->kind == TERM_TABLE) {
            if (table_find(s, term, key, &found)) {
                value = found;
            } else if (!term->falls_back) {
                return false;
            }
        }
        buf_add(into, value);
    }
    return into->failed == ERR_OK && !s->limited;
}

/* Tells the names of all chunks that one table knows. */
static void tell_keys(struct search *s, struct expression *x, str table)
{
    struct expression keys = {.text = table, .end = table.n};
    struct buf name;
    buf_init(&name, REF_BYTES_MAX);
    while (!s->stopped && !s->limited && keys.at < keys.end) {
        str key, value;
        if (!take_entry(&keys, &key, &value)) {
            break;
        }
        (void)take(&keys, ',');
        buf_clear(&name);
        if (!write_name(s, x, key, &name)) {
            continue;
        }
        s->limited = s->names == 0;
        if (!s->limited) {
            s->names--;
            s->stopped = !s->fn(s->user, REF_CHUNK, buf_str(&name));
        }
    }
    buf_done(&name);
}

static bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

static size_t back_over_blanks(str text, size_t at, size_t floor)
{
    while (at > floor && is_blank(text.p[at - 1])) {
        at--;
    }
    return at;
}

/* Back over a text or a word that ends at `end`; `end` itself when there is none. */
static size_t back_over_term(str text, size_t end, size_t floor)
{
    size_t at = end;
    char kind = at > floor ? text.p[at - 1] : '\0';
    if (kind == '"' || kind == '\'' || kind == '`') {
        at--;
        while (at > floor && text.p[at - 1] != kind) {
            at--;
        }
        return at > floor ? at - 1 : end;
    }
    while (at > floor && is_word_byte(text.p[at - 1])) {
        at--;
    }
    return at > floor && text.p[at - 1] == '.' ? end : at; /* n.p is the public path */
}

/* Where the expression may begin whose first table has its brace at `brace`: with `with_terms` at
 * what is added before, else at the brackets around. */
static size_t beginning(str text, size_t brace, bool with_terms)
{
    size_t floor = brace > REF_BYTES_MAX ? brace - REF_BYTES_MAX : 0, begin = brace;
    while (begin > floor && (is_blank(text.p[begin - 1]) || text.p[begin - 1] == '(')) {
        begin--;
    }
    while (with_terms && begin > floor && text.p[begin - 1] == '+') {
        size_t end = back_over_blanks(text, begin - 1, floor);
        size_t term = back_over_term(text, end, floor);
        if (term == end) {
            break;
        }
        begin = back_over_blanks(text, term, floor);
    }
    return begin;
}

/* Reads the expression around the table that begins at `brace`; how far it was read. */
static size_t read_around(struct search *s, str text, size_t brace)
{
    const size_t begins[] = {beginning(text, brace, true), beginning(text, brace, false), brace};
    for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++) {
        size_t end = begins[i] + 2 * (size_t)REF_TABLE_BYTES_MAX;
        struct expression x = {.text = text, .at = begins[i], .end = end < text.n ? end : text.n};
        if ((i == 0 || begins[i] != begins[i - 1]) && take_expression(&x)) {
            for (size_t t = 0; t < x.count; t++) {
                if (x.terms[t].kind == TERM_TABLE) {
                    tell_keys(s, &x, x.terms[t].text);
                }
            }
            return x.at;
        }
    }
    return 0;
}

/* The next "}" that an index follows: "}[e]", "})[e]". */
static size_t table_end(str text, size_t at)
{
    while ((at = str_find_byte(text, '}', at)) != SIZE_MAX) {
        size_t next = at + 1;
        while (next < text.n && next < at + 4 && (is_blank(text.p[next]) || text.p[next] == ')')) {
            next++;
        }
        if (next < text.n && text.p[next] == '[') {
            return at;
        }
        at++;
    }
    return SIZE_MAX;
}

bool refs_find_tables(str text, ref_fn fn, void *user)
{
    struct search s = {.fn = fn, .user = user, .names = REF_TABLE_MAX, .steps = LOOK_MAX};
    size_t at = 0, low = 0;
    while (!s.stopped && !s.limited && (at = table_end(text, at)) != SIZE_MAX) {
        size_t floor = at > REF_TABLE_BYTES_MAX ? at - REF_TABLE_BYTES_MAX : 0, from = at;
        floor = floor > low ? floor : low;
        while (from > floor && text.p[from - 1] != '{' && text.p[from - 1] != '}') {
            from--;
        }
        low = ++at;
        if (from > floor && text.p[from - 1] == '{') {
            size_t read = read_around(&s, text, from - 1);
            at = read > at ? read : at;
            low = at;
        }
    }
    return !s.limited;
}
