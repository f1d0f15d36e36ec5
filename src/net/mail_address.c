/* SPDX-License-Identifier: Apache-2.0 */
#include "net/mail_address.h"

#include "base/utf8.h"
#include "net/url.h"

enum { LOCAL_MAX = 64, ADDRESS_MAX = 254 };

/* Atext of RFC 5322 section 3.2.3 and dots that are not at an end or doubled. */
static bool local_valid(str local)
{
    bool dot = true;
    for (size_t i = 0; i < local.n; i++) {
        char c = local.p[i];
        bool alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (c == '.' ? dot : c == '\0' || (!alnum && !strchr("!#$%&'*+-/=?^_`{|}~", c))) {
            return false;
        }
        dot = c == '.';
    }
    return local.n > 0 && local.n <= LOCAL_MAX && !dot;
}

/* Maps the domain as URLs map their hosts; the same names are valid, but no addresses and nothing
 * with "_". */
static err map_domain(struct arena *a, str domain, str *ret)
{
    struct url url;
    for (size_t i = 0; i < domain.n; i++) {
        if (strchr("/?#@:[]%_\\ ", domain.p[i]) || (unsigned char)domain.p[i] < ' ') {
            return err_new(ERR_INVALID, "the domain of the mail address is malformed");
        }
    }
    str text = arena_printf(a, "http://%.*s/", STR_ARG(domain));
    if (!text.p) {
        return err_new(ERR_NO_MEMORY, "no memory for a mail address");
    }
    err e = domain.n ? url_parse(a, text, &url)
                     : err_new(ERR_INVALID, "the mail address has no domain");
    if (e.code == ERR_NO_MEMORY) {
        return e;
    }
    bool dotted = err_ok(e) && (str_find_byte(url.host, '.', 0) != SIZE_MAX ||
                                str_eq(url.host, STR("localhost")));
    if (!dotted || url.host_is_ip || str_ends(domain, STR("."))) {
        return err_new(ERR_INVALID, "the domain of the mail address is malformed");
    }
    *ret = url.host;
    return ERR_NONE;
}

err mail_address_ascii(struct arena *a, str address, str *ret)
{
    size_t at = str_find_byte(address, '@', 0);
    str domain;
    if (address.n > ADDRESS_MAX || at == SIZE_MAX || !local_valid(str_slice(address, 0, at))) {
        return err_new(ERR_INVALID, "the mail address is malformed");
    }
    err e = map_domain(a, str_slice(address, at + 1, address.n), &domain);
    if (!err_ok(e)) {
        return e;
    }
    str text = arena_printf(a, "%.*s@%.*s", (int)at, address.p, STR_ARG(domain));
    if (!text.p) {
        return err_new(ERR_NO_MEMORY, "no memory for a mail address");
    }
    if (text.n > ADDRESS_MAX) {
        return err_new(ERR_INVALID, "the mail address is too long");
    }
    *ret = text;
    return ERR_NONE;
}

bool mail_address_valid(str address)
{
    struct arena a;
    str text;
    arena_init(&a, 64 << 10);
    err e = mail_address_ascii(&a, address, &text);
    arena_done(&a);
    return err_ok(e);
}

/* Takes the quotes off a display name and resolves its escapes. */
static err unquote(struct arena *a, str name, str *ret)
{
    bool quoted = name.n >= 2 && name.p[0] == '"' && name.p[name.n - 1] == '"';
    name = quoted ? str_slice(name, 1, name.n - 1) : name;
    char *out = arena_alloc(a, name.n + 1);
    if (!out) {
        return err_new(ERR_NO_MEMORY, "no memory for a mailbox");
    }
    size_t n = 0;
    for (size_t i = 0; i < name.n; i++) {
        bool escape = quoted && name.p[i] == '\\' && i + 1 < name.n;
        i += escape ? 1 : 0;
        if (!escape && name.p[i] == '"') {
            return err_new(ERR_INVALID, "the name before the mail address has a stray quote");
        }
        out[n++] = name.p[i];
    }
    *ret = str_n(out, n);
    return ERR_NONE;
}

err mail_mailbox_parse(struct arena *a, str text, struct mail_mailbox *ret)
{
    struct mail_mailbox box = {.name = STR_EMPTY};
    text = str_trim(text);
    if (str_has_control(text) || str_find_byte(text, '\t', 0) != SIZE_MAX || !utf8_valid(text)) {
        return err_new(ERR_INVALID, "the mailbox has a control character or is not UTF-8");
    }
    size_t open = text.n;
    while (open > 0 && text.p[open - 1] != '<') {
        open--;
    }
    str address = text;
    if (open > 0) {
        if (text.p[text.n - 1] != '>') {
            return err_new(ERR_INVALID, "the mailbox does not end with >");
        }
        address = str_slice(text, open, text.n - 1);
        err e = unquote(a, str_trim(str_slice(text, 0, open - 1)), &box.name);
        if (!err_ok(e)) {
            return e;
        }
    }
    err e = mail_address_ascii(a, address, &box.address);
    if (err_ok(e)) {
        *ret = box;
    }
    return e;
}
