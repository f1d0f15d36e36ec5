/* SPDX-License-Identifier: Apache-2.0 */
/* The parent's side of the sandboxed parser: one child that reads many documents; a crash costs the
 * document it was reading and the next one gets a new child. One thread at a time. */
#pragma once

#include "know/child.h"
#include "know/format.h"

struct parser {
    const struct know_settings *settings;
    struct child child;
    int64_t busy_ms; /* of this child so far: it is replaced before its CPU limit ends it */
};

/* Starts nothing yet. `settings` must outlive the parser. */
void parser_init(struct parser *p, const struct know_settings *settings);
void parser_done(struct parser *p);

/* Reads one document of the kind, or of the kind its bytes have when UNKNOWN. The document lives in
 * the arena. OK with a fault other than NONE when the document cannot be read; an error only when
 * reading as such does not work. */
err parser_read(struct parser *p, struct arena *a, enum format_kind kind,
                const struct format_input *in, struct know_document *ret,
                enum format_fault *ret_fault);

/* How a parser child ends that could not lock itself down. */
enum { PARSER_EXIT_SANDBOX = 70 };

/* First argument of a parser child, after the program's name. */
#define PARSER_CHILD_ARGUMENT "--parser-child"

/* True when know_parser_main has run in this process: only then may children be started from it. */
bool parser_ready(void);
