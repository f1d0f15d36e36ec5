/* SPDX-License-Identifier: Apache-2.0 */
#include "http/h1_chunked.h"

#include "base/bytes.h"
#include "http/syntax.h"

enum state {
    SIZE,      /* hex digits */
    EXTENSION, /* ";" up to CR */
    SIZE_LF,   /* LF after the size line */
    DATA,      /* `left` bytes */
    DATA_CR,   /* CR LF after the data */
    DATA_LF,
    TRAILER,      /* first byte of a trailer line, or CR of the last line */
    TRAILER_NAME, /* up to ":" */
    TRAILER_VALUE,
    TRAILER_LF,
    LAST_LF,
    ENDED
};

void h1_chunked_init(struct h1_chunked *c) { *c = (struct h1_chunked){.state = SIZE}; }

static enum h1_result bad(struct h1_chunked *c, const char *what)
{
    c->what = what;
    return H1_BAD;
}

static enum h1_result size_byte(struct h1_chunked *c, char byte)
{
    int digit = bytes_hex_digit(byte);
    if (digit >= 0) {
        if (++c->digits > H1_CHUNK_DIGITS_MAX) {
            return bad(c, "a chunk is too large");
        }
        c->left = c->left << 4 | (unsigned)digit;
        return H1_MORE;
    }
    if (c->digits == 0 || (byte != '\r' && byte != ';')) {
        return bad(c, "a chunk size is malformed");
    }
    c->state = byte == '\r' ? SIZE_LF : EXTENSION;
    return H1_MORE;
}

static enum h1_result size_end(struct h1_chunked *c, char byte)
{
    if (byte != '\n') {
        return bad(c, "a chunk size line does not end in CR LF");
    }
    c->state = c->left ? DATA : TRAILER;
    c->digits = 0;
    c->extension = 0;
    return H1_MORE;
}

static enum h1_result extension_byte(struct h1_chunked *c, char byte)
{
    if (byte == '\r') {
        c->state = SIZE_LF;
        return H1_MORE;
    }
    if (!(syntax_class[(unsigned char)byte] & SYNTAX_VALUE) ||
        ++c->extension > H1_CHUNK_EXTENSION_MAX) {
        return bad(c, "a chunk extension is malformed");
    }
    return H1_MORE;
}

static enum h1_result trailer_byte(struct h1_chunked *c, char byte)
{
    unsigned char class = syntax_class[(unsigned char)byte];
    if (++c->trailer > H1_TRAILER_BYTES_MAX) {
        return bad(c, "the trailers are too large");
    }
    if (c->state == TRAILER && byte == '\r') {
        c->state = LAST_LF;
    } else if (c->state == TRAILER && (class & SYNTAX_TOKEN)) {
        c->state = TRAILER_NAME;
    } else if (c->state == TRAILER_NAME && byte == ':') {
        c->state = TRAILER_VALUE;
    } else if (c->state == TRAILER_VALUE && byte == '\r') {
        c->state = TRAILER_LF;
    } else if (c->state == TRAILER_LF && byte == '\n') {
        c->state = TRAILER;
    } else if (!(c->state == TRAILER_NAME && (class & SYNTAX_TOKEN)) &&
               !(c->state == TRAILER_VALUE && (class & SYNTAX_VALUE))) {
        return bad(c, "a trailer is malformed");
    }
    return H1_MORE;
}

static enum h1_result one_byte(struct h1_chunked *c, char byte)
{
    switch ((enum state)c->state) {
    case SIZE:
        return size_byte(c, byte);
    case EXTENSION:
        return extension_byte(c, byte);
    case SIZE_LF:
        return size_end(c, byte);
    case DATA_CR:
        c->state = DATA_LF;
        return byte == '\r' ? H1_MORE : bad(c, "a chunk does not end in CR LF");
    case DATA_LF:
        c->state = SIZE;
        return byte == '\n' ? H1_MORE : bad(c, "a chunk does not end in CR LF");
    case LAST_LF:
        c->state = ENDED;
        return byte == '\n' ? H1_DONE : bad(c, "the chunked body does not end in CR LF");
    case TRAILER:
    case TRAILER_NAME:
    case TRAILER_VALUE:
    case TRAILER_LF:
        return trailer_byte(c, byte);
    case DATA:
    case ENDED:
        break;
    }
    return bad(c, "bytes after the end of a chunked body");
}

enum h1_result h1_chunked_feed(struct h1_chunked *c, str *in, str *ret_data)
{
    *ret_data = STR_EMPTY;
    while (in->n > 0) {
        if (c->state == DATA) {
            size_t n = c->left < in->n ? (size_t)c->left : in->n;
            *ret_data = str_slice(*in, 0, n);
            *in = str_slice(*in, n, in->n);
            c->left -= n;
            c->state = c->left ? DATA : DATA_CR;
            return H1_MORE;
        }
        char byte = in->p[0];
        *in = str_slice(*in, 1, in->n);
        enum h1_result result = one_byte(c, byte);
        if (result != H1_MORE) {
            return result;
        }
    }
    return H1_MORE;
}
