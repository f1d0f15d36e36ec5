/* SPDX-License-Identifier: Apache-2.0 */
#include "check/mail/dkim_canon.h"

void canon_init(struct canon *c, EVP_MD_CTX *digest, bool relaxed, bool bare_lf, uint64_t max)
{
    c->digest = digest;
    c->relaxed = relaxed;
    c->bare_lf = bare_lf;
    c->failed = c->space = c->cr = c->any = false;
    c->buffered = 0;
    c->left = max;
    c->total = c->lines = 0;
}

static void flush(struct canon *c)
{
    if (c->buffered > 0 && EVP_DigestUpdate(c->digest, c->buffer, c->buffered) != 1) {
        c->failed = true;
    }
    c->buffered = 0;
}

static void put(struct canon *c, char byte)
{
    c->total++;
    if (c->left == 0) {
        return;
    }
    c->left--;
    c->buffer[c->buffered++] = byte;
    if (c->buffered == CANON_BUFFER) {
        flush(c);
    }
}

static void put_line_end(struct canon *c)
{
    put(c, '\r');
    put(c, '\n');
}

/* A byte of the body that is no line end. */
static void body_byte(struct canon *c, char byte)
{
    if (c->relaxed && (byte == ' ' || byte == '\t')) {
        c->space = true;
        return;
    }
    for (; c->lines > 0; c->lines--) {
        put_line_end(c);
    }
    if (c->space) {
        put(c, ' ');
        c->space = false;
    }
    put(c, byte);
    c->any = true;
}

void canon_body(struct canon *c, str piece)
{
    for (size_t i = 0; i < piece.n; i++) {
        char byte = piece.p[i];
        if (byte == '\n' && (c->cr || c->bare_lf)) {
            c->cr = c->space = false;
            c->lines++;
            continue;
        }
        if (c->cr) {
            body_byte(c, '\r');
        }
        c->cr = byte == '\r';
        if (!c->cr) {
            body_byte(c, byte);
        }
    }
}

bool canon_body_end(struct canon *c)
{
    if (c->cr) {
        body_byte(c, '\r');
    }
    if (c->any || !c->relaxed) {
        put_line_end(c); /* sections 3.4.3 and 3.4.4: one, also when the last line has none */
    }
    flush(c);
    return !c->failed;
}

/* One byte of a field; *value says that the colon was passed. Line ends inside are of folding. */
static void relaxed_byte(struct canon *c, char byte, bool *value)
{
    if (byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n') {
        c->space = true;
        return;
    }
    if (!*value && byte == ':') {
        *value = true;
        c->space = c->any = false;
        put(c, byte);
        return;
    }
    if (c->space && c->any) {
        put(c, ' ');
    }
    c->space = false;
    c->any = true; /* space before the first byte of the value is left out */
    put(c, *value ? byte : str_lower(byte));
}

static void simple_byte(struct canon *c, str raw, size_t i)
{
    if (c->bare_lf && raw.p[i] == '\n' && (i == 0 || raw.p[i - 1] != '\r')) {
        put(c, '\r');
    }
    put(c, raw.p[i]);
}

void canon_field(struct canon *c, const struct message_field *field, str without, bool last)
{
    str raw = field->raw;
    bool value = false;
    c->space = c->any = false;
    for (size_t i = 0; i < raw.n; i++) {
        if (without.n > 0 && raw.p + i >= without.p && raw.p + i < without.p + without.n) {
            continue;
        }
        if (c->relaxed) {
            relaxed_byte(c, raw.p[i], &value);
        } else {
            simple_byte(c, raw, i);
        }
    }
    if (!last) {
        put_line_end(c);
    }
}

bool canon_header_end(struct canon *c)
{
    flush(c);
    return !c->failed;
}
