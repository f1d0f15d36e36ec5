/* SPDX-License-Identifier: Apache-2.0 */
#include "know/wire.h"

#include "base/utf8.h"
#include "know/outline.h"

enum {
    NAME_MAX_BYTES = 4096,
    URLS_MAX = 50000,
    PATH_MAX_BYTES = OUTLINE_LEVELS * (OUTLINE_HEADING_MAX + 8)
};

static const char magic[4] = {'D', 'W', 'K', '1'};

static void put32(char *p, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++) {
        p[i] = (char)(unsigned char)(value >> (8 * i));
    }
}

static uint32_t get32(const char *p)
{
    uint32_t value = 0;
    for (unsigned i = 0; i < 4; i++) {
        value |= (uint32_t)(unsigned char)p[i] << (8 * i);
    }
    return value;
}

void wire_head_write(char head[WIRE_HEAD_BYTES], uint32_t code, uint64_t bytes)
{
    memcpy(head, magic, sizeof(magic));
    put32(head + 4, code);
    put32(head + 8, (uint32_t)bytes);
    put32(head + 12, (uint32_t)(bytes >> 32));
}

static bool read_head(str head, uint64_t bytes_max, uint32_t codes, struct wire_head *ret)
{
    if (head.n != WIRE_HEAD_BYTES || memcmp(head.p, magic, sizeof(magic)) != 0) {
        return false;
    }
    struct wire_head got = {get32(head.p + 4), get32(head.p + 8) | (uint64_t)get32(head.p + 12)
                                                                       << 32};
    if (got.code >= codes || got.bytes > bytes_max) {
        return false;
    }
    *ret = got;
    return true;
}

bool wire_request_head(str head, uint64_t bytes_max, struct wire_head *ret)
{
    return read_head(head, bytes_max, FORMAT_KIND_COUNT, ret);
}

bool wire_reply_head(str head, uint64_t bytes_max, struct wire_head *ret)
{
    return read_head(head, bytes_max, FORMAT_FAULT_COUNT, ret);
}

static void add32(struct buf *b, size_t value)
{
    char p[4];
    put32(p, value > UINT32_MAX ? UINT32_MAX : (uint32_t)value);
    buf_add(b, str_n(p, sizeof(p)));
}

static void add_str(struct buf *b, str s)
{
    add32(b, s.n);
    buf_add(b, s);
}

/* A cursor with a sticky error: take all, test once. */
struct cursor {
    str rest;
    bool failed;
};

static uint32_t take32(struct cursor *c)
{
    if (c->failed || c->rest.n < 4) {
        c->failed = true;
        return 0;
    }
    uint32_t value = get32(c->rest.p);
    c->rest = str_slice(c->rest, 4, c->rest.n);
    return value;
}

static str take_bytes(struct cursor *c, size_t max)
{
    uint32_t n = take32(c);
    if (c->failed || n > c->rest.n || n > max) {
        c->failed = true;
        return STR_EMPTY;
    }
    str taken = str_slice(c->rest, 0, n);
    c->rest = str_slice(c->rest, n, c->rest.n);
    return taken;
}

/* UTF-8 of one line, or with line ends and tabs of many. */
static str take_text(struct cursor *c, size_t max, bool lines)
{
    str s = take_bytes(c, max);
    for (size_t i = 0; i < s.n; i++) {
        unsigned char byte = (unsigned char)s.p[i];
        bool control = byte < ' ' || byte == 0x7f;
        c->failed |= control && !(lines && (byte == '\n' || byte == '\t'));
    }
    c->failed |= !utf8_valid(s);
    return c->failed ? STR_EMPTY : s;
}

static str take_word(struct cursor *c, size_t max)
{
    str s = take_text(c, max, false);
    c->failed |= str_find_byte(s, ' ', 0) != SIZE_MAX;
    return c->failed ? STR_EMPTY : s;
}

void wire_request_write(struct buf *b, const struct format_input *in)
{
    add32(b, in->text_max);
    add_str(b, str_slice(in->name, 0, NAME_MAX_BYTES));
    add_str(b, str_slice(in->content_type, 0, NAME_MAX_BYTES));
    add_str(b, in->bytes);
}

bool wire_request_read(str body, struct format_input *ret)
{
    struct cursor c = {body, false};
    struct format_input in = {.text_max = take32(&c)};
    in.name = take_bytes(&c, NAME_MAX_BYTES);
    in.content_type = take_bytes(&c, NAME_MAX_BYTES);
    in.bytes = take_bytes(&c, UINT32_MAX);
    if (c.failed || c.rest.n) {
        return false;
    }
    *ret = in;
    return true;
}

void wire_document_write(struct buf *b, const struct know_document *d)
{
    add_str(b, d->title);
    add_str(b, d->language);
    add_str(b, d->canonical);
    add_str(b, d->base);
    add32(b, (d->noindex ? 1U : 0U) | (d->nofollow ? 2U : 0U));
    add32(b, d->block_count);
    for (size_t i = 0; i < d->block_count; i++) {
        add32(b, d->blocks[i].level);
        add_str(b, d->blocks[i].heading);
        add_str(b, d->blocks[i].anchor);
        add_str(b, d->blocks[i].text);
    }
    add32(b, d->link_count);
    for (size_t i = 0; i < d->link_count; i++) {
        add_str(b, d->links[i]);
    }
}

static bool read_blocks(struct cursor *c, struct arena *a, size_t text_max, struct know_document *d)
{
    uint32_t count = take32(c);
    c->failed |= count > OUTLINE_BLOCKS_MAX + 1 || count > c->rest.n / 16;
    d->blocks = c->failed ? NULL : arena_array(a, count, sizeof(*d->blocks));
    if (!d->blocks) {
        return c->failed;
    }
    size_t left = text_max;
    for (d->block_count = 0; d->block_count < count && !c->failed; d->block_count++) {
        struct know_block *block = &d->blocks[d->block_count];
        block->level = take32(c);
        block->heading = take_text(c, PATH_MAX_BYTES, false);
        block->anchor = take_word(c, OUTLINE_ANCHOR_MAX);
        block->text = take_text(c, left, true);
        left -= block->text.n;
        c->failed |= block->level > OUTLINE_LEVELS;
    }
    return true;
}

static bool read_links(struct cursor *c, struct arena *a, struct know_document *d)
{
    uint32_t count = take32(c);
    c->failed |= count > URLS_MAX || count > c->rest.n / 4;
    d->links = c->failed ? NULL : arena_array(a, count, sizeof(*d->links));
    if (!d->links) {
        return c->failed;
    }
    for (d->link_count = 0; d->link_count < count && !c->failed; d->link_count++) {
        d->links[d->link_count] = take_text(c, OUTLINE_URL_MAX, false);
    }
    return true;
}

err wire_document_read(struct arena *a, str body, size_t text_max, struct know_document *ret)
{
    struct cursor c = {body, false};
    struct know_document d = {0};
    d.title = take_text(&c, OUTLINE_HEADING_MAX * 2, false);
    d.language = take_word(&c, 8);
    d.canonical = take_text(&c, OUTLINE_URL_MAX, false);
    d.base = take_text(&c, OUTLINE_URL_MAX, false);
    uint32_t flags = take32(&c);
    d.noindex = flags & 1;
    d.nofollow = flags & 2;
    bool room = read_blocks(&c, a, text_max, &d) && read_links(&c, a, &d);
    if (!room) {
        return err_new(ERR_NO_MEMORY, "no memory for a document");
    }
    if (c.failed || c.rest.n || flags > 3) {
        return err_new(ERR_CORRUPT, "the parser answered with something else than a document");
    }
    *ret = d;
    return ERR_NONE;
}
