/* SPDX-License-Identifier: Apache-2.0 */
#include "check/mail/dkim_private.h"

static bool problem(struct text_problem *ret, const struct tag *tag, const char *what)
{
    *ret = (struct text_problem){tag ? tag->value_at : 0, what};
    return false;
}

/* d=, s= and the domain of i=: lower case, without the final dot. */
static str domain_of(struct arena *a, str text)
{
    str copy = arena_str(a, text);
    char *p = copy.p ? arena_alloc(a, text.n + 1) : NULL;
    for (size_t i = 0; p && i < text.n; i++) {
        p[i] = str_lower(text.p[i]);
    }
    size_t n = text.n;
    n -= n > 1 && text.p[n - 1] == '.';
    return p ? str_n(p, n) : STR_EMPTY;
}

static bool is_domain(str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char low = str_lower(s.p[i]);
        bool fine = (low >= 'a' && low <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') ||
                    s.p[i] == '-' || s.p[i] == '_' || (s.p[i] & 0x80) ||
                    (s.p[i] == '.' && i > 0 && s.p[i - 1] != '.');
        if (!fine) {
            return false;
        }
    }
    return s.n > 0 && s.n <= 255;
}

static bool is_below(str name, str zone)
{
    return str_ieq(name, zone) || (name.n > zone.n && name.p[name.n - zone.n - 1] == '.' &&
                                   str_ieq(str_slice(name, name.n - zone.n, name.n), zone));
}

static bool read_algorithm(const struct tag *tag, struct dkim_signature *s,
                           struct text_problem *ret)
{
    if (!tag) {
        return problem(ret, NULL, "it has no a=, the algorithm");
    }
    s->algorithm_name = tag->value;
    s->sha1 = str_ieq(tag->value, STR("rsa-sha1"));
    s->algorithm = s->sha1 || str_ieq(tag->value, STR("rsa-sha256")) ? DKIM_RSA
                   : str_ieq(tag->value, STR("ed25519-sha256"))      ? DKIM_ED25519
                                                                     : DKIM_UNKNOWN;
    return true;
}

static bool read_domains(struct arena *a, const struct tags *tags, struct dkim_signature *s,
                         struct text_problem *ret)
{
    const struct tag *d = tags_find(tags, STR("d")), *selector = tags_find(tags, STR("s"));
    const struct tag *i = tags_find(tags, STR("i"));
    if (!d || !is_domain(d->value)) {
        return problem(ret, d, "d= is no domain");
    }
    if (!selector || !is_domain(selector->value)) {
        return problem(ret, selector, "s= is no selector");
    }
    s->domain = domain_of(a, d->value);
    s->selector = domain_of(a, selector->value);
    s->identity_domain = s->domain;
    if (i) {
        size_t at = SIZE_MAX;
        for (size_t n = i->value.n; n > 0 && at == SIZE_MAX; n--) {
            at = i->value.p[n - 1] == '@' ? n : SIZE_MAX;
        }
        str domain = at == SIZE_MAX ? STR_EMPTY : str_slice(i->value, at, i->value.n);
        if (!is_domain(domain)) {
            return problem(ret, i, "i= is no address");
        }
        s->identity_domain = domain_of(a, domain);
        if (!is_below(s->identity_domain, s->domain)) {
            return problem(ret, i, "the domain of i= is not d= or below it");
        }
    }
    return !str_empty(s->domain) && !str_empty(s->selector);
}

static bool read_canonical(const struct tag *tag, struct dkim_signature *s,
                           struct text_problem *ret)
{
    if (!tag) {
        return true;
    }
    size_t slash = str_find_byte(tag->value, '/', 0);
    str header = str_trim(str_slice(tag->value, 0, slash));
    str body = slash == SIZE_MAX ? STR("simple")
                                 : str_trim(str_slice(tag->value, slash + 1, tag->value.n));
    s->relaxed_header = str_ieq(header, STR("relaxed"));
    s->relaxed_body = str_ieq(body, STR("relaxed"));
    if ((!s->relaxed_header && !str_ieq(header, STR("simple"))) ||
        (!s->relaxed_body && !str_ieq(body, STR("simple")))) {
        return problem(ret, tag, "c= knows simple and relaxed only");
    }
    return true;
}

static bool read_names(const struct tag *tag, struct dkim_signature *s, struct text_problem *ret)
{
    str rest = tag ? tag->value : STR_EMPTY, name;
    bool from = false;
    while (str_split(&rest, ':', &name)) {
        name = str_trim(name);
        if (s->name_count == DKIM_NAMES_MAX) {
            return problem(ret, tag, "h= lists more than 200 names");
        }
        from = from || str_ieq(name, STR("from"));
        s->names[s->name_count++] = name;
    }
    return from || problem(ret, tag, "h= does not list From, so the sender is not signed");
}

static bool read_number(const struct tags *tags, str name, uint64_t *ret, bool *ret_given,
                        struct text_problem *ret_problem)
{
    const struct tag *tag = tags_find(tags, name);
    *ret_given = tag != NULL;
    return !tag || (tag->value.n <= 76 && str_u64(tag->value, ret)) ||
           problem(ret_problem, tag, "this is no number");
}

static bool read_numbers(const struct tags *tags, struct dkim_signature *s,
                         struct text_problem *ret)
{
    uint64_t made = 0, expires = 0;
    bool has_made, has_expires;
    if (!read_number(tags, STR("l"), &s->length, &s->has_length, ret) ||
        !read_number(tags, STR("t"), &made, &has_made, ret) ||
        !read_number(tags, STR("x"), &expires, &has_expires, ret)) {
        return false;
    }
    const uint64_t most = INT64_MAX / 1000;
    s->signed_s = has_made ? (int64_t)(made < most ? made : most) : -1;
    s->expires_s = has_expires ? (int64_t)(expires < most ? expires : most) : -1;
    if (has_made && has_expires && expires <= made) {
        return problem(ret, tags_find(tags, STR("x")), "x= is not after t=");
    }
    return true;
}

static bool read_bytes(struct arena *a, const struct tags *tags, struct dkim_signature *s,
                       struct text_problem *ret)
{
    const struct tag *b = tags_find(tags, STR("b")), *bh = tags_find(tags, STR("bh"));
    size_t at;
    if (!b || str_empty(b->value) || !dkim_base64(a, b->value, &s->value, &at)) {
        return problem(ret, b, "b= is no base64 of a signature");
    }
    if (!bh || str_empty(bh->value) || !dkim_base64(a, bh->value, &s->body_hash, &at)) {
        return problem(ret, bh, "bh= is no base64 of a hash");
    }
    return true;
}

bool dkim_signature_read(struct arena *a, const struct message_field *field,
                         struct dkim_signature *ret, struct text_problem *ret_problem)
{
    struct tags tags;
    *ret = (struct dkim_signature){.field = field};
    if (field->value.n > DKIM_FIELD_BYTES_MAX) {
        return problem(ret_problem, NULL, "the field is longer than 64 KiB");
    }
    if (!tags_read(field->value, &tags, ret_problem)) {
        return false;
    }
    const struct tag *version = tags_find(&tags, STR("v")), *query = tags_find(&tags, STR("q"));
    if (!version || !str_eq(version->value, STR("1"))) {
        return problem(ret_problem, version, "v= must be 1");
    }
    if (query && !tags_lists(query->value, ':', STR("dns/txt"))) {
        return problem(ret_problem, query, "q= does not list dns/txt");
    }
    return read_algorithm(tags_find(&tags, STR("a")), ret, ret_problem) &&
           read_domains(a, &tags, ret, ret_problem) &&
           read_canonical(tags_find(&tags, STR("c")), ret, ret_problem) &&
           read_names(tags_find(&tags, STR("h")), ret, ret_problem) &&
           read_numbers(&tags, ret, ret_problem) && read_bytes(a, &tags, ret, ret_problem);
}

str dkim_signature_hole(const struct message_field *field)
{
    struct tags tags;
    struct text_problem ignored;
    const struct tag *b =
        tags_read(field->value, &tags, &ignored) ? tags_find(&tags, STR("b")) : NULL;
    if (!b) {
        return STR_EMPTY;
    }
    size_t from = str_find_byte(field->value, '=', b->name_at) + 1;
    size_t to = str_find_byte(field->value, ';', from);
    return str_slice(field->value, from, to);
}

str dkim_key_name(struct arena *a, const struct dkim_signature *s)
{
    return arena_printf(a, "%.*s._domainkey.%.*s", STR_ARG(s->selector), STR_ARG(s->domain));
}
