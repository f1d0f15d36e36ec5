/* SPDX-License-Identifier: Apache-2.0 */
/* One foreign document's bytes to headings and text. Everything here runs inside the parser child
 * (sandbox.h); nothing may be called on foreign bytes in the server itself. */
#pragma once

#include "know/read.h"

/* X(name, what a person reads after the document's name) */
#define FORMAT_FAULTS(X)                                                                           \
    X(NONE, "")                                                                                    \
    X(UNKNOWN, "is not a PDF, DOCX, HTML, Markdown or text file")                                  \
    X(EMPTY, "is empty")                                                                           \
    X(NO_TEXT, "has no text (scanned?) – run text recognition over it and add it again")           \
    X(ENCRYPTED, "is encrypted – remove the password and add it again")                            \
    X(FORBIDDEN, "does not allow its text to be copied – allow it and add it again")               \
    X(DAMAGED, "is damaged and cannot be read – save it anew and add it again")                    \
    X(OLD_WORD, "is an old Word file (.doc) – save it as DOCX or PDF and add it again")            \
    X(OTHER_OFFICE, "is an office file other than DOCX – save it as DOCX or PDF and add it again") \
    X(BOMB, "unpacks to far more than it should – it is damaged or hostile")                       \
    X(TOO_MUCH_TEXT, "has more text than one document may have – split it and add the parts")      \
    X(TOO_LARGE, "is larger than a document may be – split it and add the parts")                  \
    X(TIMEOUT, "took too long to read – split it, or save it in a simpler form")                   \
    X(NO_MEMORY, "needs more memory than one document may use – split it and add the parts")       \
    X(CRASHED, "made its parser fail – it is damaged or hostile")                                  \
    X(NO_PDFTOTEXT, "cannot be read: pdftotext is missing – install poppler-utils")

enum format_fault {
#define FORMAT_FAULT_ENUM(name, text) FORMAT_##name,
    FORMAT_FAULTS(FORMAT_FAULT_ENUM)
#undef FORMAT_FAULT_ENUM
        FORMAT_FAULT_COUNT
};

/* Gives the static text of a fault, never NULL. */
const char *format_fault_text(enum format_fault fault);

/* What the bytes are. PDF is the file itself (for pdftotext, never parsed here), PDF_TEXT what
 * pdftotext made. */
#define FORMAT_KINDS(X)                                                                            \
    X(UNKNOWN)                                                                                     \
    X(HTML)                                                                                        \
    X(MARKDOWN)                                                                                    \
    X(TEXT)                                                                                        \
    X(PDF)                                                                                         \
    X(PDF_TEXT)                                                                                    \
    X(DOCX)                                                                                        \
    X(SITEMAP)

enum format_kind {
#define FORMAT_KIND_ENUM(name) FORMAT_KIND_##name,
    FORMAT_KINDS(FORMAT_KIND_ENUM)
#undef FORMAT_KIND_ENUM
        FORMAT_KIND_COUNT
};

struct format_input {
    str bytes;
    str name;         /* file name or URL, a hint */
    str content_type; /* a hint */
    size_t text_max;
};

/* Judges by content first, then by name and type. Cheap, looks at the first bytes only; `ret_fault`
 * says why UNKNOWN. */
enum format_kind format_detect(const struct format_input *in, enum format_fault *ret_fault);

/* Reads a document of the kind; for SITEMAP the links are the pages, `noindex` says that they are
 * sitemaps again. */
enum format_fault format_read(struct arena *a, enum format_kind kind, const struct format_input *in,
                              struct know_document *ret);

enum format_fault format_html(struct arena *a, const struct format_input *in,
                              struct know_document *ret);
enum format_fault format_markdown(struct arena *a, const struct format_input *in,
                                  struct know_document *ret);
enum format_fault format_text(struct arena *a, const struct format_input *in,
                              struct know_document *ret);
enum format_fault format_pdf_text(struct arena *a, const struct format_input *in,
                                  struct know_document *ret);
enum format_fault format_docx(struct arena *a, const struct format_input *in,
                              struct know_document *ret);
enum format_fault format_sitemap(struct arena *a, const struct format_input *in,
                                 struct know_document *ret);

/* The fault of an outline or decoding error. */
enum format_fault format_fault_of(err e);

/* A title out of a file name or URL: "price-list_2024.pdf" is "price list 2024". */
str format_title_of_name(struct arena *a, str name);
