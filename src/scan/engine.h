/* SPDX-License-Identifier: Apache-2.0 */
/* Finds secrets in texts: one pass of Vectorscan for the words of all rules, PCRE2 in a window
 * around each, decoding where a word is encoded, then judgement. */
#pragma once

#include "scan/scan.h"

/* Loads the compiled words and compiles the expressions. `only` as in scan_options; INVALID when it
 * names nothing. Shared by threads, read-only. */
err scanner_new(str only, struct scanner **ret);
void scanner_free(struct scanner *s);

/* What one thread needs: scratch memory and buffers. */
struct scan_worker;
err scan_worker_new(struct scan *s, struct scan_worker **ret);
void scan_worker_free(struct scan_worker *w);
struct scan *scan_worker_scan(struct scan_worker *w);
/* Where contents keep their buffers between texts; freed with the worker by content_room_free. */
struct content_room;
struct content_room **scan_worker_room(struct scan_worker *w);

/* Searches a text (UTF-8 or any bytes without meaning to us) and adds what it finds. */
void scan_text(struct scan_worker *w, str text, const struct text_traits *traits,
               const struct origin *o);

/* The same for a text that comes in pieces of any size, in constant memory: begin, add…, end. */
struct scan_stream;
err scan_stream_begin(struct scan_worker *w, const struct origin *o, struct scan_stream **ret);
/* Says what kind of text it is, before the first piece; otherwise its path and first piece tell. */
void scan_stream_traits(struct scan_stream *s, const struct text_traits *traits);
void scan_stream_add(struct scan_stream *s, str piece);
void scan_stream_end(struct scan_stream *s); /* frees it */

/* For tests, fuzzing and the rules' examples: candidates with their judgement instead of findings.
 */
typedef void (*scan_candidate_fn)(void *user, const struct candidate *c, const struct judgement *j);
void scan_text_each(struct scan_worker *w, str text, const struct text_traits *traits,
                    scan_candidate_fn fn, void *user);
