/* SPDX-License-Identifier: Apache-2.0 */
#include "check/mail/spf_private.h"

/* One record while it is read. */
struct reader {
    str text;
    struct spf_record *record;
    struct spf_term *term;
};

static bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool spf_is_record(str text)
{
    return str_istarts(text, STR("v=spf1")) && (text.n == 6 || text.p[6] == ' ');
}

bool spf_term_asks(const struct spf_term *term)
{
    return term->kind == SPF_INCLUDE || term->kind == SPF_A || term->kind == SPF_MX ||
           term->kind == SPF_PTR || term->kind == SPF_EXISTS || term->kind == SPF_REDIRECT;
}

/* Notes the first fault of the term, at a byte of the record. */
static void fault(struct reader *r, const char *at, const char *what)
{
    if (!r->term->fault) {
        r->term->fault = what;
        r->term->fault_at = (size_t)(at - r->text.p);
    }
}

/* toplabel of section 7.1: letters, digits, hyphens inside, not all digits. */
static bool is_top_label(str label)
{
    bool other = false;
    for (size_t i = 0; i < label.n; i++) {
        char c = label.p[i];
        if (!is_alpha(c) && !is_digit(c) && !(c == '-' && i > 0 && i + 1 < label.n)) {
            return false;
        }
        other = other || !is_digit(c);
    }
    return other;
}

/* domain-spec ends in a macro, or a dot and a top label. */
static bool has_domain_end(str domain)
{
    if (str_ends(domain, STR("}")) || str_ends(domain, STR("%%")) || str_ends(domain, STR("%_")) ||
        str_ends(domain, STR("%-"))) {
        return true;
    }
    str plain = str_ends(domain, STR(".")) ? str_slice(domain, 0, domain.n - 1) : domain;
    size_t dot = plain.n;
    while (dot > 0 && plain.p[dot - 1] != '.') {
        dot--;
    }
    return dot > 0 && is_top_label(str_slice(plain, dot, plain.n));
}

static bool is_address(str text)
{
    struct addr ignored;
    return addr_parse(text, &ignored);
}

static void read_domain(struct reader *r, str domain)
{
    size_t at;
    if (str_empty(domain)) {
        fault(r, domain.p, "a domain is missing");
    } else if (!spf_macros_valid(domain, false, &at, &r->term->macros)) {
        fault(r, domain.p + at, "a % that starts no macro");
    } else if (is_address(domain)) {
        fault(r, domain.p, "an address where a name belongs; ip4: or ip6: take addresses");
    } else if (!has_domain_end(domain)) {
        fault(r, domain.p, "no domain name");
    }
    r->term->domain = domain;
}

/* Takes "/24" or "//64" off the end of *text; false when it is no prefix length up to `max`. */
static bool take_length(str *text, str slashes, unsigned max, unsigned *ret)
{
    size_t at = text->n;
    while (at > 0 && is_digit(text->p[at - 1])) {
        at--;
    }
    str digits = str_slice(*text, at, text->n), before = str_slice(*text, 0, at);
    uint64_t bits;
    if (str_empty(digits) || !str_ends(before, slashes)) {
        return true;
    }
    *text = str_slice(before, 0, before.n - slashes.n);
    if (!str_u64(digits, &bits) || bits > max || (digits.n > 1 && digits.p[0] == '0')) {
        return false;
    }
    *ret = (unsigned)bits;
    return true;
}

/* What stands behind "a" and "mx". */
static void read_host(struct reader *r, str rest)
{
    r->term->bits4 = 32;
    r->term->bits6 = 128;
    if (!take_length(&rest, STR("//"), 128, &r->term->bits6)) {
        fault(r, rest.p + rest.n, "the IPv6 prefix length is 0 to 128");
    } else if (!take_length(&rest, STR("/"), 32, &r->term->bits4)) {
        fault(r, rest.p + rest.n, "the IPv4 prefix length is 0 to 32");
    }
    if (str_empty(rest)) {
        return;
    }
    if (rest.p[0] == ':') {
        read_domain(r, str_slice(rest, 1, rest.n));
    } else {
        fault(r, rest.p, "a colon or a prefix length belongs here");
    }
}

static void read_network(struct reader *r, str rest, bool v4)
{
    unsigned bits = v4 ? 32 : 128;
    if (str_empty(rest) || rest.p[0] != ':') {
        fault(r, rest.p, "a colon and an address belong here");
        return;
    }
    str address = str_slice(rest, 1, rest.n);
    size_t slash = str_find_byte(address, '/', 0);
    if (slash != SIZE_MAX && slash + 1 == address.n) {
        fault(r, address.p + slash, "a prefix length is missing");
        return;
    }
    if (!take_length(&address, STR("/"), bits, &bits)) {
        fault(r, address.p + address.n,
              v4 ? "the IPv4 prefix length is 0 to 32" : "the IPv6 prefix length is 0 to 128");
        return;
    }
    bool has_colon = str_find_byte(address, ':', 0) != SIZE_MAX;
    if (!addr_parse(address, &r->term->net) || has_colon == v4 || address.p[0] == '[') {
        fault(r, address.p, v4 ? "no IPv4 address" : "no IPv6 address");
    }
    r->term->bits4 = r->term->bits6 = bits;
}

static void read_mechanism(struct reader *r, str name, str rest)
{
    static const struct {
        str name;
        enum spf_kind kind;
    } known[] = {{STR_INIT("all"), SPF_ALL}, {STR_INIT("include"), SPF_INCLUDE},
                 {STR_INIT("a"), SPF_A},     {STR_INIT("mx"), SPF_MX},
                 {STR_INIT("ptr"), SPF_PTR}, {STR_INIT("ip4"), SPF_IP4},
                 {STR_INIT("ip6"), SPF_IP6}, {STR_INIT("exists"), SPF_EXISTS}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (str_ieq(known[i].name, name)) {
            r->term->kind = known[i].kind;
        }
    }
    if (r->term->kind == SPF_NOTHING) {
        fault(r, name.p, "no mechanism of SPF");
    } else if (r->term->kind == SPF_ALL) {
        if (!str_empty(rest)) {
            fault(r, rest.p, "nothing may stand behind all");
        }
    } else if (r->term->kind == SPF_A || r->term->kind == SPF_MX) {
        read_host(r, rest);
    } else if (r->term->kind == SPF_IP4 || r->term->kind == SPF_IP6) {
        read_network(r, rest, r->term->kind == SPF_IP4);
    } else if (!str_empty(rest) && rest.p[0] == ':') {
        read_domain(r, str_slice(rest, 1, rest.n));
    } else if (!str_empty(rest) || r->term->kind != SPF_PTR) {
        fault(r, rest.p, "a colon and a domain belong here");
    }
}

static void read_modifier(struct reader *r, str name, str value)
{
    size_t at;
    if (str_ieq(name, STR("redirect")) || str_ieq(name, STR("exp"))) {
        bool redirect = str_ieq(name, STR("redirect"));
        r->term->kind = redirect ? SPF_REDIRECT : SPF_EXP;
        read_domain(r, value);
        if (redirect ? r->record->redirect != NULL : r->record->exp != NULL) {
            fault(r, name.p, "a second one; only one is allowed");
        }
        return;
    }
    r->term->kind = SPF_OTHER_MODIFIER;
    if (!spf_macros_valid(value, false, &at, &r->term->macros)) {
        fault(r, value.p + at, "a % that starts no macro");
    }
}

/* Length of a name at the start of the text: ALPHA *( ALPHA / DIGIT / "-" / "_" / "." ). */
static size_t name_length(str text)
{
    size_t n = 0;
    while (n < text.n &&
           (is_alpha(text.p[n]) || (n > 0 && (is_digit(text.p[n]) || text.p[n] == '-' ||
                                              text.p[n] == '_' || text.p[n] == '.')))) {
        n++;
    }
    return n;
}

static void read_term(struct reader *r, str text)
{
    struct spf_term *term = r->term;
    *term = (struct spf_term){.kind = SPF_NOTHING, .qualifier = '+', .text = text};
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] <= ' ' || text.p[i] > '~') {
            fault(r, text.p + i, "a byte that is no printable ASCII");
            return;
        }
    }
    bool qualified = memchr("+-~?", text.p[0], 4) != NULL;
    str body = qualified ? str_slice(text, 1, text.n) : text;
    size_t n = name_length(body);
    str name = str_slice(body, 0, n), rest = str_slice(body, n, body.n);
    if (n == 0) {
        fault(r, body.p, "a mechanism or modifier belongs here");
    } else if (!qualified && !str_empty(rest) && rest.p[0] == '=') {
        read_modifier(r, name, str_slice(rest, 1, rest.n));
    } else {
        term->qualifier = qualified ? text.p[0] : '+';
        read_mechanism(r, name, rest);
    }
}

static void note(struct spf_record *record, const struct spf_term *term)
{
    const struct spf_term **first = term->kind == SPF_ALL        ? &record->all
                                    : term->kind == SPF_REDIRECT ? &record->redirect
                                    : term->kind == SPF_EXP      ? &record->exp
                                                                 : NULL;
    if (first && !*first) {
        *first = term;
    }
    if (term->fault) {
        record->faults++;
        record->fault = record->fault ? record->fault : term;
    }
}

static size_t count_terms(str text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.n; i++) {
        count += text.p[i] != ' ' && (i == 0 || text.p[i - 1] == ' ');
    }
    return count;
}

err spf_parse(struct arena *a, str text, struct spf_record *ret)
{
    struct spf_record record = {.text = text};
    struct reader r = {.text = text, .record = &record};
    str rest = str_slice(text, 6, text.n < SPF_RECORD_MAX ? text.n : SPF_RECORD_MAX), piece;
    size_t count = count_terms(rest);
    count = count < SPF_TERMS_MAX ? count : SPF_TERMS_MAX;
    struct spf_term *terms = arena_array(a, count + 1, sizeof *terms);
    if (!terms) {
        return err_new(ERR_NO_MEMORY, "no memory for an SPF record");
    }
    record.terms = terms;
    while (record.count < count && str_split(&rest, ' ', &piece)) {
        if (!str_empty(piece)) {
            r.term = &terms[record.count];
            read_term(&r, piece);
            note(&record, r.term);
            record.count++;
        }
    }
    if (text.n > SPF_RECORD_MAX || !str_empty(str_trim(rest))) {
        terms[record.count] = (struct spf_term){
            .kind = SPF_NOTHING, .text = STR_EMPTY, .fault = "longer than any record"};
        terms[record.count].fault_at = text.n - rest.n;
        note(&record, &terms[record.count]);
        record.count++;
    }
    *ret = record;
    return ERR_NONE;
}
