/* SPDX-License-Identifier: Apache-2.0 */
#include "check/mail/auth_results.h"

/* The value in one line, comments taken out, quoted strings kept with their quotes. */
static str plain(struct arena *a, str value)
{
    char *p = arena_alloc(a, value.n + 1);
    size_t n = 0, depth = 0;
    bool quoted = false;
    for (size_t i = 0; p && i < value.n; i++) {
        char c = value.p[i];
        bool escaped = c == '\\' && i + 1 < value.n && (quoted || depth > 0);
        if (!quoted && c == '(') {
            depth++;
        } else if (depth > 0 && c == ')') {
            depth--;
            p[n++] = ' ';
        } else if (depth == 0) {
            quoted = c == '"' ? !quoted : quoted;
            p[n++] = c == '\r' || c == '\n' || c == '\t' ? ' ' : c;
            if (escaped) {
                p[n++] = value.p[i + 1];
            }
        }
        i += escaped;
    }
    return p ? str_trim(str_n(p, n)) : (str){NULL, 0};
}

/* The next word of a plain text; quoted strings hold it together. False at the end. */
static bool next_word(str *rest, str *ret)
{
    bool quoted = false;
    size_t n = 0;
    *rest = str_trim(*rest);
    while (n < rest->n && (quoted || rest->p[n] != ' ')) {
        if (rest->p[n] == '\\' && quoted && n + 1 < rest->n) {
            n++;
        } else if (rest->p[n] == '"') {
            quoted = !quoted;
        }
        n++;
    }
    *ret = str_slice(*rest, 0, n);
    *rest = str_slice(*rest, n, rest->n);
    return n > 0;
}

/* Up to the next semicolon outside quotes. False at the end. */
static bool next_part(str *rest, str *ret)
{
    bool quoted = false;
    size_t n = 0;
    if (str_empty(*rest)) {
        return false;
    }
    while (n < rest->n && (quoted || rest->p[n] != ';')) {
        if (rest->p[n] == '\\' && quoted && n + 1 < rest->n) {
            n++;
        } else if (rest->p[n] == '"') {
            quoted = !quoted;
        }
        n++;
    }
    *ret = str_trim(str_slice(*rest, 0, n));
    *rest = str_slice(*rest, n + 1, rest->n);
    return true;
}

static str lower(struct arena *a, str s)
{
    char *p = arena_alloc(a, s.n + 1);
    for (size_t i = 0; p && i < s.n; i++) {
        p[i] = str_lower(s.p[i]);
    }
    return p ? str_n(p, s.n) : STR_EMPTY;
}

static str unquoted(str s)
{
    return s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"' ? str_slice(s, 1, s.n - 1) : s;
}

/* "method=result", "method/1=result". */
static bool read_result(struct arena *a, str part, struct auth_result *ret)
{
    str word, rest = part;
    size_t equals = str_find_byte(part, '=', 0);
    *ret = (struct auth_result){.reason = STR_EMPTY};
    if (equals == SIZE_MAX || equals == 0) {
        return false;
    }
    str method = str_trim(str_slice(part, 0, equals));
    ret->method = lower(a, str_trim(str_slice(method, 0, str_find_byte(method, '/', 0))));
    rest = str_slice(part, equals + 1, part.n);
    if (!next_word(&rest, &word)) {
        return false;
    }
    ret->result = lower(a, word);
    str before = rest;
    if (next_word(&rest, &word) && str_istarts(word, STR("reason="))) {
        ret->reason = unquoted(str_slice(word, 7, word.n));
    } else {
        rest = before;
    }
    ret->properties = str_trim(rest);
    return ret->method.n > 0 && str_find_byte(ret->method, ' ', 0) == SIZE_MAX;
}

err auth_results_read(struct arena *a, str value, struct auth_results *ret)
{
    str rest = value.n <= AUTH_BYTES_MAX ? plain(a, value) : STR_EMPTY, part, word;
    struct auth_result result;
    ret->count = 0;
    if (!rest.p) {
        return err_new(ERR_NO_MEMORY, "no memory for Authentication-Results");
    }
    if (!next_part(&rest, &part) || !next_word(&part, &word) ||
        str_find_byte(word, '=', 0) != SIZE_MAX) {
        return err_new(ERR_INVALID, "it does not start with the name of the server that says so");
    }
    ret->server = word;
    while (next_part(&rest, &part)) {
        if (str_empty(part) || str_ieq(part, STR("none"))) {
            continue;
        }
        if (!read_result(a, part, &result)) {
            return err_new(ERR_INVALID, "a part is no `method=result`");
        }
        if (ret->count < AUTH_RESULTS_MAX) {
            ret->results[ret->count++] = result;
        }
    }
    return ERR_NONE;
}

str auth_result_property(const struct auth_result *r, str name)
{
    str rest = r->properties, word;
    while (next_word(&rest, &word)) {
        if (word.n > name.n && word.p[name.n] == '=' && str_istarts(word, name)) {
            return unquoted(str_slice(word, name.n + 1, word.n));
        }
    }
    return STR_EMPTY;
}

static const struct {
    str method, result;
    bool good;
    const char *words;
} meanings[] = {
    {STR_INIT("dkim"), STR_INIT("pass"), true,
     "the signature holds: the domain that signed answers for the message"},
    {STR_INIT("dkim"), STR_INIT("fail"), false,
     "a signature is there and does not hold: the message was changed on its way, or another key "
     "is published than the one it was signed with"},
    {STR_INIT("dkim"), STR_INIT("none"), false, "the message was not signed"},
    {STR_INIT("dkim"), STR_INIT("neutral"), false,
     "the signature could not be judged, usually because it is malformed"},
    {STR_INIT("dkim"), STR_INIT("policy"), false,
     "the signature holds but this receiver does not take it, such as for a short key"},
    {STR_INIT("dkim"), STR_INIT("permerror"), false,
     "the signature or its key record is broken: trying again changes nothing"},
    {STR_INIT("dkim"), STR_INIT("temperror"), false, "the key could not be looked up just then"},
    {STR_INIT("spf"), STR_INIT("pass"), true,
     "the server that delivered it is one of the domain's"},
    {STR_INIT("spf"), STR_INIT("fail"), false,
     "the SPF record says that this server may not send for the domain"},
    {STR_INIT("spf"), STR_INIT("softfail"), false,
     "the SPF record says ~all about this server: it probably should not send for the domain"},
    {STR_INIT("spf"), STR_INIT("neutral"), false, "the SPF record says nothing about this server"},
    {STR_INIT("spf"), STR_INIT("none"), false, "the domain of the return path has no SPF record"},
    {STR_INIT("spf"), STR_INIT("permerror"), false, "the SPF record is broken"},
    {STR_INIT("spf"), STR_INIT("temperror"), false,
     "the SPF record could not be looked up just then"},
    {STR_INIT("dmarc"), STR_INIT("pass"), true,
     "the domain that people see in From was proved by SPF or DKIM"},
    {STR_INIT("dmarc"), STR_INIT("fail"), false,
     "neither SPF nor DKIM proves the domain that people see in From"},
    {STR_INIT("dmarc"), STR_INIT("none"), false, "the domain in From has no DMARC record"},
    {STR_INIT("dmarc"), STR_INIT("bestguesspass"), false,
     "there is no DMARC record; had there been one, it would have passed"},
    {STR_INIT("dmarc"), STR_INIT("permerror"), false, "the DMARC record is broken"},
    {STR_INIT("dmarc"), STR_INIT("temperror"), false,
     "the DMARC record could not be looked up just then"},
    {STR_INIT("arc"), STR_INIT("pass"), true,
     "servers that passed the message on vouch for what they saw"},
    {STR_INIT("arc"), STR_INIT("none"), true, "nobody on the way vouches for it"},
    {STR_INIT("arc"), STR_INIT("fail"), false, "the chain of those that vouch for it is broken"},
    {STR_INIT("iprev"), STR_INIT("pass"), true, "the server's address and name lead to each other"},
    {STR_INIT("iprev"), STR_INIT("fail"), false,
     "the server's address and name do not lead to each other"},
    {STR_INIT("compauth"), STR_INIT("pass"), true, "Microsoft takes the sender as genuine"},
    {STR_INIT("compauth"), STR_INIT("fail"), false, "Microsoft takes the sender as forged"},
    {STR_INIT("bimi"), STR_INIT("pass"), true, "the domain's logo may be shown"},
    {STR_INIT("auth"), STR_INIT("pass"), true, "the sender logged in to submit it"},
};

const char *auth_result_words(const struct auth_result *r)
{
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++) {
        if (str_eq(meanings[i].method, r->method) && str_eq(meanings[i].result, r->result)) {
            return meanings[i].words;
        }
    }
    return "";
}

bool auth_result_good(const struct auth_result *r)
{
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++) {
        if (str_eq(meanings[i].method, r->method) && str_eq(meanings[i].result, r->result)) {
            return meanings[i].good;
        }
    }
    return !str_eq(r->method, STR("dkim")) && !str_eq(r->method, STR("spf")) &&
           !str_eq(r->method, STR("dmarc"));
}
