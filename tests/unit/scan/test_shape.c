/* SPDX-License-Identifier: Apache-2.0 */
/* A shape never says no where the expression would match: random texts of the pieces that
 * assignments are made of, each expression with and without its shape. */
#include "unit/scan/engine_fixture.h"

static const char *const pieces[] = {
    "password",    "secret",      "token",   "api_key", "pwd",
    "Passwort",    "contrase",    "\u00f1a", "name",    "value",
    "dbpw",        "_pw",         "pw_db",   "-pw",     "!!str ",
    "key",         "string",      "str",     "[]byte",  "&str",
    "as",          "setPassword", "default", "data",    "x9Kq2mZ7vL4t",
    "hunter2pass", "A1b2C3d4E5",  "=",       ":",       "=>",
    ":=",          "==",          "|",       ",",       ".",
    "-",           "--",          "_",       "(",       ")",
    "[",           "]",           "{",       "}",       "<",
    ">",           "</",          "/>",      "\"",      "'",
    "`",           "\\",          "\\\"",    "&quot;",  " ",
    " ",           "  ",          "\t",      "\n",      "\n",
    ";",           "0",           "42",      "$",       "?",
    "!",
};

/* What the expressions are for, piece by piece; a space may be more, K is a name, V a value. */
static const char *const skeletons[] = {
    "K = \"V\"",
    "\"K\": \"V\",",
    "K: V\n",
    "K=V\n",
    "$K['K'] => 'V'",
    "K string = \"V\"",
    "K: &'static str = \"V\"",
    "K \"V\"",
    "(\"K\", \"V\")",
    "{K, \"V\"}",
    "K(\"V\")",
    "K ('V')",
    "<K>V</",
    "<x:K a=\"b\">V</",
    "\"K\" value=\"V\"",
    "name=\"K\">V</",
    "<key>K</key> <string>V</",
    "name: K, value: V\n",
    "key=\"K\" value=\"V\"",
    "<add value=\"V\" key=\"K\"/>",
    "<x a='b' value='V' name='K' />",
    "<K a=\"b\" value=\"V\"/>",
    "K: !!str V\n",
    "$K .= 'V';",
    "K += \"V\"",
    "K ::= V\n",
    "K :::= V\n",
    "s:8:\"K\";s:12:\"V\";",
    "s:8:\\\"K\\\";s:12:\\\"V\\\";",
    "--K V ",
    "-K \"V\"",
};

static void add_piece(struct buf *b, char c)
{
    static const char *const names[] = {"password", "pwd",      "secret",   "token",
                                        "api_key",  "contrase", "Passwort", "smtp_pw",
                                        "dbpw",     "pw_db",    "x-pw",     "web.pw"};
    static const char *const around[] = {"", "", "", "_", "my", "app.", "x-", "2", "Name"};
    static const char *const values[] = {"x9Kq2mZ7vL4t", "hunter2pass", "a b c d", "p@ss", "${x}"};
    static const char *const spaces[] = {"", " ", " ", "  ", "\t", "\n"};
    if (c == 'K') {
        buf_add_c(b, around[next(sizeof around / sizeof *around)]);
        buf_add_c(b, names[next(sizeof names / sizeof *names)]);
        buf_add_c(b, around[next(sizeof around / sizeof *around)]);
    } else if (c == 'V') {
        buf_add_c(b, values[next(sizeof values / sizeof *values)]);
    } else if (c == ' ') {
        buf_add_c(b, spaces[next(sizeof spaces / sizeof *spaces)]);
    } else {
        buf_add_byte(b, c);
    }
}

/* Noise, a skeleton with a piece more or less here and there, noise. */
static str random_text(void)
{
    struct buf b;
    buf_init(&b, 4096);
    const char *skeleton = skeletons[next(sizeof skeletons / sizeof *skeletons)];
    for (size_t i = next(4); i > 0; i--) {
        buf_add_c(&b, pieces[next(sizeof pieces / sizeof *pieces)]);
    }
    for (; *skeleton; skeleton++) {
        if (next(25) == 0) {
            buf_add_c(&b, pieces[next(sizeof pieces / sizeof *pieces)]);
        }
        if (next(40) != 0) {
            add_piece(&b, *skeleton);
        }
    }
    for (size_t i = next(8); i > 0; i--) {
        buf_add_c(&b, pieces[next(sizeof pieces / sizeof *pieces)]);
    }
    str text = arena_str(&memory, buf_str(&b));
    buf_done(&b);
    return text;
}

/* True when the group "key", the first, covers the word that the shape was asked about. */
static bool in_key(size_t from, size_t to)
{
    const PCRE2_SIZE *at = pcre2_get_ovector_pointer(worker->data);
    return at[2] != PCRE2_UNSET && at[2] <= from && to <= at[3];
}

static size_t compare(str text, const struct rule *rule, const struct rule_code *code,
                      const char *word)
{
    size_t matches = 0;
    for (size_t from = 0; (from = str_find(text, str_c(word), from)) != SIZE_MAX; from++) {
        size_t to = from + strlen(word), name = to;
        while (strchr("=: \"'\n", text.p[name - 1])) {
            name--; /* what a rule's word has behind a name is none of it */
        }
        for (size_t start = 0; start <= from; start++) {
            struct pass p = {.w = worker, .text = text};
            if (pass_look(&p, code, start, start, text.n) < 0 || !in_key(from, name)) {
                continue;
            }
            matches++;
            if (!shape_fits(rule->shape, text, from, to)) {
                fail_msg("%s: the shape refuses %.*s at %zu", rule->id, STR_ARG(text), from);
            }
        }
    }
    return matches;
}

static void a_shape_refuses_nothing_that_matches(void **state)
{
    (void)state;
    static const char *const words[] = {
        "password", "pwd",  "secret", "token", "api_key", "contrase", "Passwort", "_pw=", "_pw\"",
        "_pw:",     "_pw'", "_pw ",   "_pw\n", "dbpw",    "pw_db",    "-pw",      ".pw"};
    size_t shapes = 0;
    for (size_t r = 0; r < scan_rule_count; r++) {
        const struct rule *rule = &scan_rules[r];
        size_t matches = 0;
        if (rule->shape == SHAPE_NONE) {
            continue;
        }
        shapes++;
        for (unsigned i = 0; i < 30000; i++) {
            str text = random_text();
            for (size_t k = 0; k < sizeof words / sizeof *words; k++) {
                if (str_find(text, str_c(words[k]), 0) != SIZE_MAX) {
                    matches += compare(text, rule, &scanner->rules[r], words[k]);
                }
            }
            arena_reset(&memory);
        }
        print_message("%s: %zu matches\n", rule->id, matches);
        assert_true(matches > 100);
    }
    assert_int_equal(shapes, 6);
}

static void a_shape_refuses_what_code_is_full_of(void **state)
{
    (void)state;
    static const struct {
        enum shape shape;
        const char *text;
    } rows[] = {
        {SHAPE_ASSIGNMENT, "if (password) {"},  {SHAPE_ASSIGNMENT, "getenv(\"password\")"},
        {SHAPE_ASSIGNMENT, "user.password, x"}, {SHAPE_ARGUMENT, "password = \"x\""},
        {SHAPE_ARGUMENT, "password;"},          {SHAPE_ELEMENT, "the password of"},
        {SHAPE_ARGUMENT, "password(x)"},        {SHAPE_ARGUMENT, "\"password\", x"},
        {SHAPE_ELEMENT, "\"password\": \"x\""}, {SHAPE_PAIR, "a password: x"},
        {SHAPE_OPTION, "the password x"},       {SHAPE_ASSIGNMENT, "password . x"},
        {SHAPE_ASSIGNMENT, "password + 2"},     {SHAPE_ASSIGNMENT, "\"password\";"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        str text = str_c(rows[i].text);
        size_t from = str_find(text, STR("password"), 0);
        assert_false(shape_fits(rows[i].shape, text, from, from + 8));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(a_shape_refuses_nothing_that_matches),
        ROW(a_shape_refuses_what_code_is_full_of),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
