/* SPDX-License-Identifier: Apache-2.0 */
/* Two ways: what has a form of its own is reported unless something speaks against it; what is
 * known by its name alone must look like a secret, too. */
#include "scan/judge_private.h"
#include "scan/proof_private.h"

enum {
    PASSWORD_MIN = 5,
    TOKEN_MIN = 8,
    WEAK_MIN = 16,
    STRANGE_TOKEN = 45, /* per cent, see strange_of */
    STRANGE_RANDOM = 60,
    RESULT_LINE = 512,    /* bytes of a line of a log of tests */
    RANDOM_MIN = 12,      /* letters of what is surely random */
    RANDOM_ENTROPY = 280, /* hundredths of a bit */
    BLOB_MORE = 100,      /* letters around that make it a part of something longer */
    SHORT_MAX = 20,
    VALUE_LONG = 300,
    GROUP = 4,        /* letters of a group of an application password */
    GROUPED_MIN = 19, /* four groups and the blanks between */
    USER_NEAR = 120,  /* bytes from a user's name to the password */
    COMMENT_PASSWORD_MIN = 14,
    COMMENT_MIN = 24, /* letters of what counts in a comment of code */
};

static void say(struct judgement *j, const char *reason)
{
    if (j->reason_count < JUDGE_REASONS_MAX) {
        j->reasons[j->reason_count++] = reason;
    }
}

static void refuse(struct judgement *j, const char *reason)
{
    *j = (struct judgement){.report = false, .confidence = CONFIDENCE_LOW};
    say(j, reason);
}

static void lower(struct judgement *j, const char *reason)
{
    if (j->confidence > CONFIDENCE_LOW) {
        j->confidence--;
    }
    say(j, reason);
}

static bool is_base64_letter(char c) { return is_alnum(c) || c == '+' || c == '/' || c == '='; }

/* Letters of the run around [from, to) that are not its own, as far as they matter. */
static size_t letters_around(str text, size_t from, size_t to)
{
    size_t n = 0;
    while (n < BLOB_MORE && from > n && is_base64_letter(text.p[from - n - 1])) {
        n++;
    }
    for (size_t i = to; n < BLOB_MORE && i < text.n && is_base64_letter(text.p[i]); i++) {
        n++;
    }
    return n;
}

/* "AKIA…" by chance in an image or a font. */
static bool is_in_blob(const struct candidate *c)
{
    size_t to = c->offset + c->secret.n;
    if (to > c->text.n || contains(str_slice(c->secret, 0, 16), STR("://"))) {
        return false;
    }
    return letters_around(c->text, c->offset, to) >= BLOB_MORE;
}

/* "guest:guest": what a system comes with, or a sketch. */
static bool repeats_user(const struct candidate *c)
{
    size_t n = c->secret.n, at = c->offset;
    return at <= c->text.n && at > n && c->text.p[at - 1] == ':' &&
           str_eq(str_slice(c->text, at - 1 - n, at - 1), c->secret) &&
           (at < n + 2 || !is_alnum(c->text.p[at - 2 - n]));
}

/* A password within a form, as of a connection: people's, so that it may be a placeholder. */
static const char *judge_short(const struct candidate *c)
{
    struct look l;
    look_at(c, &l);
    const char *no = value_is_reference(&l);
    no = no ? no : value_is_placeholder(&l);
    return !no && repeats_user(c) ? "the password is the user's name" : no;
}

static void judge_form(const struct candidate *c, enum proof_result proof, struct judgement *j)
{
    const char *no = NULL;
    if (is_documented(c->secret)) {
        no = "the value is one that documentation shows";
    } else if (c->rule->proof == PROOF_CRYPT && (c->traits->test || c->traits->example ||
                                                 c->traits->kind == TEXT_PROSE || is_comment(c))) {
        no = "a password's hash among tests, examples or documentation";
    } else if ((proof != PROOF_HOLDS && c->rule->proof != PROOF_PEM_PRIVATE) ||
               c->rule->proof == PROOF_CRYPT) { /* which knows no more than the form */
        no = form_is_placeholder(c);
    }
    if (!no && proof == PROOF_UNKNOWN && c->secret.n < SHORT_MAX) {
        no = judge_short(c);
    }
    if (!no && proof != PROOF_HOLDS && is_in_blob(c)) {
        no = "it stands within a longer run of base64";
    }
    if (no) {
        refuse(j, no);
        return;
    }
    j->confidence = CONFIDENCE_HIGH;
    if (proof == PROOF_HOLDS) {
        say(j, "its checksum or structure holds");
    } else {
        say(j, str_empty(c->key) ? "it has the form of this secret"
                                 : "named after its service and of the right form");
        if (c->traits->kind == TEXT_LOCK) {
            lower(j, "it stands in a lock file, where hashes are expected");
        }
    }
    if (c->traits->test) {
        lower(j, "it stands among tests or examples");
    }
    if (c->traits->example) {
        lower(j, "the file is an example");
    }
}

static bool is_mixed(const struct look *l) { return l->lower > 0 && l->upper > 0 && l->digit > 0; }

/* Letters and digits, or the cases, take turns too often for a name. */
static bool is_turning(const struct look *l)
{
    return l->value.n >= WEAK_MIN &&
           (l->turns * 5 >= l->value.n || l->flips * 5 >= l->value.n * 2) &&
           l->entropy >= RANDOM_ENTROPY && l->space == 0;
}

/* Surely made by a machine. */
static bool is_random(const struct look *l)
{
    bool short_one = l->key == KEY_PASSWORD && is_mixed(l);
    if (is_turning(l) || is_dense(l)) {
        return true;
    }
    unsigned strange = is_mixed(l) && has_strong_symbol(l->value) ? STRANGE_TOKEN : STRANGE_RANDOM;
    return l->value.n >= (short_one ? TOKEN_MIN : RANDOM_MIN) && l->entropy >= RANDOM_ENTROPY &&
           l->strange >= strange;
}

/* What people take: "Summer2024!", "hunter2pass". */
static bool is_password(const struct look *l)
{
    bool letters = l->lower + l->upper > 0, config = l->c->traits->kind == TEXT_CONFIG;
    if (l->value.n < PASSWORD_MIN || l->value.n > VALUE_LONG) {
        return false;
    }
    if (letters && (l->digit > 0 || has_strong_symbol(l->value))) {
        return l->value.n >= PASSWORD_MIN + 1 || l->strange >= STRANGE_TOKEN;
    }
    bool switching = l->upper >= 2 && l->lower >= 2;
    if (letters && l->value.n >= TOKEN_MIN &&
        l->strange >= (switching ? STRANGE_TOKEN : STRANGE_RANDOM)) {
        return true;
    }
    if (!letters) {
        return config && l->digit >= 6;
    }
    return config && l->wide && !l->symbol && !l->trailed && l->value.n >= 6;
}

/* "Granite4821!" as jwt_secret; names of code count in their middle or have one digit. */
static bool is_chosen_secret(const struct look *l)
{
    enum text_kind kind = l->c->traits->kind;
    return l->key == KEY_TOKEN && (kind == TEXT_CONFIG || (kind == TEXT_CODE && l->quoted)) &&
           l->value.n >= TOKEN_MIN && is_chosen(l) &&
           (has_strong_symbol(l->value) || (is_mixed(l) && ends_in_digits(l->value)));
}

static bool is_token(const struct look *l)
{
    bool human = l->c->traits->kind == TEXT_CONFIG && has_strong_symbol(l->value) &&
                 l->digit >= 2 && l->lower + l->upper >= 4;
    if (is_chosen_secret(l) || is_phrase(l)) {
        return true;
    }
    if (l->value.n < TOKEN_MIN || (l->strange < STRANGE_TOKEN && !human)) {
        return false;
    }
    if (l->digit == 0 && l->value.n < WEAK_MIN && !has_strong_symbol(l->value)) {
        return false;
    }
    return l->entropy >= 250 && l->lower + l->upper > 0;
}

/* A name to log in with stands a little before it. */
static bool has_user(const struct candidate *c)
{
    size_t from = c->offset > USER_NEAR ? c->offset - USER_NEAR : 0;
    str near = c->offset <= c->text.n ? str_slice(c->text, from, c->offset) : STR_EMPTY;
    return contains(near, STR("user")) || contains(near, STR("login")) ||
           contains(near, STR("email")) || contains(near, STR("benutzer")) ||
           contains(near, STR("utilis")) || contains(near, STR("usuario"));
}

/* Particular enough to be real in a comment, in documentation, in data for tests. */
static bool is_noted(const struct look *l)
{
    const struct text_traits *t = l->c->traits;
    bool ends = ends_in_digits(l->value), mixed = l->symbol > 0 || is_mixed(l);
    bool sentence = str_eq(str_c(l->c->rule->id), STR("noted-password")); /* it says so itself */
    if (!(sentence || (l->key == KEY_PASSWORD && !l->trailed)) || !is_chosen(l)) {
        return false;
    }
    if (t->test) {
        return ends && (t->kind == TEXT_CONFIG || t->kind == TEXT_DATA) && has_user(l->c);
    }
    if (t->example) {
        return ends && t->kind == TEXT_PROSE && (mixed || has_user(l->c));
    }
    return l->comment ? ends : t->kind == TEXT_PROSE;
}

/* Where values are mostly made up, only what a machine made counts, and what is too particular to
 * be made up. */
static bool looks_real(const struct look *l)
{
    const struct text_traits *t = l->c->traits;
    bool random = is_random(l);
    if (is_noted(l)) {
        return true;
    }
    if (l->comment) {
        return random &&
               l->value.n >= (l->key == KEY_PASSWORD ? COMMENT_PASSWORD_MIN : COMMENT_MIN);
    }
    if (t->kind == TEXT_PROSE) {
        return random && !t->example && l->key > KEY_WEAK &&
               (l->digit > 0 || l->value.n >= WEAK_MIN);
    }
    if (t->kind == TEXT_MINIFIED || t->test || t->example || l->key == KEY_WEAK) {
        return random && (l->digit > 0 || l->value.n >= WEAK_MIN);
    }
    return random || (l->key == KEY_PASSWORD ? is_password(l) : is_token(l));
}

/* Bare words of code are its names, not values. */
static const char *is_bare_code(const struct look *l)
{
    enum text_kind kind = l->c->traits->kind;
    bool code = kind == TEXT_CODE || kind == TEXT_MINIFIED;
    bool noted = l->comment && is_noted(l);
    return code && !l->quoted && !l->in_string && !noted ? "it is not in quotes: a name in code"
                                                         : NULL;
}

static bool begins_result(str line)
{
    static const str words[] = {STR_INIT("PASS: "), STR_INIT("FAIL: "), STR_INIT("SKIP: "),
                                STR_INIT("XFAIL: "), STR_INIT("ERROR: ")};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (str_starts(line, words[i])) {
            return true;
        }
    }
    return false;
}

/* Where the line begins that holds the byte before `at`, when that is near. */
static size_t line_start(str text, size_t at)
{
    size_t least = at > RESULT_LINE ? at - RESULT_LINE : 0;
    while (at > least && text.p[at - 1] != '\n') {
        at--;
    }
    return at;
}

/* "PASS: gas/all/align": a test that passed, among others. */
static bool is_result(const struct candidate *c)
{
    size_t at = line_start(c->text, c->offset);
    str line = str_slice(c->text, at, at + 2 * RESULT_LINE);
    size_t end = str_find_byte(line, '\n', 0);
    str next = str_slice(line, end == SIZE_MAX ? line.n : end + 1, line.n);
    str last = str_slice(c->text, at ? line_start(c->text, at - 1) : 0, at);
    return str_starts(line, STR("PASS: ")) && (begins_result(next) || begins_result(last));
}

static const char *judge_place(const struct look *l)
{
    if (is_result(l->c)) {
        return "the result of a test";
    }
    if (l->c->traits->kind == TEXT_LOCK) {
        return "it stands in a lock file, where hashes are expected";
    }
    if (l->key == KEY_OTHER) {
        return "the name means something else";
    }
    if (l->c->traits->test && l->c->traits->kind != TEXT_CONFIG) {
        return "it stands among tests, where values are made up";
    }
    return is_bare_code(l);
}

/* "abcd EFGH 1234 mnop": an application password of WordPress or of Google, without its blanks. */
static str without_groups(str password, unsigned char *bytes)
{
    size_t n = 0;
    for (size_t i = 0; i < password.n; i++) {
        if (i % (GROUP + 1) == GROUP ? password.p[i] != ' ' : !is_alnum(password.p[i])) {
            return password;
        }
    }
    if (password.n % (GROUP + 1) != GROUP || password.n < GROUPED_MIN) {
        return password;
    }
    for (size_t i = 0; i < password.n; i++) {
        if (password.p[i] != ' ') {
            bytes[n++] = (unsigned char)password.p[i];
        }
    }
    return str_n((const char *)bytes, n);
}

/* What is behind base64 is judged as if it stood there in quotes. `behind` lives as long as the
 * look. */
static void look_behind(const struct candidate *c, struct candidate *behind, unsigned char *bytes,
                        struct look *ret)
{
    *behind = *c;
    if (c->rule->proof == PROOF_BASIC_AUTH) {
        str password = proof_basic_password(c->secret, bytes, JUDGE_BASIC_MAX);
        behind->secret = without_groups(password, bytes);
    }
    look_at(behind, ret);
    ret->quoted |= c->rule->proof == PROOF_BASIC_AUTH;
}

static void judge_named(const struct candidate *c, struct judgement *j)
{
    struct look l;
    unsigned char bytes[JUDGE_BASIC_MAX];
    struct candidate behind;
    look_behind(c, &behind, bytes, &l);
    bool nameless = str_empty(c->key);
    const char *no = judge_place(&l);
    no = no ? no : value_is_reference(&l);
    no = no ? no : value_is_placeholder(&l);
    if (nameless) {
        l.key = KEY_PASSWORD;
    }
    no = no ? no : value_is_other(&l);
    if (!no && is_documented(c->secret)) {
        no = "the value is one that documentation shows";
    }
    if (!no && repeats_user(c)) {
        no = "the password is the user's name";
    }
    if (!no && (l.key == KEY_NONE || !looks_real(&l))) {
        no = "the value does not look like a secret";
    }
    if (no) {
        refuse(j, no);
        return;
    }
    bool random = is_random(&l);
    j->confidence = random ? CONFIDENCE_HIGH : CONFIDENCE_MEDIUM;
    say(j, nameless                ? "a credential stands in this place"
           : l.key == KEY_PASSWORD ? "named like a password"
           : l.key == KEY_WEAK     ? "named like something that may be secret"
                                   : "named like a secret");
    say(j, random ? "assigned a random value" : "assigned a value that people take as a password");
    if (c->traits->test || c->traits->example || c->traits->kind == TEXT_PROSE) {
        lower(j, "it stands among tests, examples or documentation");
    }
}

void judge(const struct candidate *c, struct judgement *ret)
{
    struct judgement j = {.report = true, .confidence = CONFIDENCE_MEDIUM};
    enum proof_result proof = proof_check(c->rule->proof, c->secret);
    if (proof == PROOF_FAILS) {
        refuse(&j, "its checksum or structure does not hold");
    } else if (c->rule->entropy_min && proof != PROOF_HOLDS &&
               entropy_of(c->secret) < c->rule->entropy_min) {
        refuse(&j, "the value is too regular to be random");
    } else if (c->rule->generic) {
        judge_named(c, &j);
    } else {
        judge_form(c, proof, &j);
    }
    *ret = j;
}
