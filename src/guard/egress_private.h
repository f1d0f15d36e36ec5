/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the egress filter. Private to guard/. */
#pragma once

#include "guard/egress.h"

/* ── egress_leak.c ── */

void leak_init(struct egress_leak *leak, str canary);
void leak_done(struct egress_leak *leak);
/* Learns the words of the instructions; once, before the first leak_push. */
err leak_prompt(struct egress_leak *leak, str prompt);
/* Takes a character of the answer. False when it completes a leak. */
bool leak_push(struct egress_leak *leak, uint32_t code);
/* Gives how many bytes of leak->raw cannot be part of a leak any more. */
size_t leak_safe(const struct egress_leak *leak);
/* Ends the last word. False when it completes a leak. */
bool leak_end(struct egress_leak *leak);

/* ── egress_link.c: parsing; `end` tells that nothing more will come ── */

enum parse { PARSE_NO, PARSE_YES, PARSE_MORE };

/* s[at] is "(": a link's destination with optional title up to ")" (CommonMark 0.30, section 6.3).
 * *ret_to is after ")". */
enum parse parse_target(str s, size_t at, bool end, str *ret_url, size_t *ret_to);

/* s[at] is "[": a list of numbers up to "]". *ret_to is after it; *ret_marks has bit n for number n
 * (1 … 63). Numbers that are not known are counted in *ret_unknown. */
enum parse parse_marks(str s, size_t at, bool end, unsigned known, uint64_t *ret_marks,
                       unsigned *ret_unknown, size_t *ret_to);

/* s[at] is "[": the label up to its "]" on this line, without brackets inside. *ret_to is the place
 * of "]". */
enum parse parse_label(str s, size_t at, bool end, size_t *ret_to);

/* A URL (scheme and "//", javascript:, data:, www.) begins at s[at], a letter or digit. *ret_to is
 * after it, or, with *ret_long, where a URL of more than URL_BYTES_MAX bytes was left. */
enum parse parse_url(str s, size_t at, bool end, size_t *ret_to, bool *ret_long);

/* True for a byte that ends a bare URL. */
bool url_ends_at(char c);

bool url_allowed(const struct egress_settings *settings, str url);

/* The same inside a block of code. */
bool url_allowed_in_code(const struct egress_settings *settings, str url);

/* ── egress_rules.c ── */

/* The front of the held text. */
struct front {
    str s;
    bool end; /* nothing more will come */
    struct buf *out;
};

/* Decides what stands at the front of f->s (not empty) and writes what may leave. Gives how many
 * bytes are dealt with, 0 when more is needed; never 0 at the end. */
size_t egress_step(struct egress *e, const struct front *f);
