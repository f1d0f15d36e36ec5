/* SPDX-License-Identifier: Apache-2.0 */
/* Word documents: paragraphs, headings by style or outline level, lists, tables, and footnotes and
 * endnotes behind the paragraph or table that refers to them. */
#include <stdio.h>

#include "know/docx_notes.h"
#include "know/docx_run.h"
#include "know/docx_styles.h"
#include "know/docx_zip.h"
#include "know/outline.h"
#include "know/xml.h"

enum { LIST_DEPTH = 9 };

struct docx {
    struct arena *arena;
    struct outline outline;
    struct buf paragraph, notes; /* notes: of this paragraph or table, each ended by '\n' */
    struct docx_run run;
    struct docx_notes footnotes, endnotes;
    struct docx_styles styles;
    str title;
    unsigned level; /* of this paragraph's heading */
    bool listed, was_listed;
    unsigned list_level, paragraphs; /* open w:p: text boxes stand inside paragraphs */
    unsigned tables, cells;
};

static void write_list_item(struct docx *d, str text)
{
    static const char spaces[] = "                    ";
    char mark[32];
    unsigned level = d->list_level < LIST_DEPTH ? d->list_level : LIST_DEPTH;
    int n = snprintf(mark, sizeof(mark), "%.*s- ", (int)level * 2, spaces);
    if (d->was_listed) {
        outline_line(&d->outline);
    } else {
        outline_paragraph(&d->outline);
    }
    outline_prefix(&d->outline, str_n(mark, (size_t)n));
    outline_text(&d->outline, text);
}

static void write_notes(struct docx *d)
{
    str notes = buf_str(&d->notes), note;
    while (str_split(&notes, '\n', &note)) {
        if (!str_empty(note)) {
            outline_line(&d->outline);
            outline_text(&d->outline, note);
        }
    }
    buf_clear(&d->notes);
}

static void write_lines(struct docx *d, str text)
{
    str line;
    outline_paragraph(&d->outline);
    while (str_split(&text, '\n', &line)) {
        outline_text(&d->outline, line);
        outline_line(&d->outline);
    }
    write_notes(d);
    outline_paragraph(&d->outline);
}

static void paragraph_end(struct docx *d)
{
    str text = buf_str(&d->paragraph);
    bool empty = str_empty(str_trim(text)) || d->level == DOCX_LEVEL_CONTENTS;
    if (!empty && d->tables) {
        outline_text(&d->outline, text);
        outline_text(&d->outline, STR(" "));
    } else if (!empty && d->level == DOCX_LEVEL_TITLE && str_empty(d->title)) {
        d->title = outline_clean(d->arena, text, OUTLINE_HEADING_MAX);
    } else if (!empty && d->level && d->level <= 9) {
        outline_heading(&d->outline, d->level > 6 ? 6 : d->level, text, STR_EMPTY);
    } else if (!empty && d->listed) {
        write_list_item(d, text);
    } else if (!empty) {
        write_lines(d, text);
    }
    if (!d->tables) {
        write_notes(d);
    }
    d->was_listed = empty ? d->was_listed : d->listed && !d->tables;
    buf_clear(&d->paragraph);
    d->level = 0;
    d->listed = false;
    d->list_level = 0;
}

static void read_property(struct docx *d, struct xml_reader *x, str name)
{
    uint64_t number = 0;
    if (str_eq(name, STR("pStyle"))) {
        d->level = docx_style_level(&d->styles, xml_attribute(x, d->arena, "val"));
    } else if (str_eq(name, STR("outlineLvl"))) {
        if (str_u64(xml_attribute(x, d->arena, "val"), &number) && number < 9) {
            d->level = (unsigned)number + 1;
        }
    } else if (str_eq(name, STR("numPr"))) {
        d->listed = true;
    } else if (str_eq(name, STR("ilvl"))) {
        d->list_level = str_u64(xml_attribute(x, d->arena, "val"), &number) && number < 9
                            ? (unsigned)number
                            : 0;
    }
}

static void open_table_part(struct docx *d, str name)
{
    if (str_eq(name, STR("tbl"))) {
        if (d->tables++ == 0) {
            outline_paragraph(&d->outline);
        }
    } else if (str_eq(name, STR("tr")) && d->tables == 1) {
        outline_line(&d->outline);
        d->cells = 0;
    } else if (str_eq(name, STR("tc")) && d->tables == 1 && d->cells++) {
        outline_text(&d->outline, STR(" | "));
    }
}

/* A paragraph that refers to a note: the note's lines stand behind it. */
static void refer(struct docx *d, struct docx_notes *notes, struct xml_reader *x)
{
    str note = docx_notes_take(notes, xml_attribute(x, d->arena, "id"));
    if (!str_empty(note)) {
        buf_add(&d->notes, note);
        buf_add_byte(&d->notes, '\n');
    }
}

static void open_element(struct docx *d, struct xml_reader *x)
{
    str name = xml_name(x);
    if (str_eq(name, STR("p"))) {
        if (d->paragraphs++) {
            paragraph_end(d);
        }
    } else if (str_eq(name, STR("footnoteReference"))) {
        refer(d, &d->footnotes, x);
    } else if (str_eq(name, STR("endnoteReference"))) {
        refer(d, &d->endnotes, x);
    } else {
        open_table_part(d, name);
        read_property(d, x, name);
    }
}

static void close_element(struct docx *d, str name)
{
    if (str_eq(name, STR("p"))) {
        d->paragraphs -= d->paragraphs > 0;
        paragraph_end(d);
    } else if (str_eq(name, STR("tbl"))) {
        d->tables -= d->tables > 0;
        if (!d->tables) {
            write_notes(d);
            outline_paragraph(&d->outline);
        }
    }
}

static enum format_fault read_body(struct docx *d, str xml)
{
    struct xml_reader *x = NULL;
    enum format_fault fault = xml_open(xml, &x);
    while (fault == FORMAT_NONE && xml_next(x)) {
        d->run.line = d->tables ? ' ' : '\n';
        if (docx_run_event(&d->run, x)) {
            continue;
        }
        if (xml_event(x) == XML_EVENT_OPEN) {
            open_element(d, x);
        } else {
            close_element(d, xml_name(x));
        }
    }
    fault = fault == FORMAT_NONE ? xml_fault(x) : fault;
    xml_close(x);
    return fault;
}

/* dc:title and dc:language of the document's properties; a template's leftovers are no title. */
static void read_core(struct docx *d, str xml, struct know_document *ret)
{
    struct xml_reader *x = NULL;
    str name = STR_EMPTY;
    if (str_empty(xml) || xml_open(xml, &x) != FORMAT_NONE) {
        return;
    }
    while (xml_next(x)) {
        if (xml_event(x) == XML_EVENT_OPEN) {
            name = str_eq(xml_name(x), STR("title")) ? STR("title") : STR_EMPTY;
        } else if (xml_event(x) == XML_EVENT_TEXT && name.n) {
            ret->title = outline_clean(d->arena, xml_text(x), OUTLINE_HEADING_MAX);
            name = STR_EMPTY;
        }
    }
    if (str_istarts(ret->title, STR("microsoft word")) ||
        str_istarts(ret->title, STR("document"))) {
        ret->title = STR_EMPTY;
    }
    xml_close(x);
}

/* The title of a document that names none: its first heading of level 1. */
static str first_heading(const struct know_document *document)
{
    for (size_t i = 0; i < document->block_count; i++) {
        if (document->blocks[i].level == 1) {
            return document->blocks[i].heading;
        }
    }
    return STR_EMPTY;
}

/* The parts beside the text: readable without those that are damaged. */
static enum format_fault read_parts(struct docx *d, const struct docx_parts *parts, size_t text_max)
{
    if (parts->styles.n &&
        docx_styles_read(d->arena, buf_str(&parts->styles), &d->styles) != FORMAT_NONE) {
        d->styles = (struct docx_styles){0};
    }
    enum format_fault fault =
        docx_notes_read(d->arena, buf_str(&parts->footnotes), "footnote", text_max, &d->footnotes);
    if (fault == FORMAT_NONE || fault == FORMAT_DAMAGED) {
        fault =
            docx_notes_read(d->arena, buf_str(&parts->endnotes), "endnote", text_max, &d->endnotes);
    }
    return fault == FORMAT_DAMAGED ? FORMAT_NONE : fault;
}

enum format_fault format_docx(struct arena *a, const struct format_input *in,
                              struct know_document *ret)
{
    struct docx d = {.arena = a};
    d.run.text = &d.paragraph;
    struct docx_parts parts;
    docx_parts_init(&parts);
    outline_init(&d.outline, a, in->text_max);
    buf_init(&d.paragraph, in->text_max);
    buf_init(&d.notes, in->text_max);
    enum format_fault fault = docx_unpack(in->bytes, &parts);
    if (fault == FORMAT_NONE) {
        fault = read_parts(&d, &parts, in->text_max);
    }
    if (fault == FORMAT_NONE) {
        fault = read_body(&d, buf_str(&parts.document));
    }
    if (fault == FORMAT_NONE) {
        err e = d.paragraph.failed ? buf_err(&d.paragraph) : buf_err(&d.notes);
        fault = format_fault_of(err_ok(e) ? outline_take(&d.outline, ret) : e);
    }
    if (fault == FORMAT_NONE) {
        read_core(&d, buf_str(&parts.core), ret);
        ret->title = d.title.n ? d.title : ret->title.n ? ret->title : first_heading(ret);
    }
    outline_done(&d.outline);
    buf_done(&d.paragraph);
    buf_done(&d.notes);
    docx_parts_done(&parts);
    return fault;
}
