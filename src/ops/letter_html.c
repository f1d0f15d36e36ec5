/* SPDX-License-Identifier: Apache-2.0 */
#include "ops/letter.h"

#include "base/utf8.h"

/* Inline where mail programs drop <style>, which then only adds dark mode. Nothing is loaded from
 * anywhere. */
static const char head[] =
    "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<meta name=\"color-scheme\" content=\"light dark\">\n"
    "<meta name=\"supported-color-schemes\" content=\"light dark\">\n<style>\n"
    ":root { color-scheme: light dark; }\n"
    "@media (prefers-color-scheme: dark) {\n"
    "  .page { background: #15181c !important; color: #e8eaed !important; }\n"
    "  .card { background: #1f2328 !important; border-color: #3a4048 !important; }\n"
    "  .soft { color: #aab2bd !important; }\n  a { color: #8ab4f8 !important; }\n}\n</style>\n";

#define FONT                                                                                       \
    "font-family: system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif;"

static void add_escaped(struct buf *b, str text)
{
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (c == '\n') {
            buf_add_c(b, "<br>\n");
        } else if (c < 0x80) {
            utf8_add_markup(b, c);
        } else {
            buf_add_byte(b, text.p[i]);
        }
    }
}

/* Only these lead anywhere; what else a stored link may be stays text. */
static bool link_allowed(str link)
{
    return str_starts(link, STR("mailto:")) || str_starts(link, STR("tel:")) ||
           str_starts(link, STR("https://")) || str_starts(link, STR("http://"));
}

static void add_section(struct buf *b, const char *title)
{
    buf_addf(b, "<h2 style=\"font-size: 16px; margin: 24px 0 8px;\">%s</h2>\n", title);
}

static void add_card(struct buf *b, str text)
{
    buf_add_c(
        b,
        "<div class=\"card\" dir=\"auto\" style=\"background: #f5f6f8; border: 1px solid #dde1e6; border-radius: 8px; "
        "padding: 12px; margin: 0 0 8px; overflow-wrap: anywhere;\">");
    add_escaped(b, text);
    buf_add_c(b, "</div>\n");
}

static void add_fields(struct buf *b, const struct letter *letter)
{
    for (size_t i = 0; i < letter->field_count; i++) {
        const struct letter_field *field = &letter->fields[i];
        buf_add_c(
            b,
            "<p style=\"margin: 0 0 8px; overflow-wrap: anywhere;\"><span class=\"soft\" style=\"color: #5b6570; "
            "font-size: 13px;\">");
        add_escaped(b, field->label);
        buf_add_c(b, "</span><br>\n");
        bool link = link_allowed(field->link);
        if (link) {
            buf_add_c(b, "<a href=\"");
            add_escaped(b, field->link);
            buf_add_c(b, "\" style=\"color: #0b57d0;\">");
        }
        buf_add_c(b, "<bdi>");
        add_escaped(b, field->value);
        buf_add_c(b, link ? "</bdi></a></p>\n" : "</bdi></p>\n");
    }
}

static void add_transcript(struct buf *b, const struct letter *letter)
{
    add_section(b, "Conversation");
    if (letter->cut) {
        buf_add_c(
            b, "<p class=\"soft\" style=\"color: #5b6570;\">Earlier messages are left out.</p>\n");
    }
    for (size_t i = 0; i < letter->line_count; i++) {
        const struct letter_line *line = &letter->transcript[i];
        buf_add_c(
            b,
            "<p class=\"soft\" style=\"color: #5b6570; font-size: 13px; margin: 12px 0 4px;\"><b><bdi>");
        add_escaped(b, line->who);
        buf_add_c(b, "</bdi></b>, ");
        letter_time(b, line->at_ms);
        buf_add_c(b, "</p>\n");
        add_card(b, line->text);
    }
}

/* A button, and the address below it for programs that show none. */
static void add_button(struct buf *b, const struct letter *letter)
{
    if (!link_allowed(letter->button_link)) {
        return;
    }
    buf_add_c(b, "<p style=\"margin: 20px 0 8px;\"><a href=\"");
    add_escaped(b, letter->button_link);
    buf_add_c(
        b,
        "\" style=\"display: inline-block; background: #0b57d0; color: #ffffff !important; padding: 12px 20px; "
        "border-radius: 8px; text-decoration: none; font-weight: 600;\">");
    add_escaped(b, letter->button_text);
    buf_add_c(
        b, "</a></p>\n<p class=\"soft\" style=\"color: #5b6570; font-size: 13px; margin: 0 0 16px; "
           "overflow-wrap: anywhere;\">");
    add_escaped(b, letter->button_link);
    buf_add_c(b, "</p>\n");
}

err letter_html(struct buf *b, const struct letter *letter)
{
    buf_add_c(b, head);
    buf_add_c(b, "<title>");
    add_escaped(b, letter->subject);
    buf_add_c(
        b,
        "</title>\n</head>\n<body class=\"page\" style=\"margin: 0; background: #ffffff; color: #1f2328; " FONT
        " font-size: 16px; line-height: 1.5;\">\n"
        "<div style=\"max-width: 600px; margin: 0 auto; padding: 16px;\">\n"
        "<h1 style=\"font-size: 22px; line-height: 1.25; margin: 0 0 8px;\">");
    add_escaped(b, letter->heading);
    buf_add_c(b, "</h1>\n<p style=\"margin: 0 0 16px;\">");
    add_escaped(b, letter->intro);
    buf_add_c(b, "</p>\n");
    add_fields(b, letter);
    if (letter->message.n) {
        add_section(b, "Message");
        add_card(b, letter->message);
    }
    add_button(b, letter);
    if (letter->closing.n) {
        buf_add_c(b, "<p style=\"margin: 16px 0;\"><b>");
        add_escaped(b, letter->closing);
        buf_add_c(b, "</b></p>\n");
    }
    if (letter->line_count) {
        add_transcript(b, letter);
    }
    if (letter->consent.n) {
        add_section(b, "Consent");
        buf_add_c(b, "<p class=\"soft\" style=\"color: #5b6570; font-size: 13px;\">");
        add_escaped(b, letter->consent);
        buf_add_c(b, "</p>\n");
    }
    buf_add_c(b, "</div>\n</body>\n</html>\n");
    return buf_err(b);
}
