/* SPDX-License-Identifier: Apache-2.0 */
#include "net/mime.h"

#include "base/bytes.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/utf8.h"

enum {
    LINE_MAX = 76,
    WORD_BYTES = 39,   /* of text in one encoded word: 64 bytes, so that it fits behind "Subject: "
                          (RFC 2047 section 2) */
    BASE64_BYTES = 57, /* of data in one line of 76 letters, RFC 2045 section 6.8 */
    MESSAGE_ID_MAX = 250,
};

/* Copies a value for a header: one line, valid UTF-8, no control or formatting characters that hide
 * or reorder text, single spaces, at most `max` bytes. */
static void add_plain(struct buf *b, str value, size_t max)
{
    uint32_t code;
    size_t start = b->n;
    bool space = false;
    while (utf8_next(&value, &code) && b->n - start < max) {
        if (code <= ' ' || (code >= 0x7f && code <= 0xa0) || utf8_is_hidden(code)) {
            space = true;
            continue;
        }
        if (space && b->n > start) {
            buf_add_byte(b, ' ');
        }
        space = false;
        utf8_add(b, code);
    }
}

static bool is_ascii(str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if ((unsigned char)s.p[i] >= 0x80) {
            return false;
        }
    }
    return true;
}

/* Encodes a clean value as words of RFC 2047 with base64, each on a line of its own after the
 * first. */
static void add_encoded(struct buf *b, str value)
{
    bool first = true;
    while (value.n > 0) {
        str piece = utf8_cut(value, WORD_BYTES);
        buf_add_c(b, first ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?");
        bytes_base64(b, piece.p, piece.n);
        buf_add_c(b, "?=");
        value = str_slice(value, piece.n, value.n);
        first = false;
    }
}

/* Adds "Name: value" where the value is unstructured text. */
static void add_text_header(struct buf *b, const char *name, str value, size_t max)
{
    struct buf clean;
    buf_init(&clean, max + 8);
    add_plain(&clean, value, max);
    str text = buf_str(&clean);
    buf_addf(b, "%s: ", name);
    if (is_ascii(text) && text.n + strlen(name) + 2 <= LINE_MAX &&
        str_find(text, STR("=?"), 0) == SIZE_MAX) {
        buf_add(b, text);
    } else {
        add_encoded(b, text);
    }
    buf_add_c(b, "\r\n");
    b->failed = b->failed ? b->failed : clean.failed;
    buf_done(&clean);
}

/* Adds a display name: as it is, quoted or encoded (RFC 5322 section 3.2.4, RFC 2047 section 5). */
static void add_name(struct buf *b, str name)
{
    bool atoms = true,
         quotable = is_ascii(name) && name.n <= 30 && str_find(name, STR("=?"), 0) == SIZE_MAX;
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        atoms = atoms && (c == ' ' || !strchr("()<>[]:;@\\,.\"", c));
    }
    if (!quotable) {
        add_encoded(b, name);
    } else if (atoms) {
        buf_add(b, name);
    } else {
        buf_add_byte(b, '"');
        for (size_t i = 0; i < name.n; i++) {
            if (name.p[i] == '"' || name.p[i] == '\\') {
                buf_add_byte(b, '\\');
            }
            buf_add_byte(b, name.p[i]);
        }
        buf_add_byte(b, '"');
    }
}

/* Adds one mailbox; its address begins a line of its own when a name stands before it. */
static err add_mailbox(struct buf *b, const struct mail_mailbox *box)
{
    struct buf name;
    if (!mail_address_valid(box->address) || !is_ascii(box->address)) {
        return err_new(ERR_INVALID, "a mail address is malformed");
    }
    buf_init(&name, MIME_NAME_MAX + 8);
    add_plain(&name, box->name, MIME_NAME_MAX);
    if (name.n > 0) {
        add_name(b, buf_str(&name));
        buf_addf(b, "\r\n <%.*s>", STR_ARG(box->address));
    } else {
        buf_add(b, box->address);
    }
    b->failed = b->failed ? b->failed : name.failed;
    buf_done(&name);
    return buf_err(b);
}

static err add_mailboxes(struct buf *b, const char *header, const struct mail_mailbox *boxes,
                         size_t count)
{
    err e = count > 0 ? ERR_NONE : err_new(ERR_INVALID, "a mail without a recipient");
    buf_addf(b, "%s: ", header);
    for (size_t i = 0; err_ok(e) && i < count; i++) {
        buf_add_c(b, i == 0 ? "" : ",\r\n ");
        e = add_mailbox(b, &boxes[i]);
    }
    buf_add_c(b, "\r\n");
    return e;
}

/* The characters of a message id, and the brackets (RFC 5322 section 3.6.4). */
static void add_message_id(struct buf *b, str message_id)
{
    buf_add_c(b, "Message-ID: <");
    for (size_t i = 0; i < message_id.n && i < MESSAGE_ID_MAX; i++) {
        char c = message_id.p[i];
        if (c > ' ' && c < 0x7f && !strchr("<>()[]\\,;:\"", c)) {
            buf_add_byte(b, c);
        }
    }
    buf_add_c(b, ">\r\n");
}

/* ── bodies ── */

/* True when quoted-printable is the shorter form, so that text in most scripts stays readable in
 * the source. */
static bool prefers_quoted(str text)
{
    size_t high = 0;
    for (size_t i = 0; i < text.n; i++) {
        high += (unsigned char)text.p[i] >= 0x80 ? 1 : 0;
    }
    return high * 3 < text.n;
}

/* Appends in quoted-printable (RFC 2045 section 6.7); LF and CRLF end lines, a lone CR is encoded.
 */
static void add_quoted(struct buf *b, str text)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t column = 0;
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        bool crlf = c == '\r' && i + 1 < text.n && text.p[i + 1] == '\n';
        if (c == '\n' || crlf) {
            i += crlf ? 1 : 0;
            buf_add_c(b, "\r\n");
            column = 0;
            continue;
        }
        bool ends = i + 1 == text.n || text.p[i + 1] == '\n' || text.p[i + 1] == '\r';
        /* a dot or "From " at the start of a line invites mail servers to change it */
        bool fragile = column == 0 && (c == '.' || c == 'F');
        bool plain =
            (c > ' ' && c < 0x7f && c != '=' && !fragile) || ((c == ' ' || c == '\t') && !ends);
        if (column + (plain ? 1 : 3) > LINE_MAX - 1) {
            buf_add_c(b, "=\r\n");
            column = 0;
            i--;
            continue;
        }
        if (plain) {
            buf_add_byte(b, (char)c);
        } else {
            buf_add_byte(b, '=');
            buf_add_byte(b, digits[c >> 4]);
            buf_add_byte(b, digits[c & 15]);
        }
        column += plain ? 1 : 3;
    }
    buf_add_c(b, "\r\n");
}

static void add_base64_lines(struct buf *b, str text)
{
    for (size_t i = 0; i < text.n; i += BASE64_BYTES) {
        str piece = str_slice(text, i, i + BASE64_BYTES);
        bytes_base64(b, piece.p, piece.n);
        buf_add_c(b, "\r\n");
    }
}

static void add_part(struct buf *b, const char *boundary, const char *type, str text)
{
    bool quoted = prefers_quoted(text);
    buf_addf(b, "--%s\r\nContent-Type: %s; charset=UTF-8\r\nContent-Transfer-Encoding: %s\r\n\r\n",
             boundary, type, quoted ? "quoted-printable" : "base64");
    if (quoted) {
        add_quoted(b, text);
    } else {
        add_base64_lines(b, text);
    }
}

err mime_compose(struct buf *b, const struct mime_mail *mail)
{
    unsigned char random[12];
    struct buf boundary;
    buf_init(&boundary, 64);
    crypto_random(random, sizeof(random));
    buf_add_c(&boundary, "=_dw_"); /* "=_" comes up in no encoded body */
    bytes_hex(&boundary, random, sizeof(random));
    const char *mark = buf_c(&boundary);
    err e = mark ? ERR_NONE : err_new(ERR_NO_MEMORY, "no memory for a mail");
    struct clock_text date = clock_rfc5322(mail->date_ms);
    buf_addf(b, "Date: %s\r\n", date.c);
    e = err_ok(e) ? add_mailboxes(b, "From", &mail->from, 1) : e;
    e = err_ok(e) ? add_mailboxes(b, "To", mail->to, mail->to_count) : e;
    if (err_ok(e) && mail->reply_to.address.n && mail_address_valid(mail->reply_to.address)) {
        e = add_mailboxes(b, "Reply-To", &mail->reply_to, 1);
    }
    if (!err_ok(e)) {
        buf_done(&boundary);
        return e;
    }
    add_message_id(b, mail->message_id);
    add_text_header(b, "Subject", mail->subject, MIME_SUBJECT_MAX);
    buf_addf(
        b,
        "MIME-Version: 1.0\r\nAuto-Submitted: auto-generated\r\nContent-Type: multipart/alternative;\r\n "
        "boundary=\"%s\"\r\n\r\n",
        mark);
    add_part(b, mark, "text/plain", mail->text);
    add_part(b, mark, "text/html", mail->html);
    buf_addf(b, "--%s--\r\n", mark);
    buf_done(&boundary);
    return buf_err(b);
}
