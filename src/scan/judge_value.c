/* SPDX-License-Identifier: Apache-2.0 */
/* What a value is when it is no secret: a reference, a path, a sentence, code. */
#include "base/bytes.h"
#include "scan/judge_private.h"

enum {
    URL_SCHEME_MAX = 12,
    BRACE_REST = 12, /* bytes after a name in braces */
    DENSE_MIN = 32,
    DENSE_MAX = 128,
    DENSE_ENTROPY = 430, /* hundredths of a bit */
};

bool contains(str s, str word)
{
    for (size_t i = 0; i + word.n <= s.n; i++) {
        if (str_lower(s.p[i]) == str_lower(word.p[0]) &&
            str_ieq(str_slice(s, i, i + word.n), word)) {
            return true;
        }
    }
    return false;
}

static bool contains_one(str s, const str *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (contains(s, list[i])) {
            return true;
        }
    }
    return false;
}

static bool starts_one(str s, const str *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (str_istarts(s, list[i])) {
            return true;
        }
    }
    return false;
}

#define CONTAINS_ONE(s, list) contains_one(s, list, sizeof list / sizeof *list)
#define STARTS_ONE(s, list) starts_one(s, list, sizeof list / sizeof *list)

bool is_name(str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (!is_alnum(s.p[i]) && s.p[i] != '_' && s.p[i] != '.' && s.p[i] != '-') {
            return false;
        }
    }
    return s.n > 0 && !is_digit(s.p[0]);
}

/* $NAME, $1, %NAME%, @NAME@, __NAME__, :name, {name}, <name>, [name], ?. */
static bool is_marked(str s)
{
    static const char ends[][3] = {"%%", "@@", "{}", "<>", "[]", "()", "##", "||"};
    if (s.n >= 2 && s.p[0] == '$') {
        str rest = str_slice(s, 1, s.n);
        return is_name(rest) || (is_digit(s.p[1]) && s.n <= 3);
    }
    for (size_t i = 0; s.n > 2 && i < sizeof ends / sizeof *ends; i++) {
        if (s.p[0] == ends[i][0] && s.p[s.n - 1] == ends[i][1]) {
            return true;
        }
    }
    if (s.n > 4 && str_starts(s, STR("__")) && str_ends(s, STR("__"))) {
        return true;
    }
    return s.n > 1 && s.p[0] == ':' && is_name(str_slice(s, 1, s.n)) && strange_of(s) < 40;
}

/* "\u548C" */
static bool has_escape(str s)
{
    for (size_t i = 0; i + 6 <= s.n; i++) {
        if (s.p[i] == '\\' && s.p[i + 1] == 'u' && bytes_hex_digit(s.p[i + 2]) >= 0 &&
            bytes_hex_digit(s.p[i + 3]) >= 0 && bytes_hex_digit(s.p[i + 4]) >= 0) {
            return true;
        }
    }
    return false;
}

/* A salt of all printable characters: what looks like code in it is chance. */
bool is_dense(const struct look *l)
{
    static const str code[] = {
        STR_INIT("return"), STR_INIT("function"), STR_INIT("});"),
        STR_INIT("){"),     STR_INIT("this."),    STR_INIT("</"),
    };
    return l->value.n >= DENSE_MIN && l->value.n <= DENSE_MAX && l->symbol * 6 >= l->value.n &&
           l->entropy >= DENSE_ENTROPY && l->digit > 0 && l->upper > 0 && l->lower > 0 &&
           l->space <= 2 && !has_escape(l->value) && !CONTAINS_ONE(l->value, code);
}

/* "{name}" or "{name:16}" within a value: a format or a template. */
static bool has_braces(str s)
{
    size_t open = str_find_byte(s, '{', 0);
    while (open != SIZE_MAX) {
        size_t i = open + 1;
        while (i < s.n && (is_alnum(s.p[i]) || s.p[i] == '_' || s.p[i] == '.')) {
            i++;
        }
        size_t close = str_find_byte(str_slice(s, 0, i + BRACE_REST), '}', i);
        if (i > open + 2 && i < s.n && is_letter(s.p[open + 1]) &&
            (s.p[i] == '}' || (s.p[i] == ':' && close != SIZE_MAX))) {
            return true;
        }
        open = str_find_byte(s, '{', open + 1);
    }
    return false;
}

/* What another place fills in. */
const char *value_is_reference(const struct look *l)
{
    static const str inside[] = {
        STR_INIT("${"),         STR_INIT("$("),          STR_INIT("{{"),
        STR_INIT("}}"),         STR_INIT("<%"),          STR_INIT("#{"),
        STR_INIT("%{"),         STR_INIT("%("),          STR_INIT("[["),
        STR_INIT("$_"),         STR_INIT("process.env"), STR_INIT("import.meta"),
        STR_INIT("os.environ"), STR_INIT("getenv"),      STR_INIT("secretsmanager"),
        STR_INIT("env("),       STR_INIT("valuefrom"),   STR_INIT("keyvault"),
        STR_INIT("vault:"),     STR_INIT("vault("),      STR_INIT("secretkeyref"),
        STR_INIT("config."),    STR_INIT("settings."),   STR_INIT("->"),
        STR_INIT("var."),       STR_INIT("::"),          STR_INIT("lookup("),
        STR_INIT("\\("),
    };
    static const str begin[] = {
        STR_INIT("env:"),     STR_INIT("env."),    STR_INIT("env["),        STR_INIT("file:"),
        STR_INIT("secret:"),  STR_INIT("op://"),   STR_INIT("ref+"),        STR_INIT("arn:"),
        STR_INIT("ssm:"),     STR_INIT("enc["),    STR_INIT("enc("),        STR_INIT("{cipher}"),
        STR_INIT("!vault"),   STR_INIT("!ref"),    STR_INIT("!sub"),        STR_INIT("!env"),
        STR_INIT("$ansible"), STR_INIT("kms:"),    STR_INIT("data."),       STR_INIT("this."),
        STR_INIT("self."),    STR_INIT("@env"),    STR_INIT("credential:"), STR_INIT("sops:"),
        STR_INIT("vault/"),   STR_INIT("vault."),  STR_INIT("secrets."),    STR_INIT("secrets/"),
        STR_INIT("sm://"),    STR_INIT("gcp:"),    STR_INIT("azure:"),      STR_INIT("awskms"),
        STR_INIT("params."),  STR_INIT("local."),  STR_INIT("module."),     STR_INIT("req."),
        STR_INIT("request."), STR_INIT("!secret"), STR_INIT("!getatt"),
    };
    if (has_braces(l->value)) {
        return "the value is a template that something else fills in";
    }
    if (is_dense(l)) {
        return NULL;
    }
    if (CONTAINS_ONE(l->value, inside) || STARTS_ONE(l->value, begin) || is_marked(l->value)) {
        return "the value is a reference that something else fills in";
    }
    return NULL;
}

static bool is_url(str s)
{
    size_t at = str_find(s, STR("://"), 0);
    return (at != SIZE_MAX && at <= URL_SCHEME_MAX) || str_istarts(s, STR("www.")) ||
           str_istarts(s, STR("mailto:")) || str_istarts(s, STR("data:"));
}

static bool is_path(const struct look *l)
{
    str s = l->value;
    if (str_starts(s, STR("./")) || str_starts(s, STR("../")) || str_starts(s, STR("~/"))) {
        return true;
    }
    if (s.n > 3 && is_letter(s.p[0]) && s.p[1] == ':' && (s.p[2] == '\\' || s.p[2] == '/')) {
        return true;
    }
    if (str_starts(s, STR("/")) && str_find_byte(s, '/', 1) != SIZE_MAX && l->strange < 60 &&
        s.n < 100 && !contains(s, STR("+")) && !contains(s, STR("="))) {
        return true;
    }
    return contains(s, STR("/")) && l->strange < 30 && !contains(s, STR("+")) &&
           !contains(s, STR("="));
}

static bool is_file_name(const struct look *l)
{
    static const str ends[] = {
        STR_INIT(".pem"),    STR_INIT(".key"),        STR_INIT(".crt"),  STR_INIT(".cer"),
        STR_INIT(".p12"),    STR_INIT(".pfx"),        STR_INIT(".jks"),  STR_INIT(".json"),
        STR_INIT(".txt"),    STR_INIT(".yml"),        STR_INIT(".yaml"), STR_INIT(".xml"),
        STR_INIT(".html"),   STR_INIT(".htm"),        STR_INIT(".php"),  STR_INIT(".js"),
        STR_INIT(".ts"),     STR_INIT(".py"),         STR_INIT(".rb"),   STR_INIT(".go"),
        STR_INIT(".conf"),   STR_INIT(".properties"), STR_INIT(".md"),   STR_INIT(".png"),
        STR_INIT(".gpg"),    STR_INIT(".pub"),        STR_INIT(".enc"),  STR_INIT(".age"),
        STR_INIT(".jsp"),    STR_INIT(".svg"),        STR_INIT(".css"),  STR_INIT(".java"),
        STR_INIT(".ini"),    STR_INIT(".cfg"),        STR_INIT(".env"),  STR_INIT(".keystore"),
        STR_INIT(".pgpass"), STR_INIT(".kdbx"),       STR_INIT(".jpg"),  STR_INIT(".gif"),
        STR_INIT(".aspx"),   STR_INIT(".erb"),        STR_INIT(".c"),    STR_INIT(".h"),
        STR_INIT(".com"),    STR_INIT(".org"),        STR_INIT(".net"),  STR_INIT(".io"),
        STR_INIT(".vue"),    STR_INIT(".tsx"),        STR_INIT(".sh"),   STR_INIT(".local"),
    };
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        if (l->value.n > ends[i].n &&
            str_ieq(str_slice(l->value, l->value.n - ends[i].n, l->value.n), ends[i])) {
            return l->strange < 70;
        }
    }
    return false;
}

static bool is_email(const struct look *l)
{
    size_t at = str_find_byte(l->value, '@', 0);
    if (at == SIZE_MAX || at == 0 || l->space) {
        return false;
    }
    str domain = str_slice(l->value, at + 1, l->value.n);
    size_t dot = str_find_byte(domain, '.', 0);
    return dot != SIZE_MAX && dot > 1 && domain.n - dot > 2 && is_name(domain) &&
           is_letter(domain.p[domain.n - 1]) && is_letter(domain.p[domain.n - 2]);
}

/* Dates, versions, addresses, amounts: digits and what stands between them. */
static bool is_number(const struct look *l)
{
    for (size_t i = 0; i < l->value.n; i++) {
        char c = l->value.p[i];
        if (!is_digit(c) && !strchr(".,:-/+TZ xX", c)) {
            return false;
        }
    }
    return l->digit == 0 || l->digit < l->value.n || l->value.n < 6 || l->key < KEY_PASSWORD;
}

static bool is_expression(str s)
{
    static const str signs[] = {
        STR_INIT("[a-z"), STR_INIT("[A-Z"), STR_INIT("[0-9"), STR_INIT("\\d"), STR_INIT("\\w"),
        STR_INIT("\\s"),  STR_INIT("(?"),   STR_INIT(".*"),   STR_INIT(".+"),  STR_INIT("[^"),
        STR_INIT("%s"),   STR_INIT("%d"),   STR_INIT("%v"),   STR_INIT("%@"),  STR_INIT("%q"),
        STR_INIT("();"),  STR_INIT("()"),   STR_INIT("=>"),   STR_INIT("&&"),  STR_INIT("||"),
        STR_INIT("</"),   STR_INIT("/>"),   STR_INIT("{0}"),  STR_INIT("{1}"), STR_INIT("=="),
        STR_INIT("%1$"),  STR_INIT("%u"),   STR_INIT("%x"),   STR_INIT("%02"), STR_INIT("%ld"),
        STR_INIT("%0"),   STR_INIT("%p"),   STR_INIT("%l"),
    };
    return CONTAINS_ONE(s, signs) && !str_ends(s, STR("=="));
}

/* Several words: what is shown to people. */
static bool is_sentence(const struct look *l)
{
    bool edge = l->value.n && (l->value.p[0] == ' ' || l->value.p[l->value.n - 1] == ' ');
    return l->space > 0 && (edge || l->space >= 2 || l->strange < 50 || l->digit == 0);
}

bool is_uuid(str s)
{
    static const size_t dashes[] = {8, 13, 18, 23};
    if (s.n != 36) {
        return false;
    }
    for (size_t i = 0; i < 4; i++) {
        if (s.p[dashes[i]] != '-') {
            return false;
        }
    }
    return true;
}

/* Letters outside ASCII in words, or their escapes: a text in some language. */
static bool is_foreign(const struct look *l)
{
    return (l->other > 0 && (l->digit == 0 || l->strange < 50)) || has_escape(l->value) ||
           contains(l->value, STR("&#"));
}

/* Of an account or a contract of Ethereum: public. */
static bool is_address(str s)
{
    for (size_t i = 2; i < s.n; i++) {
        if (bytes_hex_digit(s.p[i]) < 0) {
            return false;
        }
    }
    return s.n == 42 && str_starts(s, STR("0x"));
}

/* "d1:cc:e2:8b": a fingerprint, an address, a vector of a test. */
static bool is_octets(str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (i % 3 == 2 ? s.p[i] != ':' : bytes_hex_digit(s.p[i]) < 0) {
            return false;
        }
    }
    return s.n >= 11;
}

/* Words joined by dots, dashes or case, as code names things: "user.password", "my-secret-name". */
static bool is_identifier(const struct look *l)
{
    bool counted = l->key == KEY_PASSWORD && l->digit >= 2 && !contains(l->value, STR("/"));
    return !counted && l->strange < 30 && l->value.n && !l->space && l->symbol > 0 &&
           (is_name(l->value) || contains(l->value, STR("/")) || l->value.p[0] == '#' ||
            l->value.p[0] == '.' || l->value.p[0] == '@');
}

const char *value_is_other(const struct look *l)
{
    if (proof_check(PROOF_CRYPT, l->value) != PROOF_UNKNOWN) {
        return "the value is a hash of a password, which has a rule of its own";
    }
    if (is_dense(l)) {
        return NULL;
    }
    if (is_number(l)) {
        return "the value is a number, a date or a version";
    }
    if (is_url(l->value)) {
        return "the value is a URL";
    }
    if (is_path(l) || is_file_name(l)) {
        return "the value is a path or the name of a file";
    }
    if (is_email(l)) {
        return "the value is an address of e-mail";
    }
    if (is_sentence(l) || is_foreign(l)) {
        return "the value is a text for people";
    }
    if (is_expression(l->value)) {
        return "the value is code, a format or an expression";
    }
    if (is_identifier(l)) {
        return "the value is a name made of words";
    }
    if (is_octets(l->value)) {
        return "the value is a fingerprint or octets in hex";
    }
    if (is_address(l->value)) {
        return "the value is an address on a chain";
    }
    if (is_uuid(l->value) && l->key != KEY_TOKEN) {
        return "the value is a UUID";
    }
    if (str_starts(l->value, STR("LS0tLS1CRUdJTi"))) { /* "-----BEGIN" */
        return "the value is PEM in base64, which has rules of its own";
    }
    return NULL;
}
