/* SPDX-License-Identifier: Apache-2.0 */
/* Sitemaps (sitemaps.org 0.9): XML, an index of more, or one URL per line; gzip when the bytes are.
 */
#include <libxml/xmlreader.h>
#include <zlib.h>

#include "know/format.h"
#include "know/outline.h"
#include "know/xml.h"

enum { UNPACKED_MAX = 50 << 20, URLS_MAX = 50000 };

struct sitemap {
    struct arena *arena;
    struct buf urls; /* parted by '\n' */
    size_t count;
    bool index;
};

static void add_url(struct sitemap *s, str url)
{
    url = str_trim(url);
    bool web = str_istarts(url, STR("http://")) || str_istarts(url, STR("https://"));
    if (web && url.n <= OUTLINE_URL_MAX && !str_has_control(url) && s->count < URLS_MAX) {
        buf_add(&s->urls, url);
        buf_add_byte(&s->urls, '\n');
        s->count++;
    }
}

static enum format_fault unpack(str packed, struct buf *ret)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)packed.p, .avail_in = (uInt)packed.n};
    if (inflateInit2(&z, 15 + 16) != Z_OK) {
        return FORMAT_NO_MEMORY;
    }
    int state = Z_OK;
    while (state == Z_OK) {
        char *room = buf_reserve(ret, 64 * 1024);
        if (!room) {
            break;
        }
        z.next_out = (Bytef *)room;
        z.avail_out = 64 * 1024;
        state = inflate(&z, Z_NO_FLUSH);
        buf_commit(ret, 64 * 1024 - z.avail_out);
        if (z.avail_out && z.avail_in == 0) {
            break;
        }
    }
    (void)inflateEnd(&z);
    if (ret->failed) {
        return ret->failed == ERR_TOO_LARGE ? FORMAT_BOMB : FORMAT_NO_MEMORY;
    }
    return state == Z_STREAM_END ? FORMAT_NONE : FORMAT_DAMAGED;
}

static enum format_fault read_xml(struct sitemap *s, str text)
{
    struct xml_reader *x = NULL;
    enum format_fault fault = xml_open(text, &x);
    str above = STR_EMPTY;
    bool in_loc = false;
    while (fault == FORMAT_NONE && xml_next(x)) {
        str name = xml_name(x);
        if (xml_event(x) == XML_EVENT_OPEN) {
            in_loc = str_eq(name, STR("loc")) &&
                     (str_eq(above, STR("url")) || str_eq(above, STR("sitemap")));
            if (str_eq(name, STR("url")) || str_eq(name, STR("sitemap"))) {
                above = str_eq(name, STR("url")) ? STR("url") : STR("sitemap");
                s->index |= str_eq(above, STR("sitemap"));
            } else if (!in_loc) {
                above = str_eq(name, STR("lastmod")) || str_eq(name, STR("changefreq")) ||
                                str_eq(name, STR("priority"))
                            ? above
                            : STR_EMPTY;
            }
        } else if (xml_event(x) == XML_EVENT_TEXT && in_loc) {
            add_url(s, xml_text(x));
        } else if (xml_event(x) == XML_EVENT_CLOSE) {
            in_loc = false;
        }
    }
    fault = fault == FORMAT_NONE ? xml_fault(x) : fault;
    xml_close(x);
    return fault;
}

static enum format_fault take(struct sitemap *s, struct know_document *ret)
{
    str rest = arena_str(s->arena, buf_str(&s->urls));
    str *links = arena_array(s->arena, s->count, sizeof(*links));
    if (!rest.p || !links || s->urls.failed) {
        return FORMAT_NO_MEMORY;
    }
    size_t count = 0;
    while (count < s->count && str_split(&rest, '\n', &links[count])) {
        count++;
    }
    ret->links = links;
    ret->link_count = count;
    ret->noindex = s->index;
    return FORMAT_NONE;
}

enum format_fault format_sitemap(struct arena *a, const struct format_input *in,
                                 struct know_document *ret)
{
    struct buf unpacked;
    buf_init(&unpacked, UNPACKED_MAX);
    struct sitemap s = {.arena = a};
    buf_init(&s.urls, (size_t)URLS_MAX * (OUTLINE_URL_MAX + 1));
    bool gzip = str_starts(in->bytes, STR("\x1f\x8b"));
    enum format_fault fault = gzip ? unpack(in->bytes, &unpacked) : FORMAT_NONE;
    str text = gzip ? buf_str(&unpacked) : in->bytes;
    if (fault == FORMAT_NONE && str_find_byte(str_slice(text, 0, 1024), '<', 0) != SIZE_MAX) {
        fault = read_xml(&s, text);
    } else if (fault == FORMAT_NONE) {
        str line;
        while (str_split(&text, '\n', &line)) {
            add_url(&s, line);
        }
    }
    if (fault == FORMAT_NONE || s.count) {
        fault = take(&s, ret); /* a map that breaks off has still named its first pages */
    }
    buf_done(&unpacked);
    buf_done(&s.urls);
    return fault;
}
