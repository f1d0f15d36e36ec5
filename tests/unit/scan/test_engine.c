/* SPDX-License-Identifier: Apache-2.0 */
/* The engine: words, windows, encodings, lines, comments, limits. Secrets are made at run time. */
#include <stdio.h>

#include <zlib.h>

#include "unit/scan/engine_fixture.h"

static void a_token_is_found_where_it_stands(void **state)
{
    (void)state;
    str t = token();
    finds_at(join(STR("one\r\ntwo\n\n  TOKEN = "), t), t, 4, 11, ENCODING_NONE);
    again();
    t = token();
    finds_at(t, t, 1, 1, ENCODING_NONE);
    again();
    scan_text(worker, STR_EMPTY, &config, &here);
    assert_int_equal(places(NULL, 0), 0);
}

static void a_longer_word_is_no_token(void **state)
{
    (void)state;
    str t = token();
    scan_text(worker, join(t, STR("x")), &config, &here);
    scan_text(worker, join(STR("x"), t), &config, &here);
    scan_text(worker, str_slice(t, 0, t.n - 1), &config, &here);
    assert_int_equal(places(NULL, 0), 0);
}

static str wrap(const char *before, str bytes, const char *after)
{
    struct buf b;
    buf_init(&b, 4 << 20);
    buf_add_c(&b, before);
    bytes_base64(&b, bytes.p, bytes.n);
    buf_add_c(&b, after);
    str s = arena_str(&memory, buf_str(&b));
    buf_done(&b);
    return s;
}

static void base64_of_any_phase_is_decoded(void **state)
{
    (void)state;
    static const char *const before[] = {"", ".", "a.", "abc: ", "some text before it "};
    for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
        str t = token();
        str text = arena_printf(&memory, "%s%.*s and more", before[i], STR_ARG(t));
        finds_at(wrap("x: 1\ndata: ", text, "\n"), t, 2, 0, ENCODING_BASE64);
        again();
    }
}

static void a_long_base64_line_is_decoded_in_parts(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        str t = token(), pad = letters(100000 + i), rest = letters(100000);
        str text = arena_printf(&memory, "%.*s %.*s %.*s", STR_ARG(pad), STR_ARG(t), STR_ARG(rest));
        finds_at(wrap("v=", text, ""), t, 1, 0, ENCODING_BASE64);
        again();
    }
}

static str escaped(str s, const char *format)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    for (size_t i = 0; i < s.n; i++) {
        unsigned c = (unsigned char)s.p[i];
        if (format[0] == 'u') {
            buf_addf(&b, "\\u%04x", c);
        } else if (format[0] == 'x') {
            buf_addf(&b, "\\x%02X", c);
        } else if (format[0] == '%') {
            buf_addf(&b, "%%%02X", c);
        } else {
            buf_addf(&b, "%02x", c);
        }
    }
    str out = arena_str(&memory, buf_str(&b));
    buf_done(&b);
    return out;
}

static void escapes_and_hex_are_decoded(void **state)
{
    (void)state;
    static const char *const forms[] = {"u", "x", "%", "h"};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        str t = token();
        finds_at(join(STR("\nconst s = \""), join(escaped(t, forms[i]), STR("\";\n"))), t, 2, 12,
                 forms[i][0] == 'h' ? ENCODING_HEX : ENCODING_ESCAPES);
        again();
    }
}

static void literals_set_together_are_one(void **state)
{
    (void)state;
    static const char *const seams[] = {"\" + \"", "\"+\"", "' . '", "\" +\n    \""};
    for (size_t i = 0; i < sizeof seams / sizeof *seams; i++) {
        /* Cut within its word, and within the rest. */
        const size_t cuts[] = {6, 40};
        for (size_t k = 0; k < 2; k++) {
            str t = token(), seam = str_c(seams[i]);
            str text =
                arena_printf(&memory, "k = %c%.*s%.*s%.*s%c;\n", seam.p[0], (int)cuts[k], t.p,
                             STR_ARG(seam), (int)(t.n - cuts[k]), t.p + cuts[k], seam.p[0]);
            finds_at(text, t, 1, 6, ENCODING_JOINED);
            again();
        }
    }
}

static void gzip_in_base64_is_unpacked(void **state)
{
    (void)state;
    str t = token(), text = join(STR("release: x\ntoken: "), t);
    unsigned char packed[1024];
    z_stream z = {.next_in = (z_const Bytef *)(uintptr_t)text.p,
                  .avail_in = (uInt)text.n,
                  .next_out = packed,
                  .avail_out = sizeof packed};
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    str bytes = str_n((const char *)packed, z.total_out);
    (void)deflateEnd(&z);
    finds_at(wrap("release: ", bytes, "\n"), t, 1, 10, ENCODING_GZIP);
}

static void what_is_encoded_twice_is_left(void **state)
{
    (void)state;
    str once = wrap("data: ", token(), "");
    scan_text(worker, wrap("data: ", once, ""), &config, &here);
    assert_int_equal(places(NULL, 0), 0);
}

/* Text around an escape is decoded with it, but was found plainly. */
static void a_plain_token_beside_escapes_is_found_once(void **state)
{
    (void)state;
    str t = token(), noise = escaped(STR("nothing to see"), "u");
    finds_at(arena_printf(&memory, "a = \"%.*s\"; b = \"%.*s\"", STR_ARG(noise), STR_ARG(t)), t, 1,
             (unsigned)(5 + noise.n + 9), ENCODING_NONE);
}

/* ── comments ── */

static void a_comment_allows_its_line_or_the_next(void **state)
{
    (void)state;
    static const struct {
        const char *before, *after, *reason; /* NULL: not allowed */
        bool told;
    } rows[] = {
        {"", " # doorward:allow a key of the test server", "a key of the test server", false},
        {"", " /* doorward:allow: revoked */ x", "revoked", false},
        {"", " # doorward:allow", NULL, true},
        {"", " <!-- doorward:allow -->", NULL, true},
        {"", " # gitleaks:allow", "gitleaks:allow", false},
        {"", "  # pragma: allowlist secret", "pragma: allowlist secret", false},
        {"# doorward:allow old\n", "", "old", false},
        {"x = 1 # doorward:allow old\n", "", NULL, false},
        {"# doorward:allow old\n\n", "", NULL, false},
        {"", "\n# doorward:allow old", NULL, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct seen seen;
        str t = token();
        str text = arena_printf(&memory, "%sk=%.*s%s", rows[i].before, STR_ARG(t), rows[i].after);
        scan_text(worker, text, &config, &here);
        assert_int_equal(places(&seen, 1), 1);
        assert_int_equal(seen.allowed, rows[i].reason != NULL);
        if (rows[i].reason) {
            assert_true(str_eq(seen.reason, str_c(rows[i].reason)));
        }
        assert_int_equal(problems().problem_count, rows[i].told);
        again();
    }
}

/* ── cuts ── */

/* What a pass gave, in order: offsets of a text in memory are offsets of it. */
struct trace {
    struct {
        const struct rule *rule;
        uint64_t secret;
        const char *at; /* NULL: in a decoded piece */
        bool report;
    } rows[200000];
    size_t count;
};

static void record(void *user, const struct candidate *c, const struct judgement *j)
{
    struct trace *t = user;
    assert_in_range(t->count, 0, sizeof t->rows / sizeof *t->rows - 1);
    t->rows[t->count].rule = c->rule;
    t->rows[t->count].secret = crypto_siphash(c->secret);
    t->rows[t->count].at = c->encoding == ENCODING_NONE ? c->secret.p : NULL;
    t->rows[t->count++].report = j->report;
}

static void trace_text(struct trace *t, str text, size_t step)
{
    struct pass p;
    t->count = 0;
    worker->fn = record;
    worker->user = t;
    pass_init(&p, worker, &config, &here);
    pass_text(&p, text, step);
    worker->fn = NULL;
}

static void add_noise(struct buf *b, size_t n)
{
    static const char *const words[] = {"if (x) {\n", " ",       "the quick ",     "= ",      "\n",
                                        "password",   "\"",      "' + '",          "\\u0041", "%41",
                                        "github",     "token: ", "<a href=\"#\">", "0x41, "};
    for (size_t end = b->n + n; b->n < end;) {
        buf_add_c(b, words[next(sizeof words / sizeof *words)]);
    }
}

/* Tokens, plain and encoded, between noise. */
static str mixed_text(size_t size)
{
    struct buf b;
    buf_init(&b, 64 << 20);
    while (b.n < size) {
        static const char *const forms[] = {"u", "x", "%", "h"};
        add_noise(&b, 100 + next(20000));
        str t = token();
        switch (next(5)) {
        case 0:
            buf_add(&b, wrap(" ", t, " "));
            break;
        case 1:
            buf_add(&b, escaped(t, forms[next(4)]));
            break;
        case 2:
            buf_addf(&b, " \"%.*s\" + \"%.*s\" ", 9, t.p, (int)t.n - 9, t.p + 9);
            break;
        default:
            buf_addf(&b, " %.*s ", STR_ARG(t));
        }
    }
    str s = arena_str(&memory, buf_str(&b));
    buf_done(&b);
    return s;
}

static void blocks_of_any_size_give_the_same(void **state)
{
    (void)state;
    static struct trace whole, cut;
    for (unsigned round = 0; round < 4; round++) {
        str text = mixed_text(600000);
        trace_text(&whole, text, text.n);
        assert_true(whole.count > 10);
        for (unsigned i = 0; i < 4; i++) {
            trace_text(&cut, text, 1 + next(i % 2 ? 60000 : 300000) + (i % 2 ? 1000 : 0));
            assert_int_equal(cut.count, whole.count);
            assert_memory_equal(cut.rows, whole.rows, whole.count * sizeof *whole.rows);
        }
        arena_reset(&memory);
    }
}

/* Also lines and columns. */
static void a_stream_finds_what_the_whole_text_has(void **state)
{
    (void)state;
    static struct seen whole[1000], cut[1000];
    const struct origin log = {.kind = PLACE_LOG, .path = STR("app.log")};
    struct text_traits traits;
    str text = mixed_text(4 << 20), rest = text;
    text_traits_find(log.path, text, &traits);
    scan_text(worker, text, &traits, &log);
    size_t count = places(whole, 1000);
    assert_in_range(count, 20, 1000);
    struct findings *first = scan.findings;
    assert_true(err_ok(findings_new(&scan.findings)));
    struct scan_stream *s;
    assert_true(err_ok(scan_stream_begin(worker, &log, &s)));
    while (rest.n > 0) {
        size_t n = next(400000);
        scan_stream_add(s, str_slice(rest, 0, n));
        rest = str_slice(rest, n, rest.n);
    }
    scan_stream_end(s);
    assert_int_equal(places(cut, 1000), count);
    for (size_t i = 0; i < count; i++) {
        assert_true(str_eq(cut[i].secret, whole[i].secret));
        assert_int_equal(cut[i].line, whole[i].line);
        assert_int_equal(cut[i].column, whole[i].column);
        assert_int_equal(cut[i].encoding, whole[i].encoding);
    }
    findings_free(first);
}

static void an_empty_stream_ends(void **state)
{
    (void)state;
    struct scan_stream *s;
    assert_true(err_ok(scan_stream_begin(worker, &here, &s)));
    scan_stream_add(s, STR_EMPTY);
    scan_stream_end(s);
    scan_stream_end(NULL);
    assert_int_equal(places(NULL, 0), 0);
}

/* ── hostile texts ── */

static str repeated(const char *word, size_t n)
{
    size_t size = strlen(word);
    char *p = arena_alloc(&memory, n + 1);
    assert_non_null(p);
    for (size_t i = 0; i < n; i++) {
        p[i] = word[i % size];
    }
    return str_n(p, n);
}

/* Each of these makes hits as dense as can be; a search that is not linear does not come back. */
static void dense_hits_stay_linear(void **state)
{
    (void)state;
    static const char *const words[] = {
        "password",      "github",         "github_pat_",
        "github token ", "secret=",        "api_key: ",
        "\" + \"a",      "\\x41",          "\\u0041",
        "%41",           "password\\x41",  "H4sI",
        "H4sI ",         "Z2l0aHViX3BhdF", "Z2l0aHViX3BhdF ",
        "-----BEGIN ",   "sk_live_",       "://a:b@",
        "eyJ",           "github' + 'a",   "676974687562",
        "676974687562 ", "xoxb-",          "\"token\":\"",
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        scan_text(worker, repeated(words[i], 1 << 20), &config, &here);
        arena_reset(&memory);
    }
}

static void too_many_candidates_are_said(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 32 << 20);
    for (unsigned i = 0; i < TEXT_CANDIDATES_MAX + 5000; i++) {
        buf_add_c(&b, "gho");
        buf_add_byte(&b, '_');
        buf_addf(&b, "%036u ", i);
    }
    scan_text(worker, buf_str(&b), &config, &here);
    struct scan_report r = problems();
    assert_int_equal(r.problem_count, 1);
    assert_true(r.problem_list[0].limit);
    buf_done(&b);
}

/* Only rules with a form of their own run over what is no text. */
static void a_binary_is_not_judged_by_context(void **state)
{
    (void)state;
    const struct text_traits binary = {.kind = TEXT_BINARY};
    struct seen seen;
    static struct trace found;
    str t = token();
    scan_text(worker, join(str_n("\0\1\nx=", 5), t), &binary, &here);
    assert_int_equal(places(&seen, 1), 1);
    assert_int_equal(seen.line, 0);
    assert_int_equal(seen.column, 0);
    str text = arena_printf(&memory, "db_password = \"%s%s\"\n", "Zx8kd7", "Qm1Lp0v");
    found.count = 0;
    scan_text_each(worker, text, &binary, record, &found);
    for (size_t i = 0; i < found.count; i++) {
        assert_false(found.rows[i].rule->generic);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(a_token_is_found_where_it_stands),
        ROW(a_longer_word_is_no_token),
        ROW(base64_of_any_phase_is_decoded),
        ROW(a_long_base64_line_is_decoded_in_parts),
        ROW(escapes_and_hex_are_decoded),
        ROW(literals_set_together_are_one),
        ROW(gzip_in_base64_is_unpacked),
        ROW(what_is_encoded_twice_is_left),
        ROW(a_plain_token_beside_escapes_is_found_once),
        ROW(a_comment_allows_its_line_or_the_next),
        ROW(blocks_of_any_size_give_the_same),
        ROW(a_stream_finds_what_the_whole_text_has),
        ROW(an_empty_stream_ends),
        ROW(dense_hits_stay_linear),
        ROW(too_many_candidates_are_said),
        ROW(a_binary_is_not_judged_by_context),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
