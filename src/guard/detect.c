/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/detect.h"

#include "net/addr.h"

bool detect_boundary(str s, size_t at)
{
    return at == 0 || (!detect_alnum(s.p[at - 1]) && s.p[at - 1] != '_');
}

/* ── what the words before say ── */

enum { HINT_WORDS = 4, HINT_BYTES = 48, LISTED_MAX = 4 };

struct hint_word {
    const char *word;
    enum detect_hint hint;
};

static const struct hint_word hint_words[] = {
    {"phone", DETECT_HINT_PHONE},
    {"telephone", DETECT_HINT_PHONE},
    {"tel", DETECT_HINT_PHONE},
    {"telefon", DETECT_HINT_PHONE},
    {"telefonnummer", DETECT_HINT_PHONE},
    {"mobile", DETECT_HINT_PHONE},
    {"mobil", DETECT_HINT_PHONE},
    {"cell", DETECT_HINT_PHONE},
    {"handy", DETECT_HINT_PHONE},
    {"handynummer", DETECT_HINT_PHONE},
    {"fax", DETECT_HINT_PHONE},
    {"call", DETECT_HINT_PHONE},
    {"ring", DETECT_HINT_PHONE},
    {"text", DETECT_HINT_PHONE},
    {"whatsapp", DETECT_HINT_PHONE},
    {"signal", DETECT_HINT_PHONE},
    {"sms", DETECT_HINT_PHONE},
    {"rufnummer", DETECT_HINT_PHONE},
    {"anrufen", DETECT_HINT_PHONE},
    {"portable", DETECT_HINT_PHONE},
    {"telephone", DETECT_HINT_PHONE},
    {"t\xc3\xa9l\xc3\xa9phone", DETECT_HINT_PHONE},
    {"t\xc3\xa9l", DETECT_HINT_PHONE},
    {"appelez", DETECT_HINT_PHONE},
    {"tel\xc3\xa9"
     "fono",
     DETECT_HINT_PHONE},
    {"telefono", DETECT_HINT_PHONE},
    {"m\xc3\xb3vil", DETECT_HINT_PHONE},
    {"movil", DETECT_HINT_PHONE},
    {"llame", DETECT_HINT_PHONE},
    {"reach", DETECT_HINT_PHONE},
    {"order", DETECT_HINT_NUMBER},
    {"invoice", DETECT_HINT_NUMBER},
    {"ticket", DETECT_HINT_NUMBER},
    {"case", DETECT_HINT_NUMBER},
    {"ref", DETECT_HINT_NUMBER},
    {"reference", DETECT_HINT_NUMBER},
    {"article", DETECT_HINT_NUMBER},
    {"item", DETECT_HINT_NUMBER},
    {"part", DETECT_HINT_NUMBER},
    {"sku", DETECT_HINT_NUMBER},
    {"serial", DETECT_HINT_NUMBER},
    {"model", DETECT_HINT_NUMBER},
    {"tracking", DETECT_HINT_NUMBER},
    {"product", DETECT_HINT_NUMBER},
    {"isbn", DETECT_HINT_NUMBER},
    {"ean", DETECT_HINT_NUMBER},
    {"gtin", DETECT_HINT_NUMBER},
    {"error", DETECT_HINT_NUMBER},
    {"bestellung", DETECT_HINT_NUMBER},
    {"bestellnummer", DETECT_HINT_NUMBER},
    {"auftrag", DETECT_HINT_NUMBER},
    {"auftragsnummer", DETECT_HINT_NUMBER},
    {"rechnung", DETECT_HINT_NUMBER},
    {"rechnungsnummer", DETECT_HINT_NUMBER},
    {"artikel", DETECT_HINT_NUMBER},
    {"artikelnummer", DETECT_HINT_NUMBER},
    {"kundennummer", DETECT_HINT_NUMBER},
    {"sendungsnummer", DETECT_HINT_NUMBER},
    {"commande", DETECT_HINT_NUMBER},
    {"facture", DETECT_HINT_NUMBER},
    {"pedido", DETECT_HINT_NUMBER},
    {"factura", DETECT_HINT_NUMBER},
    {"version", DETECT_HINT_VERSION},
    {"versions", DETECT_HINT_VERSION},
    {"release", DETECT_HINT_VERSION},
    {"ver", DETECT_HINT_VERSION},
    {"versi\xc3\xb3n", DETECT_HINT_VERSION},
    {"versione", DETECT_HINT_VERSION},
    {"versionen", DETECT_HINT_VERSION},
    {"revision", DETECT_HINT_VERSION},
    {"rev", DETECT_HINT_VERSION},
    {"patch", DETECT_HINT_VERSION},
    {"v", DETECT_HINT_VERSION},
    {"build", DETECT_HINT_VERSION},
    {"firmware", DETECT_HINT_VERSION},
    {"driver", DETECT_HINT_VERSION},
    {"ssn", DETECT_HINT_NATIONAL},
    {"security", DETECT_HINT_NATIONAL},
};

static const char *const filler_words[] = {
    "is",
    "at",
    "on",
    "me",
    "us",
    "my",
    "our",
    "the",
    "number",
    "numbers",
    "no",
    "nr",
    "num",
    "id",
    "under",
    "to",
    "from",
    "of",
    "ist",
    "unter",
    "meine",
    "mein",
    "die",
    "der",
    "nummer",
    "au",
    "est",
    "le",
    "num\xc3\xa9ro",
    "n",
    "es",
    "el",
    "al",
    "n\xc3\xbamero",
    "and",
    "und",
    "code",
};

static bool is_word_byte(char c) { return detect_letter(c) || (unsigned char)c >= 0x80; }

static bool word_is(str word, const char *known) { return str_ieq(word, str_c(known)); }

enum detect_hint detect_hint(str text, size_t at)
{
    size_t stop = at > HINT_BYTES ? at - HINT_BYTES : 0;
    for (unsigned words = 0; words < HINT_WORDS; words++) {
        while (at > stop && !is_word_byte(text.p[at - 1])) {
            char c = text.p[--at];
            if (detect_digit(c) || c == '\n' || c == ';' || c == '?' || c == '!') {
                return DETECT_HINT_NONE; /* another number or sentence */
            }
        }
        size_t end = at;
        while (at > stop && is_word_byte(text.p[at - 1])) {
            at--;
        }
        str word = {text.p + at, end - at};
        for (size_t i = 0; i < sizeof hint_words / sizeof *hint_words; i++) {
            if (word_is(word, hint_words[i].word)) {
                return hint_words[i].hint;
            }
        }
        bool filler = false;
        for (size_t i = 0; i < sizeof filler_words / sizeof *filler_words && !filler; i++) {
            filler = word_is(word, filler_words[i]);
        }
        if (!filler) {
            return DETECT_HINT_NONE;
        }
    }
    return DETECT_HINT_NONE;
}

/* ── addresses of mail ── */

enum { LOCAL_MAX = 64, DOMAIN_MAX = 253, LABEL_MAX = 63 };

/* Length of a Latin letter beyond ASCII (U+0080 … U+024F) at p, or 0. */
static size_t latin_letter(str s, size_t at)
{
    return at + 1 < s.n && (unsigned char)s.p[at] >= 0xc3 && (unsigned char)s.p[at] <= 0xc9 &&
                   ((unsigned char)s.p[at + 1] & 0xc0) == 0x80
               ? 2
               : 0;
}

static size_t email_local(str text, size_t at, size_t floor)
{
    size_t stop = at - floor > LOCAL_MAX ? at - LOCAL_MAX : floor;
    size_t from = at;
    while (from > stop) {
        char c = text.p[from - 1];
        if (detect_alnum(c) || (c != '\0' && strchr("._%+-'", c))) {
            from--;
        } else if (from >= stop + 2 && latin_letter(text, from - 2)) {
            from -= 2;
        } else {
            break;
        }
    }
    while (from < at && text.p[from] != '_' && !detect_alnum(text.p[from]) &&
           (unsigned char)text.p[from] < 0x80) {
        from++; /* quotes and brackets before it stay */
    }
    return from;
}

/* Gives the end of the host name at `at`, or `at` when it is none with a dot and a top-level name.
 */
static size_t email_domain(str text, size_t at)
{
    size_t i = at, label = at, end = at;
    while (i < text.n && i - at <= DOMAIN_MAX) {
        size_t wide = latin_letter(text, i);
        if (detect_alnum(text.p[i]) || wide) {
            i += wide ? wide : 1;
        } else if (text.p[i] == '-' && i > label) {
            i++;
        } else if (text.p[i] == '.' && i > label && i - label <= LABEL_MAX) {
            label = ++i;
            continue;
        } else {
            break;
        }
        if (label > at && i - label >= 2 && !detect_digit(text.p[label])) {
            end = i;
        }
    }
    while (end > at && text.p[end - 1] == '-') {
        end--;
    }
    return end;
}

bool detect_email(str text, size_t at, size_t floor, struct span *ret)
{
    static const char *const files[] = {".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp"};
    size_t from = email_local(text, at, floor), to = email_domain(text, at + 1);
    if (from == at || to == at + 1) {
        return false;
    }
    str domain = str_slice(text, at + 1, to);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        if (domain.n > strlen(files[i]) && str_ends(domain, str_c(files[i]))) {
            return false; /* logo@2x.png */
        }
    }
    *ret = (struct span){from, to};
    return true;
}

/* ── addresses of machines ── */

/* The word before `at`, with blanks between; empty when there is none. */
static str word_before(str text, size_t at)
{
    while (at > 0 && text.p[at - 1] == ' ') {
        at--;
    }
    size_t end = at;
    while (at > 0 && end - at < HINT_BYTES && is_word_byte(text.p[at - 1])) {
        at--;
    }
    return (str){text.p + at, end - at};
}

static bool is_one_of(str word, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (word_is(word, list[i])) {
            return true;
        }
    }
    return false;
}

/* The number before `at` in "10.1.2.3, 10.1.2.4 and 10.1.2.5": where it begins, or `at`. */
static size_t listed_before(str text, size_t at)
{
    static const char *const joints[] = {"and", "or", "to", "und", "oder", "bis",
                                         "et",  "ou", "y",  "o",   "a",    "e"};
    str word = word_before(text, at);
    size_t i = (size_t)(word.p - text.p);
    if (word.n > 0 && !is_one_of(word, joints, sizeof joints / sizeof *joints)) {
        return at;
    }
    size_t first = i, stop = i > HINT_BYTES ? i - HINT_BYTES : 0;
    while (first > stop && strchr(" ,-/", text.p[first - 1]) && text.p[first - 1]) {
        first--;
    }
    size_t end = first;
    while (first > stop && (detect_digit(text.p[first - 1]) || text.p[first - 1] == '.')) {
        first--;
    }
    str number = str_slice(text, first, end);
    size_t part = str_find_byte(number, '.', 0);
    bool alike = part != SIZE_MAX && end < i + word.n &&
                 str_starts(str_slice(text, at, text.n), str_slice(number, 0, part + 1));
    return alike ? first : at;
}

/* A word for versions stands before the number, or before one of the same series in a list with it.
 * "driver at 10.1.2.34" speaks of a machine. */
static bool is_version(str text, size_t at)
{
    static const char *const places[] = {"at", "on", "from", "under", "unter"};
    for (unsigned listed = 0; listed < LISTED_MAX; listed++) {
        bool glued = at > 0 && (text.p[at - 1] | 0x20) == 'v' && detect_boundary(text, at - 1);
        if (glued || detect_hint(text, at) == DETECT_HINT_VERSION) {
            return glued ||
                   !is_one_of(word_before(text, at), places, sizeof places / sizeof *places);
        }
        size_t before = listed_before(text, at);
        if (before == at) {
            return false;
        }
        at = before;
    }
    return false;
}

static bool address_v4(str text, size_t at, struct span *ret)
{
    size_t i = at;
    bool small = true; /* 1.2.3.4 is likelier a version than somebody's address */
    for (unsigned part = 0; part < 4; part++) {
        if (part > 0 && (i >= text.n || text.p[i++] != '.')) {
            return false;
        }
        size_t from = i;
        while (i < text.n && i - from < 4 && detect_digit(text.p[i])) {
            i++;
        }
        small = small && i - from == 1;
        if (i == from || i - from > 3) {
            return false;
        }
    }
    struct addr a;
    bool more = i + 1 < text.n && text.p[i] == '.' && detect_digit(text.p[i + 1]);
    bool glued = i < text.n && (detect_alnum(text.p[i]) || text.p[i] == '_');
    bool before = at > 1 && text.p[at - 1] == '.' && detect_alnum(text.p[at - 2]);
    if (small || more || glued || before || !addr_parse(str_slice(text, at, i), &a) ||
        is_version(text, at)) {
        return false;
    }
    *ret = (struct span){at, i};
    return true;
}

static bool address_v6(str text, size_t at, struct span *ret)
{
    size_t i = at, colons = 0, groups = 0;
    bool digits = false;
    for (; i < text.n && i - at < 46; i++) {
        char c = text.p[i];
        bool hex = detect_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
        if (!hex && c != ':' && c != '.') {
            break;
        }
        digits = digits || detect_digit(c);
        colons += c == ':';
        groups += hex && (i == at || text.p[i - 1] == ':');
    }
    bool glued = i < text.n && (detect_alnum(text.p[i]) || text.p[i] == '_');
    while (i > at &&
           (text.p[i - 1] == '.' || (text.p[i - 1] == ':' && i - at > 1 && text.p[i - 2] != ':'))) {
        colons -= text.p[--i] == ':';
    }
    struct addr a;
    if (glued || colons < 2 || groups < 3 || !digits || !addr_parse(str_slice(text, at, i), &a)) {
        return false;
    }
    *ret = (struct span){at, i};
    return true;
}

bool detect_address(str text, size_t at, struct span *ret)
{
    if (!detect_boundary(text, at) || (at > 0 && text.p[at - 1] == ':')) {
        return false;
    }
    return address_v4(text, at, ret) || address_v6(text, at, ret);
}

/* ── bank accounts ── */

/* Country and length of the whole number (SWIFT IBAN registry). */
static const char iban_lengths[] =
    "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20EG29ES24FI18"
    "FK18FO18FR27GB22GE22GI23GL18GR27GT28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20"
    "LV21LY25MC27MD24ME22MK19MN20MR27MT31MU30NI28NL18NO15OM23PK24PL28PS29PT25QA29RO24RS22RU33SA24SC31"
    "SD18SE24SI19SK24SM27SO23ST25SV28TL23TN24TR26UA29VA22VG24XK20";

static size_t iban_length(char first, char second)
{
    first = (char)(first & ~0x20);
    second = (char)(second & ~0x20);
    for (const char *row = iban_lengths; *row; row += 4) {
        if (row[0] == first && row[1] == second) {
            return (size_t)(row[2] - '0') * 10 + (size_t)(row[3] - '0');
        }
    }
    return 0;
}

static unsigned iban_add(unsigned rest, char c)
{
    if (detect_digit(c)) {
        return (rest * 10 + (unsigned)(c - '0')) % 97;
    }
    return (rest * 100 + (unsigned)((c | 0x20) - 'a') + 10) % 97;
}

bool detect_iban(str text, size_t at, struct span *ret)
{
    if (!detect_boundary(text, at) || at + 15 > text.n || !detect_letter(text.p[at]) ||
        !detect_letter(text.p[at + 1])) {
        return false;
    }
    size_t length = iban_length(text.p[at], text.p[at + 1]);
    char compact[36] = {0};
    size_t n = 0, i = at;
    for (; i < text.n && n < length; i++) {
        char c = text.p[i];
        if (detect_alnum(c)) {
            compact[n++] = c;
        } else if ((c != ' ' && c != '-') || !detect_alnum(text.p[i - 1])) {
            return false;
        }
    }
    if (length == 0 || n < length || !detect_digit(compact[2]) || !detect_digit(compact[3]) ||
        (i < text.n && detect_alnum(text.p[i]))) {
        return false;
    }
    unsigned rest = 0;
    for (size_t k = 0; k < n; k++) {
        rest = iban_add(rest, compact[(k + 4) % n]);
    }
    if (rest != 1) {
        return false;
    }
    *ret = (struct span){at, i};
    return true;
}
