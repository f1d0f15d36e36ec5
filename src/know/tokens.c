/* SPDX-License-Identifier: Apache-2.0 */
#include "know/tokens.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "know/fold.h"
#include "know/stem.h"
#include "know/stop.h"
#include "know/words.h"

enum { INDEX_TEXT_MAX = 64 << 20 };

/* What happens to each term; false stops. */
typedef bool (*term_fn)(void *user, const struct know_term *term);

struct tokenizer {
    struct know_stems stems;
    struct know_guess guess;
    uint32_t place;
    bool opens, stopped;
    term_fn put;
    void *user;
};

static bool put(struct tokenizer *t, str text, str surface, bool stop, enum know_term_kind kind)
{
    if (t->stopped || text.n == 0) {
        return !t->stopped;
    }
    text = utf8_cut(text, KNOW_TERM_BYTES);
    surface = utf8_cut(surface, KNOW_TERM_BYTES);
    struct know_term term = {text, surface, stop, t->opens, kind, t->place};
    t->opens = false;
    t->stopped = !t->put(t->user, &term);
    return !t->stopped;
}

/* Puts another form of a word unless it says nothing new. */
static void put_form(struct tokenizer *t, str form, str first, str second, str surface, bool stop)
{
    if (form.n > 0 && !str_eq(form, first) && !str_eq(form, second)) {
        (void)put(t, form, surface, stop, KNOW_TERM_FORM);
    }
}

/* The stem without accents, in the caller's memory. */
static str bare_stem(struct tokenizer *t, enum know_language language, enum know_script script,
                     const struct know_folded *word, bool ascii, struct know_folded *memory)
{
    str stem = know_stem(&t->stems, language, script, str_n(word->plain, word->plain_n));
    struct know_piece piece = {.text = stem, .script = script, .ascii = ascii};
    know_fold(&piece, memory);
    return str_n(memory->bare, memory->bare_n);
}

static void put_word(struct tokenizer *t, const struct know_piece *piece, enum know_term_kind kind)
{
    struct know_folded word, stem, other;
    know_fold(piece, &word);
    str surface = str_n(word.bare, word.bare_n);
    enum know_language language = t->guess.language;
    bool stop = (know_stop_languages(surface) >> language & 1) != 0;
    str text = bare_stem(t, language, piece->script, &word, piece->ascii, &stem);
    if (text.n == 0) {
        text = surface;
    }
    if (!put(t, text, surface, stop, kind)) {
        return;
    }
    if (language != KNOW_ENGLISH || !t->guess.sure || piece->script != KNOW_SCRIPT_LATIN) {
        put_form(t, surface, text, STR_EMPTY, surface, stop);
    }
    put_form(t, str_n(word.spelt, word.spelt_n), text, surface, surface, stop);
    if (language != KNOW_ENGLISH && piece->script == KNOW_SCRIPT_LATIN) {
        put_form(t, bare_stem(t, KNOW_ENGLISH, piece->script, &word, piece->ascii, &other), text,
                 surface, surface, stop);
    }
    t->place++;
}

/* Scripts without spaces: each two neighbours, and the last one alone so that it can be found too.
 */
static void put_pairs(struct tokenizer *t, const struct know_piece *run)
{
    str rest = run->text, last = STR_EMPTY;
    while (rest.n > 0 && !t->stopped) {
        str from = rest;
        uint32_t code;
        (void)utf8_next(&rest, &code);
        str after = rest;
        bool pair = utf8_next(&after, &code);
        last = str_n(from.p, from.n - rest.n);
        if (!pair && from.p != run->text.p) {
            break;
        }
        struct know_piece piece = {.text = str_n(from.p, from.n - after.n), .script = run->script};
        struct know_folded word;
        know_fold(&piece, &word);
        str text = str_n(word.bare, word.bare_n);
        (void)put(t, text, text, false, KNOW_TERM_WORD);
        t->place++;
    }
    if (last.n > 0 && last.p != run->text.p && !t->stopped) {
        struct know_piece piece = {.text = last, .script = run->script};
        struct know_folded word;
        know_fold(&piece, &word);
        str text = str_n(word.bare, word.bare_n);
        t->place--;
        (void)put(t, text, text, false, KNOW_TERM_FORM);
        t->place++;
    }
}

/* Joins the folded pieces [from, to) with `joint` between them; empty when that is too long to be a
 * term. */
static str join(const struct know_chunk *chunk, size_t from, size_t to, str joint,
                char memory[KNOW_TERM_BYTES])
{
    size_t n = 0;
    for (size_t i = from; i < to; i++) {
        struct know_folded word;
        know_fold(&chunk->pieces[i], &word);
        str between = i > from ? joint : STR_EMPTY;
        if (n + between.n + word.bare_n > KNOW_TERM_BYTES) {
            return STR_EMPTY;
        }
        memcpy(memory + n, between.p, between.n);
        memcpy(memory + n + between.n, word.bare, word.bare_n);
        n += between.n + word.bare_n;
    }
    return str_n(memory, n);
}

/* "15.2" is 15_2 and 15, "1,000" is 1000, "1.000" may be 1000. False when the chunk is no such
 * number. */
static bool put_number(struct tokenizer *t, const struct know_chunk *chunk)
{
    bool thousands = true;
    for (size_t i = 0; i < chunk->count; i++) {
        const struct know_piece *piece = &chunk->pieces[i];
        if (!piece->digits || (i > 0 && piece->joiner != '.' && piece->joiner != ',')) {
            return false;
        }
        thousands &= i == 0 ? piece->text.n <= 3 : piece->text.n == 3;
    }
    char memory[KNOW_TERM_BYTES], plain_memory[KNOW_TERM_BYTES];
    bool comma = chunk->pieces[1].joiner == ',';
    str text = join(chunk, 0, chunk->count, STR("_"), memory);
    str plain = join(chunk, 0, chunk->count, STR_EMPTY, plain_memory);
    str main = thousands && comma ? plain : text;
    (void)put(t, main, main, false, KNOW_TERM_WORD);
    if (thousands) {
        put_form(t, comma ? text : plain, main, STR_EMPTY, main, false);
    }
    if (!comma) {
        put_form(t, chunk->pieces[0].text, main, STR_EMPTY, main, false);
    }
    t->place++;
    return true;
}

/* Elided articles ("l'accès", "qu'il") go; so do "'s", "'ll", "'re"; "don't" and "o'brien" become
 * one word. */
static void settle_apostrophes(struct know_chunk *chunk)
{
    static const str elided[] = {STR_INIT("l"), STR_INIT("d"), STR_INIT("j"),  STR_INIT("m"),
                                 STR_INIT("c"), STR_INIT("n"), STR_INIT("qu"), STR_INIT("s")};
    static const str endings[] = {STR_INIT("s"),  STR_INIT("ll"), STR_INIT("re"),
                                  STR_INIT("ve"), STR_INIT("m"),  STR_INIT("d")};
    if (chunk->count < 2 || chunk->pieces[1].joiner != '\'') {
        struct know_piece *last = &chunk->pieces[chunk->count - 1];
        if (chunk->count > 1 && last->joiner == '\'' && str_ieq(last->text, STR("s"))) {
            chunk->count--;
        }
        return;
    }
    for (size_t i = 0; i < sizeof(elided) / sizeof(elided[0]); i++) {
        if (str_ieq(chunk->pieces[0].text, elided[i])) {
            memmove(chunk->pieces, chunk->pieces + 1, --chunk->count * sizeof(chunk->pieces[0]));
            return;
        }
    }
    for (size_t i = 0; chunk->count == 2 && i < sizeof(endings) / sizeof(endings[0]); i++) {
        if (str_ieq(chunk->pieces[1].text, endings[i])) {
            chunk->count = 1;
            return;
        }
    }
}

static size_t humps(str s)
{
    size_t count = 0;
    for (size_t i = 1; i < s.n; i++) {
        count += s.p[i] >= 'A' && s.p[i] <= 'Z' && s.p[i - 1] >= 'a' && s.p[i - 1] <= 'z';
    }
    return count;
}

/* "maxConnections" is one word with parts; "PostgreSQL" and "JavaScript" have none. */
static void put_single(struct tokenizer *t, const struct know_piece *piece)
{
    put_word(t, piece, KNOW_TERM_WORD);
    size_t count = piece->ascii && piece->text.n <= KNOW_TERM_BYTES ? humps(piece->text) : 0;
    if (count == 0 || (piece->capital && count < 2)) {
        return;
    }
    size_t from = 0;
    for (size_t i = 1; i <= piece->text.n; i++) {
        bool cut =
            i == piece->text.n || (piece->text.p[i] >= 'A' && piece->text.p[i] <= 'Z' &&
                                   piece->text.p[i - 1] >= 'a' && piece->text.p[i - 1] <= 'z');
        if (cut) {
            struct know_piece part = *piece;
            part.text = str_slice(piece->text, from, i);
            put_word(t, &part, KNOW_TERM_PART);
            from = i;
        }
    }
}

/* Several pieces: an identifier (whole and parts), an abbreviation ("e.g."), or words tied by
 * hyphens and dots. */
static void put_compound(struct tokenizer *t, const struct know_chunk *chunk)
{
    bool identifier = false, letters = true, apostrophe = true;
    for (size_t i = 0; i < chunk->count; i++) {
        identifier |= chunk->pieces[i].joiner == '_';
        letters &= chunk->pieces[i].text.n == 1 && !chunk->pieces[i].digits;
        apostrophe &= i == 0 || chunk->pieces[i].joiner == '\'';
    }
    char memory[KNOW_TERM_BYTES];
    str whole = join(chunk, 0, chunk->count, STR_EMPTY, memory);
    bool single = whole.n > 0 && (letters || apostrophe);
    if (whole.n > 0) {
        bool stop = single && (know_stop_languages(whole) >> t->guess.language & 1) != 0;
        (void)put(t, whole, whole, stop, single || identifier ? KNOW_TERM_WORD : KNOW_TERM_WHOLE);
        t->place += single || identifier;
    }
    for (size_t i = 0; i < chunk->count && !single; i++) {
        put_word(t, &chunk->pieces[i], identifier ? KNOW_TERM_PART : KNOW_TERM_WORD);
    }
}

static void put_chunk(struct tokenizer *t, struct know_chunk *chunk)
{
    t->opens |= chunk->opens;
    settle_apostrophes(chunk);
    struct know_piece *last = &chunk->pieces[chunk->count - 1];
    if (chunk->count > 1 && put_number(t, chunk)) {
        return;
    }
    if (chunk->count > 1) {
        put_compound(t, chunk);
    } else if (last->script == KNOW_SCRIPT_UNSPACED) {
        put_pairs(t, last);
    } else {
        put_single(t, last);
    }
}

static void tokenize(str text, term_fn fn, void *user)
{
    struct tokenizer t = {.guess = know_language_guess(text), .put = fn, .user = user};
    struct know_chunk chunk;
    while (!t.stopped && know_chunk_next(&text, &chunk)) {
        put_chunk(&t, &chunk);
    }
    know_stems_done(&t.stems);
}

static bool put_index(void *user, const struct know_term *term)
{
    struct buf *b = user;
    if (b->n > 0) {
        buf_add(b, term->opens ? STR(" . ") : STR(" "));
    }
    buf_add(b, term->text);
    return b->failed == ERR_OK;
}

err know_index_text(struct arena *a, str text, str *ret)
{
    struct buf b;
    buf_init(&b, INDEX_TEXT_MAX);
    tokenize(text, put_index, &b);
    err e = buf_err(&b);
    str copy = err_ok(e) ? arena_str(a, buf_str(&b)) : STR_EMPTY;
    buf_done(&b);
    if (err_ok(e) && copy.p == NULL) {
        e = err_new(ERR_NO_MEMORY, "no memory for index terms");
    }
    if (err_ok(e)) {
        *ret = copy;
    }
    return e;
}

struct list {
    struct arena *a;
    struct know_term *terms;
    size_t count, room, max;
    bool failed;
};

static bool put_list(void *user, const struct know_term *term)
{
    struct list *list = user;
    if (list->count == list->max) {
        return false;
    }
    if (list->count == list->room) {
        size_t room = list->room == 0 ? 32 : list->room * 2;
        struct know_term *terms = arena_array(list->a, room, sizeof(*terms));
        if (terms == NULL) {
            list->failed = true;
            return false;
        }
        if (list->count > 0) {
            memcpy(terms, list->terms, list->count * sizeof(*terms));
        }
        list->terms = terms;
        list->room = room;
    }
    struct know_term *copy = &list->terms[list->count];
    *copy = *term;
    copy->text = arena_str(list->a, term->text);
    copy->surface =
        str_eq(term->text, term->surface) ? copy->text : arena_str(list->a, term->surface);
    list->failed = copy->text.p == NULL || copy->surface.p == NULL;
    list->count += !list->failed;
    return !list->failed;
}

err know_terms(struct arena *a, str text, size_t max, struct know_term **ret, size_t *ret_count)
{
    struct list list = {.a = a, .max = max};
    tokenize(text, put_list, &list);
    if (list.failed) {
        return err_new(ERR_NO_MEMORY, "no memory for terms");
    }
    *ret = list.terms;
    *ret_count = list.count;
    return ERR_NONE;
}
