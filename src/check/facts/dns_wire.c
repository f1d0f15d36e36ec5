/* SPDX-License-Identifier: Apache-2.0 */
/* Messages and names of the wire (RFC 1035 section 4): everything here may come from an enemy. */
#include "check/facts/dns_private.h"

enum {
    HEADER_BYTES = 12,
    RECORD_BYTES_MIN = 11, /* root owner, type, class, TTL, length */
    CLASS_IN = 1,
    TYPE_OPT = 41,
};

str dns_take(struct dns_cursor *c, size_t n)
{
    if (c->bad || c->n - c->at < n) {
        c->bad = true;
        return STR_EMPTY;
    }
    str taken = {(const char *)c->p + c->at, n};
    c->at += n;
    return taken;
}

static uint32_t take_number(struct dns_cursor *c, size_t n)
{
    str bytes = dns_take(c, n);
    uint32_t x = 0;
    for (size_t i = 0; i < bytes.n; i++) {
        x = x << 8 | (unsigned char)bytes.p[i];
    }
    return x;
}

unsigned dns_take_u8(struct dns_cursor *c) { return take_number(c, 1); }
unsigned dns_take_u16(struct dns_cursor *c) { return take_number(c, 2); }
uint32_t dns_take_u32(struct dns_cursor *c) { return take_number(c, 4); }

void dns_take_name(struct dns_cursor *c, bool pointers, struct dns_wire_name *ret)
{
    struct dns_cursor walk = *c;
    bool jumped = false;
    ret->n = 0;
    for (;;) {
        size_t start = walk.at;
        unsigned length = dns_take_u8(&walk);
        if (length >= 0xc0 && pointers) {
            size_t target = (length & 0x3fU) << 8 | dns_take_u8(&walk);
            /* Each pointer goes further back than the label it replaces: no loops. */
            walk.bad = walk.bad || target >= start;
            if (!jumped) {
                c->at = walk.at;
                jumped = true;
            }
            walk.n = start; /* what is pointed to lies before the pointer */
            walk.at = target;
        } else {
            str label = dns_take(&walk, length);
            walk.bad =
                walk.bad || length > DNS_LABEL_MAX || ret->n + length + 1 > sizeof ret->bytes;
            if (!walk.bad) {
                ret->bytes[ret->n++] = (unsigned char)length;
                for (size_t i = 0; i < label.n; i++) {
                    ret->bytes[ret->n++] = (unsigned char)label.p[i];
                }
            }
        }
        if (walk.bad) {
            c->bad = true;
            ret->bytes[0] = 0;
            ret->n = 1;
            return;
        }
        if (length == 0) {
            break;
        }
    }
    if (!jumped) {
        c->at = walk.at;
    }
}

static void put_byte(char *text, size_t *n, unsigned char byte)
{
    static const str special = STR_INIT(".;()\\\"@$");
    if (byte <= 0x20 || byte >= 0x7f) {
        text[(*n)++] = '\\';
        text[(*n)++] = (char)('0' + byte / 100);
        text[(*n)++] = (char)('0' + byte / 10 % 10);
        text[(*n)++] = (char)('0' + byte % 10);
        return;
    }
    if (str_find_byte(special, (char)byte, 0) != SIZE_MAX) {
        text[(*n)++] = '\\';
    }
    text[(*n)++] = str_lower((char)byte);
}

str dns_name_of_wire(struct arena *a, const struct dns_wire_name *name)
{
    char text[DNS_NAME_TEXT_MAX];
    size_t n = 0;
    for (size_t at = 0; at < name->n && name->bytes[at] != 0;) {
        size_t end = at + 1 + name->bytes[at];
        if (n > 0) {
            text[n++] = '.';
        }
        for (at++; at < end; at++) {
            put_byte(text, &n, name->bytes[at]);
        }
    }
    return arena_str(a, str_n(text, n));
}

/* The byte that an escape stands for: \DDD or \X (RFC 1035 section 5.1). False when it is none. */
static bool unescape(str text, size_t *at, unsigned char *ret)
{
    unsigned value = 0, digits = 0;
    while (digits < 3 && *at + digits < text.n && text.p[*at + digits] >= '0' &&
           text.p[*at + digits] <= '9') {
        value = value * 10 + (unsigned)(text.p[*at + digits] - '0');
        digits++;
    }
    if (digits == 3 && value <= 255) {
        *at += 3;
        *ret = (unsigned char)value;
        return true;
    }
    if (digits > 0 || *at >= text.n) {
        return false;
    }
    *ret = (unsigned char)text.p[(*at)++];
    return true;
}

err dns_name_to_wire(str text, struct dns_wire_name *ret)
{
    struct dns_wire_name name = {.n = 1}; /* the length of the first label */
    size_t label = 0;
    if (str_eq(text, STR("."))) {
        text = STR_EMPTY;
    }
    for (size_t at = 0; at < text.n;) {
        unsigned char byte = (unsigned char)text.p[at++];
        bool dot = byte == '.';
        if (byte == '\\' && !unescape(text, &at, &byte)) {
            return err_new(ERR_INVALID, "a broken escape in the name");
        }
        size_t length = name.n - label - 1;
        if (dot && length == 0) {
            return err_new(ERR_INVALID, "an empty label in the name");
        }
        if ((!dot && length >= DNS_LABEL_MAX) || name.n >= sizeof name.bytes) {
            return err_new(ERR_INVALID, "a name or label that is too long");
        }
        if (dot) {
            name.bytes[label] = (unsigned char)length;
            label = name.n++;
        } else {
            name.bytes[name.n++] = byte;
        }
    }
    if (name.n - label - 1 > 0) { /* no final dot */
        name.bytes[label] = (unsigned char)(name.n - label - 1);
        if (name.n >= sizeof name.bytes) {
            return err_new(ERR_INVALID, "a name that is too long");
        }
        name.n++;
    }
    name.bytes[name.n - 1] = 0;
    *ret = name;
    return ERR_NONE;
}

/* What names stand in the rdata of a type and may be compressed there (RFC 3597 section 4). */
static bool compressed_names(unsigned type, size_t *ret_before, unsigned *ret_names)
{
    *ret_before = type == DNS_MX ? 2 : type == DNS_SRV ? 6 : 0;
    *ret_names = type == DNS_SOA ? 2 : 1;
    return type == DNS_NS || type == DNS_CNAME || type == DNS_PTR || type == DNS_DNAME ||
           type == DNS_MX || type == DNS_SRV || type == DNS_SOA;
}

/* The rdata at the cursor with its names uncompressed; what is malformed is left as it is, for the
 * accessors to refuse. */
static str take_rdata(struct arena *a, struct dns_cursor *c, unsigned type, size_t length)
{
    unsigned char bytes[6 + 2 * DNS_NAME_WIRE_MAX + 20];
    size_t before, n = 0;
    unsigned names;
    struct dns_cursor inside = *c;
    str raw = dns_take(c, length);
    if (c->bad || !compressed_names(type, &before, &names)) {
        return arena_str(a, raw);
    }
    inside.n = c->at;
    str head = dns_take(&inside, before);
    memcpy(bytes, head.p, head.n);
    n = head.n;
    for (unsigned i = 0; i < names; i++) {
        struct dns_wire_name name;
        dns_take_name(&inside, true, &name);
        memcpy(bytes + n, name.bytes, name.n);
        n += name.n;
    }
    str tail = dns_take(&inside, inside.n - inside.at);
    if (inside.bad || tail.n > 20) {
        return arena_str(a, raw);
    }
    memcpy(bytes + n, tail.p, tail.n);
    return arena_str(a, str_n((const char *)bytes, n + tail.n));
}

/* One record; false when it is none of class IN (or is the OPT, which gives the upper bits of the
 * rcode). */
static bool take_record(struct arena *a, struct dns_cursor *c, struct dns_record *ret,
                        unsigned *rcode)
{
    struct dns_wire_name owner;
    dns_take_name(c, true, &owner);
    ret->type = dns_take_u16(c);
    unsigned class = dns_take_u16(c);
    ret->ttl = dns_take_u32(c);
    if (ret->type == TYPE_OPT && !c->bad) {
        *rcode |= (unsigned)(ret->ttl >> 24) << 4;
    }
    if (ret->ttl > INT32_MAX) {
        ret->ttl = 0; /* RFC 2181 section 8 */
    }
    size_t length = dns_take_u16(c);
    if (ret->type == TYPE_OPT || class != CLASS_IN) {
        dns_take(c, length);
        return false;
    }
    ret->rdata = take_rdata(a, c, ret->type, length);
    ret->owner = dns_name_of_wire(a, &owner);
    return !c->bad;
}

/* One section. NO_MEMORY, INVALID. */
static err take_section(struct arena *a, struct dns_cursor *c, size_t count, struct dns_answer *x,
                        const struct dns_record **ret, size_t *ret_count)
{
    size_t possible = (c->n - c->at) / RECORD_BYTES_MIN, n = 0;
    size_t room = count < possible ? count : possible;
    room = room < DNS_RECORDS_MAX ? room : DNS_RECORDS_MAX;
    struct dns_record *records = arena_array(a, room ? room : 1, sizeof *records);
    if (!records) {
        return err_new(ERR_NO_MEMORY, "no memory for an answer");
    }
    *ret = records;
    for (size_t i = 0; i < count && !c->bad; i++) {
        if (n == DNS_RECORDS_MAX) {
            x->more = true;
            break;
        }
        struct dns_record record;
        if (take_record(a, c, &record, &x->rcode)) {
            if (!record.owner.p || !record.rdata.p || n == room) {
                return err_new(ERR_NO_MEMORY, "no memory for an answer");
            }
            records[n++] = record;
            *ret_count = n;
        }
    }
    return c->bad ? err_new(ERR_INVALID, "a malformed record") : ERR_NONE;
}

static err take_question(struct arena *a, struct dns_cursor *c, unsigned count,
                         const struct dns_answer *x)
{
    if (count == 0 && x->rcode != DNS_NOERROR) {
        return ERR_NONE; /* some servers leave it out when they refuse */
    }
    struct dns_wire_name name;
    dns_take_name(c, false, &name);
    unsigned type = dns_take_u16(c), class = dns_take_u16(c);
    if (c->bad || count != 1) {
        return err_new(ERR_INVALID, "a malformed question");
    }
    str text = dns_name_of_wire(a, &name);
    if (!text.p) {
        return err_new(ERR_NO_MEMORY, "no memory for an answer");
    }
    return type == x->type && class == CLASS_IN && str_eq(text, x->name)
               ? ERR_NONE
               : err_new(ERR_INVALID, "an answer to another question");
}

err dns_message_read(struct arena *a, str message, struct dns_answer *x)
{
    struct dns_cursor c = dns_cursor(message);
    struct dns_answer y = *x;
    dns_take_u16(&c);
    unsigned flags = dns_take_u16(&c), counts[4];
    for (size_t i = 0; i < 4; i++) {
        counts[i] = dns_take_u16(&c);
    }
    if (c.bad || !(flags & 0x8000) || (flags & 0x7800)) {
        return err_new(ERR_INVALID, "no answer of a name server");
    }
    y.outcome = DNS_ANSWERED;
    y.bytes = message.n;
    y.rcode = flags & 0xf;
    y.authoritative = flags & 0x0400;
    y.truncated = flags & 0x0200;
    y.recursion = flags & 0x0080;
    y.records = y.authority = y.additional = NULL;
    y.count = y.authority_count = y.additional_count = 0;
    y.more = false;
    err e = take_question(a, &c, counts[0], &y);
    if (err_ok(e)) {
        e = take_section(a, &c, counts[1], &y, &y.records, &y.count);
    }
    if (err_ok(e) && !y.more) {
        e = take_section(a, &c, counts[2], &y, &y.authority, &y.authority_count);
    }
    if (err_ok(e) && !y.more) {
        e = take_section(a, &c, counts[3], &y, &y.additional, &y.additional_count);
    }
    if (e.code == ERR_INVALID && y.truncated && c.at > HEADER_BYTES && y.rcode == DNS_NOERROR &&
        counts[0] == 1 && y.records) {
        e = ERR_NONE; /* cut in the middle of a record: what came whole counts */
    }
    if (err_ok(e)) {
        *x = y;
    }
    return e;
}
