/* SPDX-License-Identifier: Apache-2.0 */
#include "know/docx_notes.h"

#include "know/docx_run.h"

struct reading {
    struct arena *arena;
    struct docx_run run;
    struct docx_notes *notes;
    str element;
    size_t used;   /* bytes of all notes so far */
    bool open;     /* within a note that is read */
    size_t number; /* of that note */
};

static bool number_read(str text, size_t *ret)
{
    uint64_t number = 0;
    if (!str_u64(text, &number) || number >= DOCX_NOTES_MAX) {
        return false;
    }
    *ret = (size_t)number;
    return true;
}

/* The lines between text and notes are notes of their own types (17.11.9). */
static void note_open(struct reading *r, struct xml_reader *x)
{
    str type = xml_attribute(x, r->arena, "type");
    r->open = (str_empty(type) || str_eq(type, STR("normal"))) &&
              number_read(xml_attribute(x, r->arena, "id"), &r->number);
    buf_clear(r->run.text);
}

static enum format_fault note_close(struct reading *r, size_t text_max)
{
    str text = str_trim(buf_str(r->run.text));
    if (r->open && !str_empty(text) && r->number < r->notes->count) {
        r->used += text.n;
        if (r->used > text_max) {
            return FORMAT_TOO_MUCH_TEXT;
        }
        r->notes->texts[r->number] = arena_str(r->arena, text);
        if (!r->notes->texts[r->number].p) {
            return FORMAT_NO_MEMORY;
        }
    }
    r->open = false;
    return FORMAT_NONE;
}

static enum format_fault take_event(struct reading *r, struct xml_reader *x, size_t text_max)
{
    if (docx_run_event(&r->run, x)) {
        return FORMAT_NONE;
    }
    bool opens = xml_event(x) == XML_EVENT_OPEN;
    if (str_eq(xml_name(x), r->element)) {
        if (opens) {
            note_open(r, x);
            return FORMAT_NONE;
        }
        return note_close(r, text_max);
    }
    if (!opens && str_eq(xml_name(x), STR("p"))) {
        buf_add_byte(r->run.text, ' ');
    }
    return FORMAT_NONE;
}

enum format_fault docx_notes_read(struct arena *a, str xml, const char *element, size_t text_max,
                                  struct docx_notes *ret)
{
    struct docx_notes notes = {.count = DOCX_NOTES_MAX};
    struct xml_reader *x = NULL;
    struct buf text;
    if (str_empty(xml)) {
        return FORMAT_NONE;
    }
    notes.texts = arena_array(a, notes.count, sizeof *notes.texts);
    if (!notes.texts) {
        return FORMAT_NO_MEMORY;
    }
    for (size_t i = 0; i < notes.count; i++) {
        notes.texts[i] = STR_EMPTY;
    }
    buf_init(&text, text_max);
    struct reading r = {.arena = a,
                        .run = {.text = &text, .line = ' '},
                        .notes = &notes,
                        .element = str_c(element)};
    enum format_fault fault = xml_open(xml, &x);
    while (fault == FORMAT_NONE && xml_next(x)) {
        fault = take_event(&r, x, text_max);
        fault = fault == FORMAT_NONE && text.failed ? format_fault_of(buf_err(&text)) : fault;
    }
    fault = fault == FORMAT_NONE ? xml_fault(x) : fault;
    xml_close(x);
    buf_done(&text);
    if (fault == FORMAT_NONE) {
        *ret = notes;
    }
    return fault;
}

str docx_notes_take(struct docx_notes *notes, str number)
{
    size_t i = 0;
    if (!number_read(number, &i) || i >= notes->count) {
        return STR_EMPTY;
    }
    str text = notes->texts[i];
    notes->texts[i] = STR_EMPTY;
    return text;
}
