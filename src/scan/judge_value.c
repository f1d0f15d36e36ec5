/* SPDX-License-Identifier: Apache-2.0 */
/* What a value is when it is no secret: a reference, a path, a sentence, code. */
#include "base/bytes.h"
#include "scan/judge_private.h"

enum {
    URL_SCHEME_MAX = 12,
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

/* What another place fills in. */
const char *value_is_reference(const struct look *l)
{
    static const str inside[] = {
        STR_INIT("process.env"), STR_INIT("import.meta"),    STR_INIT("os.environ"),
        STR_INIT("getenv"),      STR_INIT("secretsmanager"), STR_INIT("env("),
        STR_INIT("valuefrom"),   STR_INIT("keyvault"),       STR_INIT("vault:"),
        STR_INIT("vault("),      STR_INIT("secretkeyref"),   STR_INIT("config."),
        STR_INIT("settings."),   STR_INIT("var."),           STR_INIT("lookup("),
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
    const char *filled = value_is_filled(l);
    if (filled || is_dense(l)) {
        return filled;
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

/* "1000px", "90min" */
static bool is_measure(const struct look *l)
{
    static const str units[] = {
        STR_INIT("px"), STR_INIT("em"), STR_INIT("rem"), STR_INIT("pt"),   STR_INIT("vh"),
        STR_INIT("vw"), STR_INIT("mm"), STR_INIT("cm"),  STR_INIT("dpi"),  STR_INIT("ms"),
        STR_INIT("us"), STR_INIT("ns"), STR_INIT("sec"), STR_INIT("min"),  STR_INIT("hz"),
        STR_INIT("kb"), STR_INIT("mb"), STR_INIT("gb"),  STR_INIT("days"),
    };
    size_t n = 0;
    while (n < l->value.n && (is_digit(l->value.p[n]) || l->value.p[n] == '.')) {
        n++;
    }
    str unit = str_slice(l->value, n, l->value.n);
    for (size_t i = 0; n > 0 && i < sizeof units / sizeof *units; i++) {
        if (str_ieq(unit, units[i])) {
            return true;
        }
    }
    return false;
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

/* In UTF-8: ASCII, letters of Latin from U+00C0 to U+024F, and what keyboards have beside them. */
static bool is_latin(str s)
{
    static const str signs[] = {STR_INIT("\xc2\xa3"), STR_INIT("\xc2\xa7"),
                                STR_INIT("\xe2\x82\xac")};
    for (size_t i = 0; i < s.n;) {
        unsigned char c = (unsigned char)s.p[i];
        unsigned char more = i + 1 < s.n ? (unsigned char)s.p[i + 1] : 0;
        size_t n = c < 0x80 ? 1 : c >= 0xc3 && c <= 0xc9 && (more & 0xc0) == 0x80 ? 2 : 0;
        for (size_t k = 0; n == 0 && k < sizeof signs / sizeof *signs; k++) {
            n = str_starts(str_slice(s, i, s.n), signs[k]) ? signs[k].n : 0;
        }
        if (n == 0) {
            return false;
        }
        i += n;
    }
    return true;
}

/* "düsseldorf1!", but neither "Contraseña2" nor "Contraseña*". */
static bool is_latin_password(const struct look *l)
{
    static const str labels[] = {STR_INIT("contrase"),     STR_INIT("has\xc5"), STR_INIT("senord"),
                                 STR_INIT("\xc5\x9fifre"), STR_INIT("jelsz"),   STR_INIT("parol")};
    str inner = str_slice(l->value, 1, l->value.n - 1);
    return l->key == KEY_PASSWORD && l->space == 0 && (l->digit > 0 || has_strong_symbol(inner)) &&
           is_latin(l->value) && !CONTAINS_ONE(l->value, labels);
}

/* Letters outside ASCII in words, or their escapes: a text in some language. */
static bool is_foreign(const struct look *l)
{
    bool text = l->other > 0 && (l->digit == 0 || l->strange < 50);
    return (text && !is_latin_password(l)) || has_escape(l->value) || has_entity(l);
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
    return !counted && !is_phrase(l) && l->strange < 30 && l->value.n && !l->space &&
           l->symbol > 0 &&
           (is_name(l->value) || contains(l->value, STR("/")) || l->value.p[0] == '#' ||
            l->value.p[0] == '.' || l->value.p[0] == '@');
}

/* "sha512_crypt", "argon2id", "AES-256-GCM": nothing but words of algorithms, and digits. */
static bool is_algorithm(str s)
{
    static const str begin[] = {
        STR_INIT("sha"),   STR_INIT("md5"),    STR_INIT("argon2"), STR_INIT("bcrypt"),
        STR_INIT("aes"),   STR_INIT("scrypt"), STR_INIT("pbkdf2"), STR_INIT("hmac"),
        STR_INIT("ssha"),  STR_INIT("blake2"), STR_INIT("ripemd"), STR_INIT("rsa"),
        STR_INIT("ecdsa"), STR_INIT("chacha"), STR_INIT("crypt"),  STR_INIT("pbe"),
    };
    static const str more[] = {
        STR_INIT("with"),   STR_INIT("and"),    STR_INIT("gcm"),  STR_INIT("cbc"),  STR_INIT("ctr"),
        STR_INIT("id"),     STR_INIT("poly"),   STR_INIT("pad"),  STR_INIT("salt"), STR_INIT("hex"),
        STR_INIT("salted"), STR_INIT("base64"), STR_INIT("oaep"), STR_INIT("pss"),
    };
    bool known = STARTS_ONE(s, begin);
    while (known && s.n) {
        size_t n = !is_letter(s.p[0]) && (is_digit(s.p[0]) || strchr("_-./:", s.p[0]));
        for (size_t i = 0; n == 0 && i < sizeof begin / sizeof *begin; i++) {
            n = str_istarts(s, begin[i]) ? begin[i].n : 0;
        }
        for (size_t i = 0; n == 0 && i < sizeof more / sizeof *more; i++) {
            n = str_istarts(s, more[i]) ? more[i].n : 0;
        }
        n = n == 0 && s.n == 1 && strchr("idsb", s.p[0]) ? 1 : n;
        known = n > 0;
        s = str_slice(s, n, s.n);
    }
    return known;
}

const char *value_is_other(const struct look *l)
{
    if (is_refused_hash(l)) {
        return "the value is a hash of a password, which has a rule of its own";
    }
    if (is_dense(l)) {
        return NULL;
    }
    if (is_number(l) || is_measure(l)) {
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
    if (is_expression(l)) {
        return "the value is code, a format or an expression";
    }
    if (is_identifier(l) || is_algorithm(l->value)) {
        return "the value is a name made of words";
    }
    if (is_octets(l->value)) {
        return "the value is a fingerprint or octets in hex";
    }
    if (is_address(l->value)) {
        return "the value is an address on a chain";
    }
    if (is_uuid(l->value) && l->key != KEY_TOKEN && !str_empty(l->c->key) &&
        !str_ieq(l->c->key, STR("authorization"))) {
        return "the value is a UUID";
    }
    if (str_starts(l->value, STR("LS0tLS1CRUdJTi"))) { /* "-----BEGIN" */
        return "the value is PEM in base64, which has rules of its own";
    }
    return NULL;
}
