/* SPDX-License-Identifier: Apache-2.0 */
#include "know/format.h"

#include "know/charset.h"
#include "know/outline.h"

const char *format_fault_text(enum format_fault fault)
{
    static const char *const texts[] = {
#define FORMAT_FAULT_TEXT(name, text) [FORMAT_##name] = text,
        FORMAT_FAULTS(FORMAT_FAULT_TEXT)
#undef FORMAT_FAULT_TEXT
    };
    return (unsigned)fault < FORMAT_FAULT_COUNT ? texts[fault] : texts[FORMAT_CRASHED];
}

enum format_fault format_fault_of(err e)
{
    if (e.code == ERR_OK) {
        return FORMAT_NONE;
    }
    return e.code == ERR_TOO_LARGE ? FORMAT_TOO_MUCH_TEXT : FORMAT_NO_MEMORY;
}

/* The name's last part without query and fragment. */
static str base_name(str name)
{
    size_t end = str_find_byte(name, '?', 0);
    name = str_slice(name, 0, end);
    end = str_find_byte(name, '#', 0);
    name = str_slice(name, 0, end);
    while (name.n && name.p[name.n - 1] == '/') {
        name.n--;
    }
    size_t from = name.n;
    while (from && name.p[from - 1] != '/') {
        from--;
    }
    return str_slice(name, from, name.n);
}

static bool name_ends(str name, str suffix)
{
    str base = base_name(name);
    return base.n > suffix.n && str_ieq(str_slice(base, base.n - suffix.n, base.n), suffix);
}

str format_title_of_name(struct arena *a, str name)
{
    str base = base_name(name);
    for (size_t i = base.n; i > 1 && base.n - i <= 8; i--) {
        if (base.p[i - 1] == '.') {
            base.n = i - 1;
            break;
        }
    }
    str copy = arena_str(a, base);
    char *p = copy.p ? arena_alloc(a, copy.n + 1) : NULL;
    if (!p) {
        return STR_EMPTY;
    }
    for (size_t i = 0; i < copy.n; i++) {
        p[i] = copy.p[i] == '_' || copy.p[i] == '-' ? ' ' : copy.p[i];
    }
    return outline_clean(a, str_n(p, copy.n), OUTLINE_HEADING_MAX);
}

/* True when the front of the text, after white space and comments, is the start of an HTML
 * document. */
static bool starts_as_html(str s)
{
    static const str starts[] = {STR_INIT("<!doctype html"), STR_INIT("<html"),
                                 STR_INIT("<head"),          STR_INIT("<body"),
                                 STR_INIT("<title"),         STR_INIT("<meta ")};
    s = str_slice(s, 0, 4096);
    if (str_starts(s, STR("\xEF\xBB\xBF"))) {
        s = str_slice(s, 3, s.n);
    }
    for (;;) {
        s = str_trim(s);
        str end = str_starts(s, STR("<!--"))    ? STR("-->")
                  : str_starts(s, STR("<?xml")) ? STR("?>")
                                                : STR_EMPTY;
        size_t at = end.n ? str_find(s, end, 4) : SIZE_MAX;
        if (at == SIZE_MAX) {
            break;
        }
        s = str_slice(s, at + end.n, s.n);
    }
    for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
        if (str_istarts(s, starts[i])) {
            return true;
        }
    }
    return false;
}

static enum format_kind detect_container(str s, enum format_fault *ret_fault)
{
    static const char encrypted_name[] = "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e";
    if (str_find(str_slice(s, 0, 1024), STR("%PDF-"), 0) != SIZE_MAX) {
        return FORMAT_KIND_PDF;
    }
    if (str_starts(s, STR("PK\x03\x04")) || str_starts(s, STR("PK\x05\x06"))) {
        return FORMAT_KIND_DOCX;
    }
    if (str_starts(s, STR("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"))) {
        bool locked = str_find(s, str_n(encrypted_name, sizeof(encrypted_name) - 1), 0) != SIZE_MAX;
        *ret_fault = locked ? FORMAT_ENCRYPTED : FORMAT_OLD_WORD;
    } else if (str_starts(s, STR("{\\rtf"))) {
        *ret_fault = FORMAT_OTHER_OFFICE;
    }
    return FORMAT_KIND_UNKNOWN;
}

enum format_kind format_detect(const struct format_input *in, enum format_fault *ret_fault)
{
    enum format_fault fault = FORMAT_UNKNOWN;
    enum format_kind kind = FORMAT_KIND_UNKNOWN;
    if (in->bytes.n == 0) {
        fault = FORMAT_EMPTY;
    } else {
        kind = detect_container(in->bytes, &fault);
    }
    if (kind == FORMAT_KIND_UNKNOWN && fault == FORMAT_UNKNOWN && charset_is_text(in->bytes)) {
        bool html_name = name_ends(in->name, STR(".html")) || name_ends(in->name, STR(".htm")) ||
                         name_ends(in->name, STR(".xhtml"));
        bool markdown_name = name_ends(in->name, STR(".md")) ||
                             name_ends(in->name, STR(".markdown")) ||
                             name_ends(in->name, STR(".mdown"));
        if (starts_as_html(in->bytes)) {
            kind = FORMAT_KIND_HTML;
        } else if (markdown_name || str_istarts(in->content_type, STR("text/markdown"))) {
            kind = FORMAT_KIND_MARKDOWN;
        } else if (html_name || str_istarts(in->content_type, STR("text/html")) ||
                   str_istarts(in->content_type, STR("application/xhtml"))) {
            kind = FORMAT_KIND_HTML;
        } else if (name_ends(in->name, STR(".docx")) || name_ends(in->name, STR(".pdf")) ||
                   name_ends(in->name, STR(".doc"))) {
            fault = FORMAT_DAMAGED; /* text under that name is what is left of a document */
        } else {
            kind = FORMAT_KIND_TEXT;
        }
    }
    *ret_fault = kind == FORMAT_KIND_UNKNOWN ? fault : FORMAT_NONE;
    return kind;
}

static bool has_text(const struct know_document *d)
{
    for (size_t i = 0; i < d->block_count; i++) {
        if (!str_empty(d->blocks[i].text)) {
            return true;
        }
    }
    return false;
}

enum format_fault format_read(struct arena *a, enum format_kind kind, const struct format_input *in,
                              struct know_document *ret)
{
    static enum format_fault (*const readers[])(struct arena *, const struct format_input *,
                                                struct know_document *) = {
        [FORMAT_KIND_HTML] = format_html, [FORMAT_KIND_MARKDOWN] = format_markdown,
        [FORMAT_KIND_TEXT] = format_text, [FORMAT_KIND_PDF_TEXT] = format_pdf_text,
        [FORMAT_KIND_DOCX] = format_docx, [FORMAT_KIND_SITEMAP] = format_sitemap,
        [FORMAT_KIND_COUNT] = NULL,
    };
    if ((unsigned)kind >= FORMAT_KIND_COUNT || !readers[kind]) {
        return FORMAT_UNKNOWN;
    }
    struct know_document document = {0};
    enum format_fault fault = readers[kind](a, in, &document);
    if (fault == FORMAT_NONE && kind != FORMAT_KIND_SITEMAP) {
        if (!has_text(&document)) {
            fault = kind == FORMAT_KIND_TEXT || kind == FORMAT_KIND_MARKDOWN ? FORMAT_EMPTY
                                                                             : FORMAT_NO_TEXT;
        }
        if (str_empty(document.title)) {
            document.title = format_title_of_name(a, in->name);
        }
    }
    if (fault == FORMAT_NONE || (kind == FORMAT_KIND_HTML && fault == FORMAT_NO_TEXT)) {
        *ret = document; /* the links of a page without text still lead somewhere */
    }
    return fault;
}
