/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "guard/detect.h"
#include "guard/text.h"

/* A replacement changes what stands beside the rest, so a text is read again until nothing is
 * found. A chain of joined numbers gives one a pass: the passes grow with the text, up to a bound.
 */
enum { PASSES_MIN = 8, PASSES_MAX = 512, CHAIN_BYTES = 8, TEXT_MAX = 16 << 20 };

static const struct {
    enum guard_found kind;
    const char *text;
} placeholders[] = {
    {GUARD_FOUND_EMAIL, "[email]"},        {GUARD_FOUND_PHONE, "[phone]"},
    {GUARD_FOUND_CARD, "[card]"},          {GUARD_FOUND_IBAN, "[iban]"},
    {GUARD_FOUND_ADDRESS, "[ip]"},         {GUARD_FOUND_TOKEN, "[secret]"},
    {GUARD_FOUND_NATIONAL, "[id number]"},
};

static const char *placeholder(unsigned kind)
{
    size_t i = 0;
    while (placeholders[i].kind != kind) {
        i++;
    }
    return placeholders[i].text;
}

/* What begins at `at` (for an address of mail: surrounds it), or 0. */
static unsigned detect_any(str text, size_t at, size_t floor, struct span *ret)
{
    char c = text.p[at];
    unsigned kind = 0;
    if (c == '@') {
        return detect_email(text, at, floor, ret) ? GUARD_FOUND_EMAIL : 0;
    }
    if ((detect_alnum(c) || c == '-') && detect_secret(text, at, ret)) {
        return GUARD_FOUND_TOKEN;
    }
    if (detect_letter(c) && detect_iban(text, at, ret)) {
        return GUARD_FOUND_IBAN;
    }
    if ((detect_alnum(c) || c == ':') && detect_address(text, at, ret)) {
        return GUARD_FOUND_ADDRESS;
    }
    bool number = detect_digit(c) || c == '+' || c == '(' || (unsigned char)c >= 0xd9;
    return number && detect_number(text, at, ret, &kind) ? kind : 0;
}

static unsigned redact_pass(str text, struct buf *out)
{
    unsigned found = 0;
    size_t done = 0;
    for (size_t at = 0; at < text.n;) {
        struct span span;
        unsigned kind = detect_any(text, at, done, &span);
        if (!kind) {
            at++;
            continue;
        }
        found |= kind;
        buf_add(out, str_slice(text, done, span.from));
        buf_add_c(out, placeholder(kind));
        at = done = span.to;
    }
    buf_add(out, str_slice(text, done, text.n));
    return found;
}

err guard_redact(struct arena *a, str text, str *ret, unsigned *ret_found)
{
    struct buf now, next;
    unsigned found = 0, more = 1;
    size_t passes = PASSES_MIN + text.n / CHAIN_BYTES;
    passes = passes < PASSES_MAX ? passes : PASSES_MAX;
    buf_init(&now, TEXT_MAX);
    buf_init(&next, TEXT_MAX);
    buf_add(&now, text);
    for (size_t pass = 0; pass < passes && more && !now.failed; pass++) {
        buf_clear(&next);
        more = redact_pass(buf_str(&now), &next);
        found |= more;
        struct buf swap = now;
        now = next;
        next = swap;
    }
    err e = buf_err(&now);
    str copy = err_ok(e) ? arena_str(a, buf_str(&now)) : STR_EMPTY;
    if (err_ok(e) && !copy.p) {
        e = err_new(ERR_NO_MEMORY, "no memory for the redacted text");
    }
    buf_done(&now);
    buf_done(&next);
    if (err_ok(e)) {
        *ret = copy;
        *ret_found = found;
    }
    return e;
}
