/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "check/mail/spf_private.h"

enum { PARTS_MAX = 130 };

/* %{d2r-}: letter, number of parts on the right (0: all), reversed, delimiters. */
struct macro {
    char letter; /* lower case */
    bool escaped;
    size_t parts;
    bool reversed;
    str delimiters;
    size_t length; /* of the whole, from % to } */
};

static bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* Reads a macro in braces at the start of the text. */
static bool read_macro(str text, bool explanation, struct macro *ret)
{
    struct macro m = {0};
    size_t i = 2;
    if (text.n < 4 || text.p[1] != '{' || !is_alpha(text.p[i])) {
        return false;
    }
    m.escaped = text.p[i] >= 'A' && text.p[i] <= 'Z';
    m.letter = str_lower(text.p[i++]);
    if (!memchr("slodipvhcrt", m.letter, explanation ? 11 : 8)) {
        return false;
    }
    size_t digits = i;
    for (; i < text.n && is_digit(text.p[i]); i++) {
        m.parts = m.parts < PARTS_MAX ? m.parts * 10 + (size_t)(text.p[i] - '0') : PARTS_MAX;
    }
    if (i > digits && m.parts == 0) {
        return false;
    }
    if (i < text.n && str_lower(text.p[i]) == 'r') {
        m.reversed = true;
        i++;
    }
    size_t delimiters = i;
    while (i < text.n && memchr(".-+,/_=", text.p[i], 7)) {
        i++;
    }
    m.delimiters = str_slice(text, delimiters, i);
    m.length = i + 1;
    if (i >= text.n || text.p[i] != '}') {
        return false;
    }
    *ret = m;
    return true;
}

bool spf_macros_valid(str text, bool explanation, size_t *ret_at, bool *ret_used)
{
    struct macro m;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        bool literal = (c > ' ' && c <= '~') || (explanation && c == ' ');
        if (c == '%' && i + 1 < text.n && memchr("%_-", text.p[i + 1], 3)) {
            i++;
        } else if (c == '%' && read_macro(str_slice(text, i, text.n), explanation, &m)) {
            i += m.length - 1;
            *ret_used = *ret_used || m.letter != 'd';
        } else if (c == '%' || !literal) {
            *ret_at = i;
            return false;
        }
    }
    return true;
}

/* Section 7.3, "i": dotted quad, or the nibbles of an IPv6 address with dots between. */
static str dotted_address(struct spf_run *run)
{
    const unsigned char *b = run->sender->ip.bytes;
    if (run->v4) {
        return arena_printf(run->a, "%u.%u.%u.%u", b[12], b[13], b[14], b[15]);
    }
    static const char hex[] = "0123456789ABCDEF";
    char text[64];
    for (size_t i = 0; i < 32; i++) {
        text[i * 2] = hex[(i % 2 ? b[i / 2] : b[i / 2] >> 4) & 15];
        text[i * 2 + 1] = '.';
    }
    return arena_str(run->a, str_n(text, 63));
}

/* What "p" prefers: the domain itself, then a name below it, then any. */
struct preferred {
    struct arena *a;
    str domain, best;
    unsigned rank;
};

static bool prefer(void *user, str name)
{
    struct preferred *p = user;
    size_t n = p->domain.n;
    bool under = name.n > n && name.p[name.n - n - 1] == '.' &&
                 str_ieq(str_slice(name, name.n - n, name.n), p->domain);
    unsigned rank = str_ieq(name, p->domain) ? 3 : under ? 2 : 1;
    if (rank > p->rank) {
        p->rank = rank;
        p->best = name;
    }
    return rank == 3;
}

static str validated_name(struct spf_run *run, str domain)
{
    struct preferred p = {.a = run->a, .domain = domain, .best = STR("unknown")};
    spf_validated_names(run, prefer, &p);
    return p.best;
}

static str value_of(struct spf_run *run, str domain, char letter)
{
    switch (letter) {
    case 's':
        return arena_printf(run->a, "%.*s@%.*s", STR_ARG(run->local), STR_ARG(run->from_domain));
    case 'l':
        return run->local;
    case 'o':
        return run->from_domain;
    case 'd':
        return domain;
    case 'i':
        return dotted_address(run);
    case 'p':
        return validated_name(run, domain);
    case 'v':
        return run->v4 ? STR("in-addr") : STR("ip6");
    case 'h':
        return run->helo;
    case 'c':
        return arena_str(run->a, str_c(addr_text(&run->sender->ip).c));
    case 'r':
        return str_empty(run->sender->receiver) ? STR("unknown") : run->sender->receiver;
    default: /* t */
        return arena_printf(run->a, "%lld", (long long)run->sender->now_s);
    }
}

/* Splits, reverses, takes parts from the right and joins them with dots. */
static void transform(const struct macro *m, str value, struct buf *ret)
{
    str parts[PARTS_MAX];
    size_t count = 0, start = 0;
    str delimiters = str_empty(m->delimiters) ? STR(".") : m->delimiters;
    for (size_t i = 0; i <= value.n && count < PARTS_MAX; i++) {
        if (i == value.n || memchr(delimiters.p, value.p[i], delimiters.n)) {
            parts[count++] = str_slice(value, start, i);
            start = i + 1;
        }
    }
    size_t skip = m->parts > 0 && m->parts < count ? count - m->parts : 0;
    for (size_t i = skip; i < count; i++) {
        buf_add_c(ret, i > skip ? "." : "");
        buf_add(ret, parts[m->reversed ? count - 1 - i : i]);
    }
}

static void url_escape(struct buf *b, str text)
{
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (is_alpha(c) || is_digit(c) || memchr("-._~", c, 4)) {
            buf_add_byte(b, c);
        } else {
            buf_addf(b, "%%%02X", (unsigned)(unsigned char)c);
        }
    }
}

static bool is_ascii(str text)
{
    for (size_t i = 0; i < text.n; i++) {
        if ((unsigned char)text.p[i] > 127) {
            return false;
        }
    }
    return true;
}

/* False: a local part that is no ASCII matches nothing (RFC 8616 section 4). */
static bool expand_macro(struct spf_run *run, str domain, const struct macro *m, struct buf *b)
{
    struct buf value;
    str raw = value_of(run, domain, m->letter);
    if (!raw.p) {
        run->no_memory = true;
        return false;
    }
    if (!is_ascii(raw)) {
        return false;
    }
    buf_init(&value, SPF_EXPANSION_MAX);
    transform(m, raw, &value);
    if (m->escaped) {
        url_escape(b, buf_str(&value));
    } else {
        buf_add(b, buf_str(&value));
    }
    bool fine = value.failed == ERR_OK;
    buf_done(&value);
    return fine;
}

bool spf_expand(struct spf_run *run, str domain, str text, str *ret)
{
    struct buf b;
    struct macro m;
    bool fine = true;
    buf_init(&b, SPF_EXPANSION_MAX);
    for (size_t i = 0; fine && i < text.n; i++) {
        char next = i + 1 < text.n ? text.p[i + 1] : 0;
        if (text.p[i] != '%') {
            buf_add_byte(&b, text.p[i]);
        } else if (next == '{') {
            fine = read_macro(str_slice(text, i, text.n), true, &m) &&
                   expand_macro(run, domain, &m, &b);
            i += fine ? m.length - 1 : 0;
        } else {
            buf_add_c(&b, next == '%' ? "%" : next == '_' ? " " : "%20");
            i++;
        }
        fine = fine && b.failed == ERR_OK;
    }
    str expanded = fine ? arena_str(run->a, buf_str(&b)) : STR_EMPTY;
    buf_done(&b);
    if (!expanded.p) {
        run->no_memory = true;
        return false;
    }
    if (fine) {
        *ret = expanded;
    }
    return fine;
}
