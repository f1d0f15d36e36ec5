/* SPDX-License-Identifier: Apache-2.0 */
/* What pdftotext -htmlmeta -layout wrote: a small head with the title, then the pages, each ended
 * by a form feed. */
#include "know/charset.h"
#include "know/entity.h"
#include "know/format.h"
#include "know/outline.h"
#include "know/pdf_page.h"
#include "know/pieces.h"

enum {
    EDGE_LINES = 2,
    EDGE_KEYS = 4096,
    HEADING_BYTES = 90,
    HEADING_WORDS = 10,
    PAGES_MAX = 20000
};

/* How often a line stands at the edge of a page: headers and footers are on many. */
struct edges {
    uint64_t keys[EDGE_KEYS];
    uint32_t counts[EDGE_KEYS];
    size_t pages;
};

struct pdf {
    struct arena *arena;
    struct outline outline;
    struct edges *edges;
    str first; /* first line of text, the title when the file names none */
    bool table;
};

static uint32_t *edge_count(struct edges *e, str line)
{
    uint64_t key = pdf_line_key(line);
    for (size_t i = 0; i < 16; i++) {
        size_t at = (size_t)(key + i) % EDGE_KEYS;
        if (e->keys[at] == key || e->counts[at] == 0) {
            e->keys[at] = key;
            return &e->counts[at];
        }
    }
    return NULL;
}

/* Gives the place of the nth line with text from the front or the back, or SIZE_MAX. */
static size_t edge_line(const struct pdf_lines *page, size_t nth, bool back)
{
    for (size_t i = 0; i < page->count; i++) {
        size_t at = back ? page->count - 1 - i : i;
        if (!str_empty(str_trim(page->lines[at])) && nth-- == 0) {
            return at;
        }
    }
    return SIZE_MAX;
}

static void note_edges(struct edges *e, const struct pdf_lines *page)
{
    e->pages++;
    for (size_t i = 0; i < EDGE_LINES * 2; i++) {
        size_t at = edge_line(page, i / 2, i % 2);
        uint32_t *count = at == SIZE_MAX ? NULL : edge_count(e, page->lines[at]);
        if (count) {
            (*count)++;
        }
    }
}

static void drop_edges(struct edges *e, struct pdf_lines *page)
{
    size_t places[EDGE_LINES * 2];
    for (size_t i = 0; i < EDGE_LINES * 2; i++) {
        places[i] = edge_line(page, i / 2, i % 2);
    }
    for (size_t i = 0; i < EDGE_LINES * 2 && e->pages >= 3; i++) {
        uint32_t *count = places[i] == SIZE_MAX ? NULL : edge_count(e, page->lines[places[i]]);
        if (count && *count * 2 > e->pages) {
            page->lines[places[i]] = STR_EMPTY;
        }
    }
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* "2", "2.", "2.1" before a capital give levels 1, 1, 2; 0 when the line is not numbered. */
static unsigned numbered_level(str line)
{
    unsigned level = 0;
    size_t i = 0;
    while (i < line.n && is_digit(line.p[i]) && level < 5) {
        while (i < line.n && is_digit(line.p[i])) {
            i++;
        }
        level++;
        i += i < line.n && line.p[i] == '.';
    }
    bool spaced = level && i < line.n && line.p[i] == ' ';
    str rest = str_trim(str_slice(line, i, line.n));
    bool capital =
        rest.n > 2 && ((rest.p[0] >= 'A' && rest.p[0] <= 'Z') || (unsigned char)rest.p[0] >= 0xC0);
    return spaced && capital && i <= 12 ? level : 0;
}

static bool has_gap(str line) { return str_find(str_trim(line), STR("   "), 0) != SIZE_MAX; }

/* Guesses a heading: short, alone, no sentence; 0 when it is none. */
static unsigned heading_level(str before, str line, str after)
{
    line = str_trim(line);
    if (line.n < 3 || line.n > HEADING_BYTES || has_gap(line) ||
        pieces_size(line) > HEADING_WORDS * 2 || strchr(".,;:!)-", line.p[line.n - 1]) ||
        !str_empty(str_trim(before))) {
        return 0;
    }
    unsigned level = numbered_level(line);
    if (level) {
        return level + 1;
    }
    size_t upper = 0, lower = 0;
    for (size_t i = 0; i < line.n; i++) {
        upper += line.p[i] >= 'A' && line.p[i] <= 'Z';
        lower += line.p[i] >= 'a' && line.p[i] <= 'z';
    }
    bool capital = (line.p[0] >= 'A' && line.p[0] <= 'Z') || (unsigned char)line.p[0] >= 0xC0;
    if (upper >= 4 && lower == 0) {
        return 2;
    }
    return capital && upper + lower > line.n / 2 && str_empty(str_trim(after)) ? 3 : 0;
}

/* A row of a table: its wide gaps become " | ". */
static void add_row(struct pdf *p, str line)
{
    line = str_trim(line);
    outline_line(&p->outline);
    bool first = true;
    while (line.n) {
        size_t gap = str_find(line, STR("   "), 0);
        if (!first) {
            outline_text(&p->outline, STR(" | "));
        }
        outline_text(&p->outline, str_slice(line, 0, gap));
        line = gap == SIZE_MAX ? STR_EMPTY : str_trim(str_slice(line, gap, line.n));
        first = false;
    }
    outline_line(&p->outline);
}

static bool is_item(str line)
{
    static const str marks[] = {STR_INIT("- "), STR_INIT("• "), STR_INIT("* "), STR_INIT("– "),
                                STR_INIT("▪ "), STR_INIT("● "), STR_INIT("◦ "), STR_INIT("o ")};
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        if (str_starts(line, marks[i])) {
            return true;
        }
    }
    return false;
}

/* Running text; a word parted at the line's end is joined when the next line goes on in small
 * letters. */
static void add_line(struct pdf *p, str line, str after)
{
    line = str_trim(line);
    after = str_trim(after);
    if (is_item(line)) {
        outline_line(&p->outline);
    }
    size_t n = line.n;
    bool parted = n > 3 && line.p[n - 1] == '-' && line.p[n - 2] >= 'a' && line.p[n - 2] <= 'z' &&
                  after.n && after.p[0] >= 'a' && after.p[0] <= 'z';
    outline_text(&p->outline, str_slice(line, 0, parted ? n - 1 : n));
    if (!parted) {
        outline_text(&p->outline, STR(" "));
    }
}

static void add_page(struct pdf *p, const struct pdf_lines *page, size_t number)
{
    str anchor = arena_printf(p->arena, "page=%zu", number);
    outline_anchor(&p->outline, anchor.p ? anchor : STR_EMPTY);
    outline_paragraph(&p->outline);
    for (size_t i = 0; i < page->count; i++) {
        str line = page->lines[i], before = i ? page->lines[i - 1] : STR_EMPTY;
        str after = i + 1 < page->count ? page->lines[i + 1] : STR_EMPTY;
        unsigned level = heading_level(before, line, after);
        if (str_empty(str_trim(line))) {
            outline_paragraph(&p->outline);
        } else if (level) {
            outline_heading(&p->outline, level, line, anchor.p ? anchor : STR_EMPTY);
        } else if (has_gap(line)) {
            add_row(p, line);
        } else {
            add_line(p, line, after);
        }
        if (str_empty(p->first) && !str_empty(str_trim(line))) {
            p->first = outline_clean(p->arena, line, HEADING_BYTES);
        }
    }
}

static bool read_pages(struct pdf *p, str text)
{
    struct pdf_lines *pages = arena_array(p->arena, PAGES_MAX, sizeof(*pages));
    p->edges = arena_alloc(p->arena, sizeof(*p->edges));
    if (!pages || !p->edges) {
        return false;
    }
    size_t count = 0;
    str page;
    while (count < PAGES_MAX && str_split(&text, '\f', &page)) {
        if (!pdf_page_lines(p->arena, page, &pages[count])) {
            return false;
        }
        note_edges(p->edges, &pages[count++]);
    }
    for (size_t i = 0; i < count; i++) {
        drop_edges(p->edges, &pages[i]);
        add_page(p, &pages[i], i + 1);
    }
    return true;
}

/* Programs write the name of the file or of themselves as the title. */
static bool title_useful(str title)
{
    return title.n >= 3 && !str_istarts(title, STR("microsoft ")) &&
           !str_istarts(title, STR("untitled")) && !str_istarts(title, STR("powerpoint ")) &&
           str_find(title, STR(".doc"), 0) == SIZE_MAX &&
           str_find(title, STR(".indd"), 0) == SIZE_MAX &&
           str_find(title, STR(".qxd"), 0) == SIZE_MAX && !str_eq(title, STR("-"));
}

static str title_of(struct arena *a, str head)
{
    size_t from = str_find(head, STR("<title>"), 0), to = str_find(head, STR("</title>"), 0);
    if (from == SIZE_MAX || to == SIZE_MAX || to < from + 7) {
        return STR_EMPTY;
    }
    str title =
        outline_clean(a, entity_text(a, str_slice(head, from + 7, to)), OUTLINE_HEADING_MAX);
    return title_useful(title) ? title : STR_EMPTY;
}

enum format_fault format_pdf_text(struct arena *a, const struct format_input *in,
                                  struct know_document *ret)
{
    str text;
    err e = charset_decode(a, in->bytes, STR("utf-8"), false, &text);
    if (!err_ok(e)) {
        return format_fault_of(e);
    }
    size_t body = str_find(text, STR("<pre>\n"), 0);
    str head = str_slice(text, 0, body == SIZE_MAX ? 0 : body);
    str pages = body == SIZE_MAX ? text : str_slice(text, body + 6, text.n);
    static const str tail = STR_INIT("</pre>\n</body>\n</html>\n");
    if (str_ends(pages, tail)) {
        pages.n -= tail.n;
    }
    struct pdf p = {.arena = a};
    outline_init(&p.outline, a, in->text_max);
    e = read_pages(&p, pages) ? outline_take(&p.outline, ret)
                              : err_new(ERR_NO_MEMORY, "no memory for a PDF");
    outline_done(&p.outline);
    ret->title = title_of(a, head);
    ret->title = str_empty(ret->title) ? p.first : ret->title;
    return format_fault_of(e);
}
