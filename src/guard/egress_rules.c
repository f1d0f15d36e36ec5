/* SPDX-License-Identifier: Apache-2.0 */
/* Each rule looks at the front of what is held and either decides it or asks for more. Everything
 * that is written is judged as a renderer would see it: the state is that of the output, not of the
 * input. */
#include "guard/detect.h"
#include "guard/egress_private.h"

enum { FENCE_LINE_MAX = 200, ENTITY_MAX = 34 };

static const char removed_url[] = "\xe2\x80\xa6"; /* an ellipsis */

/* ── writing ── */

static void put_byte(struct egress *e, struct buf *out, char c)
{
    buf_add_byte(out, c);
    e->escaped = c == '\\' && !e->escaped;
    e->column = c == '\n' ? 0 : e->column + 1;
    if (c == '\n') {
        e->line_begun = false;
        e->code = false;
    } else if (!strchr(" \t>*+-.)#", c) && !detect_digit(c)) {
        e->line_begun = true;
    }
    e->last = c;
}

static void put(struct egress *e, struct buf *out, str s)
{
    for (size_t i = 0; i < s.n; i++) {
        put_byte(e, out, s.p[i]);
    }
}

/* Writes a mark character so that it stands for itself. */
static void put_escaped(struct egress *e, struct buf *out, char c)
{
    if (!e->escaped) {
        put_byte(e, out, '\\');
    }
    put_byte(e, out, c);
}

static bool is_blank_byte(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\0'; }

/* ── what was removed must not let its neighbours grow together ── */

/* True when c may stand directly behind what stands before the gap. *ret_more when the byte after c
 * decides. */
static bool joins(const struct egress *e, const struct front *f, bool *ret_more)
{
    char c = f->s.p[0];
    if (is_blank_byte(e->last) || is_blank_byte(c) || c == '*' || c == '_' || c == '"') {
        return true;
    }
    if (strchr("*_(\"'#-|", e->last) && e->last) {
        return detect_alnum(c);
    }
    if (!strchr(".,;:!?)", c)) {
        return false;
    }
    *ret_more = f->s.n < 2 && !f->end;
    return f->s.n < 2 || is_blank_byte(f->s.p[1]);
}

/* False when more is needed. */
static bool close_gap(struct egress *e, const struct front *f)
{
    bool more = false;
    if (e->gap && !joins(e, f, &more)) {
        put_byte(e, f->out, ' ');
    }
    e->gap = more;
    return !more;
}

/* ── rules: each gives how many bytes of the front it has dealt with, 0 when it needs more ── */

/* Writes the first n bytes as they are. */
static size_t literal(struct egress *e, const struct front *f, size_t n)
{
    put(e, f->out, str_slice(f->s, 0, n));
    return n;
}

static size_t remove_front(struct egress *e, size_t n)
{
    e->gap = true;
    return n;
}

/* Length of the run of the first byte. */
static size_t same_bytes(str s)
{
    size_t n = 1;
    while (n < s.n && s.p[n] == s.p[0]) {
        n++;
    }
    return n;
}

/* A line that opens a fenced block: "```info" at the first column, complete. Returns 0 for more. */
static size_t fence_open(struct egress *e, const struct front *f, size_t marks)
{
    size_t line = str_find_byte(str_slice(f->s, 0, FENCE_LINE_MAX), '\n', 0);
    if (line == SIZE_MAX && f->s.n < FENCE_LINE_MAX && !f->end) {
        return 0;
    }
    str info = str_trim(str_slice(f->s, marks, line));
    bool plain = line != SIZE_MAX;
    for (size_t i = 0; i < info.n && plain; i++) {
        plain = detect_alnum(info.p[i]) || strchr("+-_.# ", info.p[i]) != NULL;
    }
    if (!plain) {
        e->fence_off = true; /* another reader may see another block here */
        return literal(e, f, marks);
    }
    e->fence = f->s.p[0];
    e->fence_n = marks;
    return literal(e, f, line + 1);
}

/* A line that closes the block (CommonMark 0.30, section 4.5): up to three spaces, as many marks,
 * only blanks. */
static size_t fence_line(struct egress *e, const struct front *f)
{
    size_t from = 0;
    while (from < 4 && from < f->s.n && f->s.p[from] == ' ') {
        from++;
    }
    size_t i = from;
    while (i < f->s.n && f->s.p[i] == e->fence) {
        i++;
    }
    size_t marks = i - from;
    while (i < f->s.n && i - from < FENCE_LINE_MAX && (f->s.p[i] == ' ' || f->s.p[i] == '\t')) {
        i++;
    }
    if (i >= f->s.n && !f->end) {
        return 0;
    }
    bool open_end = i - from >= FENCE_LINE_MAX;
    bool closes = from < 4 && marks >= e->fence_n && (i >= f->s.n || f->s.p[i] == '\n' || open_end);
    if (closes) {
        e->fence_off = e->fence_off || open_end;
        e->fence = 0;
        return literal(e, f, i < f->s.n ? i + 1 : i);
    }
    return literal(e, f, from + marks ? from + marks : 1);
}

static size_t rule_fence_mark(struct egress *e, const struct front *f)
{
    size_t marks = same_bytes(f->s);
    if (marks == f->s.n && !f->end && marks < FENCE_LINE_MAX) {
        return 0;
    }
    if (marks >= 3 && !e->line_begun && !e->fence_off) {
        if (e->column == 0) {
            return fence_open(e, f, marks);
        }
        e->fence_off = true; /* inside a list or quote: where it ends depends on the reader */
    }
    if (f->s.p[0] == '`' && !e->escaped) {
        e->code = !e->code;
    }
    return literal(e, f, marks);
}

static void put_marks(struct egress *e, struct buf *out, uint64_t marks)
{
    for (unsigned n = 1; n < 64; n++) {
        if (marks >> n & 1) {
            char text[8] = {'['};
            size_t at = 1;
            if (n >= 10) {
                text[at++] = (char)('0' + n / 10);
            }
            text[at++] = (char)('0' + n % 10);
            text[at++] = ']';
            put(e, out, (str){text, at});
        }
    }
}

/* Numbers in brackets: known ones stay, each in its own; a target behind them goes. `at` is 1 with
 * a space before. */
static enum parse rule_marks(struct egress *e, const struct front *f, size_t at, size_t *ret_used)
{
    uint64_t marks;
    unsigned unknown;
    size_t to, after;
    str url;
    enum parse parsed =
        parse_marks(f->s, at, f->end, e->settings->citations, &marks, &unknown, &to);
    if (parsed != PARSE_YES) {
        return parsed;
    }
    if (to >= f->s.n && !f->end) {
        return PARSE_MORE;
    }
    char next = to < f->s.n ? f->s.p[to] : '\0';
    if (next == '(') {
        parsed = parse_target(f->s, to, f->end, &url, &after);
        if (parsed == PARSE_MORE || (parsed == PARSE_YES && after >= f->s.n && !f->end)) {
            return PARSE_MORE;
        }
        if (parsed == PARSE_YES) {
            /* What follows the dropped target must not become the mark's new one. */
            e->removed_links++;
            to = after;
            next = to < f->s.n ? f->s.p[to] : '\0';
        }
    }
    bool definition = next == ':' && !e->line_begun;
    e->removed_marks += unknown;
    if (marks) {
        put(e, f->out, str_slice(f->s, 0, at));
        put_marks(e, f->out, marks);
        if (next == '(' || definition) {
            put_byte(e, f->out, ' ');
        }
    } else {
        e->gap = true;
    }
    *ret_used = to;
    return PARSE_YES;
}

static size_t rule_open(struct egress *e, const struct front *f)
{
    size_t used, close, after;
    str url;
    enum parse parsed = e->code ? PARSE_NO : rule_marks(e, f, 0, &used);
    if (parsed != PARSE_NO) {
        return parsed == PARSE_YES ? used : 0;
    }
    parsed = parse_label(f->s, 0, f->end, &close);
    if (parsed == PARSE_MORE || (parsed == PARSE_YES && close + 1 >= f->s.n && !f->end)) {
        return 0;
    }
    if (parsed == PARSE_NO || close + 1 >= f->s.n) {
        return literal(e, f, 1);
    }
    char next = f->s.p[close + 1];
    if (next == ':' && !e->line_begun) { /* the definition of a link */
        e->drop_close = true;
        return remove_front(e, 1);
    }
    if (next != '(') {
        return literal(e, f, 1);
    }
    parsed = parse_target(f->s, close + 1, f->end, &url, &after);
    if (parsed == PARSE_MORE) {
        return 0;
    }
    if (parsed == PARSE_YES && !url_allowed(e->settings, url)) {
        e->drop_close = true;
        return remove_front(e, 1);
    }
    return literal(e, f, 1);
}

static size_t rule_close(struct egress *e, const struct front *f)
{
    str url;
    size_t to;
    if (f->s.n < 2 && !f->end) {
        return 0;
    }
    char next = f->s.n > 1 ? f->s.p[1] : '\0';
    bool drop = e->drop_close;
    if (next != '(') {
        e->drop_close = false;
        return drop ? remove_front(e, 1) : literal(e, f, 1);
    }
    enum parse parsed = parse_target(f->s, 1, f->end, &url, &to);
    if (parsed == PARSE_MORE) {
        return 0;
    }
    e->drop_close = false;
    if (parsed == PARSE_NO) {
        put(e, f->out, STR("] ("));
        return 2;
    }
    if (url_allowed(e->settings, url)) {
        put(e, f->out, STR("]("));
        put(e, f->out, url);
        put_byte(e, f->out, ')');
        return to;
    }
    e->removed_links++;
    if (!drop) {
        put_byte(e, f->out, ']');
    }
    return remove_front(e, to);
}

/* "![": an image goes; a mark behind an exclamation mark stays; anything else must not become an
 * image. */
static size_t rule_image(struct egress *e, const struct front *f)
{
    uint64_t marks;
    unsigned unknown;
    size_t to, close;
    str url;
    if (f->s.n < 2) {
        return f->end ? literal(e, f, 1) : 0;
    }
    if (f->s.p[1] != '[') {
        return literal(e, f, 1);
    }
    enum parse parsed = parse_marks(f->s, 1, f->end, e->settings->citations, &marks, &unknown, &to);
    if (parsed == PARSE_MORE || (parsed == PARSE_YES && to >= f->s.n && !f->end)) {
        return 0;
    }
    if (parsed == PARSE_YES && marks && (to >= f->s.n || f->s.p[to] != '(')) {
        return literal(e, f, 1);
    }
    parsed = parse_label(f->s, 1, f->end, &close);
    if (parsed == PARSE_YES && close + 1 < f->s.n && f->s.p[close + 1] == '(') {
        parsed = parse_target(f->s, close + 1, f->end, &url, &to);
        if (parsed == PARSE_YES) {
            e->removed_images++;
            return remove_front(e, to);
        }
    } else if (parsed == PARSE_YES && close + 1 >= f->s.n && !f->end) {
        return 0;
    }
    if (parsed == PARSE_MORE) {
        return 0;
    }
    put_escaped(e, f->out, '!');
    return 1;
}

static size_t rule_url(struct egress *e, const struct front *f)
{
    size_t to;
    bool too_long = false;
    enum parse parsed = parse_url(f->s, 0, f->end, &to, &too_long);
    if (parsed == PARSE_MORE) {
        return 0;
    }
    if (parsed == PARSE_YES) {
        str url = str_slice(f->s, 0, to);
        e->drop_url = too_long;
        if (!too_long &&
            (e->fence ? url_allowed_in_code(e->settings, url) : url_allowed(e->settings, url))) {
            return literal(e, f, to);
        }
        e->removed_links++;
        put(e, f->out, str_c(removed_url));
        return to;
    }
    size_t n = 1;
    while (n < f->s.n && detect_alnum(f->s.p[n])) {
        n++;
    }
    return literal(e, f, n);
}

/* "<": an address in angle brackets is a bare URL, everything else that could be HTML is made text.
 */
static size_t rule_angle(struct egress *e, const struct front *f)
{
    size_t to;
    bool too_long = false;
    if (f->s.n < 2 && !f->end) {
        return 0;
    }
    char next = f->s.n > 1 ? f->s.p[1] : '\0';
    if (detect_letter(next)) {
        struct front inner = {str_slice(f->s, 1, f->s.n), f->end, f->out};
        enum parse parsed = parse_url(inner.s, 0, f->end, &to, &too_long);
        if (parsed == PARSE_MORE) {
            return 0;
        }
        if (parsed == PARSE_YES && !too_long && to + 1 >= f->s.n && !f->end) {
            return 0;
        }
        if (parsed == PARSE_YES && !too_long && to + 1 < f->s.n && f->s.p[to + 1] == '>') {
            return rule_url(e, &inner) + 2;
        }
    }
    put_escaped(e, f->out, '<');
    return 1;
}

/* "&name;" and "&#58;" would be decoded after the links were judged. */
static size_t rule_entity(struct egress *e, const struct front *f)
{
    size_t i = 1;
    while (i < f->s.n && i < ENTITY_MAX &&
           (detect_alnum(f->s.p[i]) || (i == 1 && f->s.p[i] == '#'))) {
        i++;
    }
    if (i >= f->s.n && !f->end) {
        return 0;
    }
    if (i > 1 && i < f->s.n && f->s.p[i] == ';') {
        put_escaped(e, f->out, '&');
        return 1;
    }
    return literal(e, f, 1);
}

/* A space before marks of which none stays goes with them. */
static size_t rule_space(struct egress *e, const struct front *f)
{
    size_t used;
    if (f->s.n < 2) {
        return f->end ? literal(e, f, 1) : 0;
    }
    if (f->s.p[1] != '[' || e->code) {
        return literal(e, f, 1);
    }
    enum parse parsed = rule_marks(e, f, 1, &used);
    return parsed == PARSE_YES ? used : parsed == PARSE_MORE ? 0 : literal(e, f, 1);
}

/* Rest of an address that was too long. */
static size_t rule_drop(struct egress *e, const struct front *f)
{
    size_t n = 0;
    while (n < f->s.n && !url_ends_at(f->s.p[n])) {
        n++;
    }
    e->drop_url = n == f->s.n;
    return n;
}

static size_t step_in_fence(struct egress *e, const struct front *f)
{
    char c = f->s.p[0];
    if (e->column == 0 && (c == ' ' || c == e->fence)) {
        return fence_line(e, f);
    }
    bool url = c == ':' || (detect_alnum(c) && !detect_alnum(e->last));
    if (c == ':' && f->s.n < 3 && !f->end) {
        return 0;
    }
    if (url && (c != ':' || str_starts(f->s, STR("://")))) {
        return rule_url(e, f);
    }
    return literal(e, f, 1);
}

size_t egress_step(struct egress *e, const struct front *f)
{
    char c = f->s.p[0];
    if (e->drop_url) {
        size_t n = rule_drop(e, f);
        if (n > 0) {
            return n;
        }
    }
    if (e->fence) {
        return step_in_fence(e, f);
    }
    if (!close_gap(e, f)) {
        return 0;
    }
    switch (c) {
    case '[':
        return rule_open(e, f);
    case ']':
        return rule_close(e, f);
    case '!':
        return rule_image(e, f);
    case '<':
        return rule_angle(e, f);
    case '&':
        return rule_entity(e, f);
    case ' ':
        return rule_space(e, f);
    case '`':
    case '~':
        return rule_fence_mark(e, f);
    case ':':
        if (f->s.n < 3 && !f->end) {
            return 0;
        }
        return str_starts(f->s, STR("://")) ? rule_url(e, f) : literal(e, f, 1);
    default:
        return detect_alnum(c) && !detect_alnum(e->last) ? rule_url(e, f) : literal(e, f, 1);
    }
}
