/* SPDX-License-Identifier: Apache-2.0 */
#include "check/mail/dmarc.h"

#include "net/mail_address.h"

/* One record while it is read. */
struct reader {
    struct arena *a;
    struct dmarc_record *record;
    struct dmarc_tag *tag;
};

const char *dmarc_policy_name(enum dmarc_policy policy)
{
    static const char *const names[] = {"", "none", "quarantine", "reject"};
    return policy <= DMARC_REJECT ? names[policy] : "";
}

static bool is_space(char c) { return c == ' ' || c == '\t'; }

static size_t skip_spaces(str text, size_t at)
{
    while (at < text.n && is_space(text.p[at])) {
        at++;
    }
    return at;
}

bool dmarc_is_record(str text)
{
    size_t at = skip_spaces(text, 1);
    if (text.n == 0 || text.p[0] != 'v' || at >= text.n || text.p[at] != '=') {
        return false;
    }
    at = skip_spaces(text, at + 1);
    if (!str_eq(str_slice(text, at, at + 6), STR("DMARC1"))) {
        return false;
    }
    at = skip_spaces(text, at + 6);
    return at >= text.n || text.p[at] == ';';
}

static void fault(struct reader *r, str at, const char *what)
{
    if (!r->tag->fault) {
        r->tag->fault = what;
        r->tag->fault_at = (size_t)(at.p - r->record->text.p);
    }
}

static void read_policy(struct reader *r, enum dmarc_policy *ret)
{
    for (enum dmarc_policy p = DMARC_NONE; p <= DMARC_REJECT; p++) {
        if (str_ieq(r->tag->value, str_c(dmarc_policy_name(p)))) {
            *ret = p;
            return;
        }
    }
    fault(r, r->tag->value, "none, quarantine or reject belong here");
}

/* One letter out of a few. */
static char read_letter(struct reader *r, const char *letters, char fallback, const char *what)
{
    str value = r->tag->value;
    if (value.n == 1 && memchr(letters, str_lower(value.p[0]), strlen(letters))) {
        return str_lower(value.p[0]);
    }
    fault(r, value, what);
    return fallback;
}

static void read_fo(struct reader *r)
{
    str rest = r->tag->value, option;
    bool any = false;
    while (str_split(&rest, ':', &option)) {
        option = str_trim(option);
        any = true;
        if (option.n != 1 || !memchr("01ds", str_lower(option.p[0]), 4)) {
            fault(r, option, "0, 1, d and s with colons between belong here");
        }
    }
    if (!any) {
        fault(r, r->tag->value, "0, 1, d and s with colons between belong here");
    }
}

static bool is_host(str host)
{
    return str_find_byte(host, '.', 0) != SIZE_MAX && !str_ends(host, STR("."));
}

/* The address with %XX undone; empty when it is none. */
static str read_address(struct arena *a, str text)
{
    char plain[256];
    size_t n = 0;
    for (size_t i = 0; i < text.n && n < sizeof plain; i++) {
        uint64_t byte = 0;
        if (text.p[i] == '%' && i + 2 < text.n) {
            for (size_t j = 1; j <= 2; j++) {
                char c = str_lower(text.p[i + j]);
                bool digit = c >= '0' && c <= '9', letter = c >= 'a' && c <= 'f';
                if (!digit && !letter) {
                    return STR_EMPTY;
                }
                byte = byte * 16 + (uint64_t)(digit ? c - '0' : c - 'a' + 10);
            }
            i += 2;
        } else {
            byte = (unsigned char)text.p[i];
        }
        plain[n++] = (char)(unsigned char)byte;
    }
    str address = str_n(plain, n);
    return n < sizeof plain && mail_address_valid(address) ? arena_str(a, address) : STR_EMPTY;
}

/* Leaves out "!10m" at the end. */
static str without_size(str text, bool *ret_sized)
{
    size_t bang = text.n;
    while (bang > 0 && text.p[bang - 1] != '!') {
        bang--;
    }
    *ret_sized = bang > 0;
    return bang > 0 ? str_slice(text, 0, bang - 1) : text;
}

size_t dmarc_uris(struct arena *a, str value, struct dmarc_uri ret[DMARC_URIS_MAX])
{
    size_t count = 0;
    str piece;
    while (count < DMARC_URIS_MAX && str_split(&value, ',', &piece)) {
        struct dmarc_uri *uri = &ret[count++];
        *uri = (struct dmarc_uri){.text = str_trim(piece)};
        str plain = without_size(uri->text, &uri->sized);
        if (!str_istarts(plain, STR("mailto:"))) {
            continue;
        }
        plain = str_slice(plain, 7, plain.n);
        size_t query = str_find_byte(plain, '?', 0);
        str address = read_address(a, str_slice(plain, 0, query));
        size_t at = str_find_byte(address, '@', 0);
        str host;
        if (at != SIZE_MAX && is_host(str_slice(address, at + 1, address.n)) &&
            err_ok(dns_name_normalise(a, str_slice(address, at + 1, address.n), &host))) {
            uri->address = address;
            uri->host = host;
        }
    }
    return count;
}

static void read_uris(struct reader *r, size_t *ret_good)
{
    struct dmarc_uri uris[DMARC_URIS_MAX];
    size_t count = dmarc_uris(r->a, r->tag->value, uris), good = 0;
    for (size_t i = 0; i < count; i++) {
        good += !str_empty(uris[i].address);
        if (str_empty(uris[i].address)) {
            fault(r, uris[i].text, "mailto: and a mail address belong here");
        }
        if (uris[i].sized) {
            r->tag->notes = "the size limit after ! is ignored (RFC 9990)";
        }
    }
    if (count == 0) {
        fault(r, r->tag->value, "mailto: and a mail address belong here");
    }
    if (ret_good) {
        *ret_good = good;
    }
}

static void read_value(struct reader *r)
{
    struct dmarc_record *record = r->record;
    str name = r->tag->name;
    if (str_ieq(name, STR("v"))) {
        return;
    }
    if (str_ieq(name, STR("p"))) {
        read_policy(r, &record->p);
    } else if (str_ieq(name, STR("sp"))) {
        read_policy(r, &record->sp);
    } else if (str_ieq(name, STR("np"))) {
        read_policy(r, &record->np);
    } else if (str_ieq(name, STR("psd"))) {
        record->psd = read_letter(r, "ynu", 'u', "y, n or u belong here");
    } else if (str_ieq(name, STR("t"))) {
        record->testing = read_letter(r, "yn", 'n', "y or n belong here") == 'y';
    } else if (str_ieq(name, STR("adkim"))) {
        record->strict_dkim = read_letter(r, "rs", 'r', "r or s belong here") == 's';
    } else if (str_ieq(name, STR("aspf"))) {
        record->strict_spf = read_letter(r, "rs", 'r', "r or s belong here") == 's';
    } else if (str_ieq(name, STR("rua"))) {
        record->rua = r->tag;
        read_uris(r, &record->rua_count);
    } else if (str_ieq(name, STR("ruf"))) {
        record->ruf = r->tag;
        read_uris(r, NULL);
    } else if (str_ieq(name, STR("fo"))) {
        read_fo(r);
    } else if (str_ieq(name, STR("pct"))) {
        record->pct = r->tag;
        r->tag->notes = "pct was removed by RFC 9989; t=y is what is left of it";
    } else if (str_ieq(name, STR("rf")) || str_ieq(name, STR("ri"))) {
        r->tag->notes = "removed by RFC 9989";
    } else {
        r->tag->notes = "unknown, and ignored";
    }
}

static bool is_name(str name)
{
    for (size_t i = 0; i < name.n; i++) {
        char c = str_lower(name.p[i]);
        if (!(c >= 'a' && c <= 'z') && !(i > 0 && ((c >= '0' && c <= '9') || c == '_'))) {
            return false;
        }
    }
    return name.n > 0;
}

static void read_tag(struct reader *r, str text)
{
    size_t sign = str_find_byte(text, '=', 0);
    *r->tag = (struct dmarc_tag){.text = text};
    r->tag->name = str_trim(str_slice(text, 0, sign));
    r->tag->value = sign == SIZE_MAX ? str_slice(text, text.n, text.n)
                                     : str_trim(str_slice(text, sign + 1, text.n));
    if (sign == SIZE_MAX || !is_name(r->tag->name)) {
        fault(r, text, "a tag, = and a value belong here");
        return;
    }
    for (size_t i = 0; i < text.n; i++) {
        if ((unsigned char)text.p[i] > '~' || (text.p[i] < ' ' && text.p[i] != '\t')) {
            fault(r, str_slice(text, i, text.n), "a byte that is no printable ASCII");
        }
    }
    for (const struct dmarc_tag *other = r->record->tags; other < r->tag; other++) {
        if (str_ieq(other->name, r->tag->name)) {
            fault(r, text, "the tag is there twice");
            return;
        }
    }
    read_value(r);
}

err dmarc_parse(struct arena *a, str text, struct dmarc_record *ret)
{
    struct dmarc_record record = {.text = text, .psd = 'u'};
    struct reader r = {.a = a, .record = &record};
    str rest = str_slice(text, 0, DMARC_RECORD_MAX), piece;
    record.tags = arena_array(a, DMARC_TAGS_MAX, sizeof *record.tags);
    if (!record.tags) {
        return err_new(ERR_NO_MEMORY, "no memory for a DMARC record");
    }
    while (record.count < DMARC_TAGS_MAX && str_split(&rest, ';', &piece)) {
        piece = str_trim(piece);
        if (!str_empty(piece)) {
            r.tag = &record.tags[record.count];
            read_tag(&r, piece);
            record.count++;
            record.faults += r.tag->fault != NULL;
            record.fault = record.fault || !r.tag->fault ? record.fault : r.tag;
        }
    }
    *ret = record;
    return ERR_NONE;
}

const struct dmarc_tag *dmarc_tag(const struct dmarc_record *record, const char *name)
{
    for (size_t i = 0; i < record->count; i++) {
        if (str_ieq(record->tags[i].name, str_c(name))) {
            return &record->tags[i];
        }
    }
    return NULL;
}
