/* SPDX-License-Identifier: Apache-2.0 */
/* What a notification mail says, apart from how it looks: kept as JSON in the outbox, shown as text
 * and as HTML. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"

enum {
    LETTER_BYTES_MAX = 2 << 20,        /* of the JSON, and of each form it is shown in */
    LETTER_TRANSCRIPT_MAX = 128 << 10, /* bytes of conversation; the newest are kept */
    LETTER_FIELDS_MAX = 64,
    LETTER_LINES_MAX = 500,
    LETTER_ONLY_MAX = 16,
};

struct letter_field {
    str label, value;
    str link; /* "mailto:…", "tel:…", "https://…" or empty */
};

struct letter_line {
    str who, text;
    int64_t at_ms;
};

struct letter {
    str subject, heading, intro;
    const struct letter_field *fields;
    size_t field_count;
    str message; /* what somebody wrote, shown as a quotation; may be empty */
    str consent; /* the words that were agreed to, or what there is instead; may be empty */
    const struct letter_line *transcript;
    size_t line_count;
    bool cut;                      /* earlier lines are left out */
    str closing;                   /* how to answer */
    str reply_name, reply_address; /* empty address: none */
    str message_id;
    int64_t date_ms;
    const str *only; /* only these of the configured recipients; 0: all */
    size_t only_count;
    str to;                       /* one address instead of the configured recipients, or empty */
    str button_text, button_link; /* what to do, and where; empty: nothing */
    str button_sealed;            /* rest of the link, sealed: the outbox has no token in clear */
    int64_t until_ms;             /* of no use to anybody from then on; 0: never */
};

/* Appends the letter as JSON; control characters and malformed UTF-8 do not survive. Takes the
 * newest lines that fit. */
err letter_write(struct buf *b, const struct letter *letter);

/* Reads what letter_write wrote; everything is in the arena. INVALID when it is something else. */
err letter_read(struct arena *a, str json, struct letter *ret);

/* Appends the letter as plain text. */
err letter_text(struct buf *b, const struct letter *letter);

/* Appends the letter as a whole HTML document that loads nothing; every text is escaped. */
err letter_html(struct buf *b, const struct letter *letter);

/* A time as people write it: "21 Nov 2026, 20:25 UTC". */
void letter_time(struct buf *b, int64_t wall_ms);
