/* SPDX-License-Identifier: Apache-2.0 */
/* What a page, a style sheet or a script refers to (HTML by libxml2's parser, CSS and JavaScript by
 * looking for the few forms that load something). Bounded in size, depth and number of items. */
#pragma once

#include "base/arena.h"
#include "net/url.h"

enum {
    PAGE_BYTES_MAX = 2 << 20,  /* a longer page is not parsed; callers cut it */
    PAGE_ITEMS_MAX = 2000,     /* elements of one page that are looked at */
    PAGE_DEPTH_MAX = 512,      /* nested elements */
    PAGE_ATTRIBUTES_MAX = 512, /* of one element */
    PAGE_TEXT_MAX = 64 << 10,  /* of one item */
};

enum page_item_kind {
    PAGE_SCRIPT, /* url, integrity; text of an inline one */
    PAGE_STYLE,
    PAGE_IMAGE,
    PAGE_MEDIA,
    PAGE_FRAME,
    PAGE_FORM,       /* url: the action */
    PAGE_LINK,       /* <a> */
    PAGE_OTHER,      /* object, embed, icon, manifest, preload */
    PAGE_META,       /* name or http-equiv in `name`, content in `text` */
    PAGE_SOCKET,     /* ws:// or wss:// in an inline script */
    PAGE_CSS_URL,    /* url() or @import in a style sheet, inline or fetched */
    PAGE_SCRIPT_URL, /* http:// asset in a script's text */
};

struct page_item {
    enum page_item_kind kind;
    str url;        /* resolved against the base; empty for inline */
    str name, text; /* text cut at 64 KiB; name: rel of a link, type of a script, "import", "font"
                       or "url" in a style sheet, the element of others */
    str integrity, crossorigin;
    str project;   /* data-project of a script: Doorward's widget */
    bool deferred; /* a script that does not block the page: async, defer, module */
    unsigned line; /* in the page, 0 unknown */
    str found_in;  /* URL of the style sheet or script it stands in; empty: the page */
};

/* An answer as it came; borrowed. */
struct page_source {
    str url;
    const str *type; /* Content-Type; NULL: none was sent */
    str body;
    bool cut; /* there was more */
};

struct page_items {
    const struct page_item *list;
    size_t count;
    bool more;   /* items beyond the limit were left out */
    str problem; /* why it could not be parsed; empty: it was */
};

/* Reads a page. What cannot be read leaves items that were found and words in ret->problem. The
 * source and the arena must outlive the items. */
void page_items_read(struct arena *a, const struct page_source *source, struct page_items *ret);

/* Reads a fetched style sheet (text/css) or script into items with found_in set; another content
 * type gives none. */
void page_asset_items_read(struct arena *a, const struct page_source *source,
                           struct page_items *ret);

/* True for text/html and application/xhtml+xml, and when the type is missing and "<" comes first.
 */
bool page_source_is_html(const struct page_source *source);

/* The text between <title> and </title>, cut at 200 bytes, borrowed; empty: none. */
str page_title(str html);
