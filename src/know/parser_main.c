/* SPDX-License-Identifier: Apache-2.0 */
/* The parser child's side: lock down, then read documents until the parent hangs up. */
#include <errno.h>
#include <libxml/parser.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/crypto.h"
#include "base/mem.h"
#include "know/charset.h"
#include "know/parser.h"
#include "know/sandbox.h"
#include "know/wire.h"

enum { EXIT_PROTOCOL = 71, EXIT_NO_PROGRAM = 127 };
enum { REQUEST_MAX = 1 << 30 }; /* the parent's own limit comes first, the address space last */

static bool ready;

bool parser_ready(void) { return ready; }

static bool read_all(char *to, size_t n)
{
    while (n) {
        ssize_t got = read(0, to, n);
        if (got > 0) {
            to += got;
            n -= (size_t)got;
        } else if (got == 0 || errno != EINTR) {
            return false;
        }
    }
    return true;
}

static bool write_all(str bytes)
{
    while (bytes.n) {
        ssize_t put = write(1, bytes.p, bytes.n);
        if (put > 0) {
            bytes = str_slice(bytes, (size_t)put, bytes.n);
        } else if (errno != EINTR) {
            return false;
        }
    }
    return true;
}

static bool answer(enum format_kind kind, str body, size_t memory)
{
    struct format_input in;
    if (!wire_request_read(body, &in)) {
        return false;
    }
    struct arena a;
    struct buf reply;
    struct know_document document = {0};
    char head[WIRE_HEAD_BYTES];
    arena_init(&a, memory);
    buf_init(&reply, in.text_max + WIRE_REPLY_SLACK);
    enum format_fault fault = format_read(&a, kind, &in, &document);
    wire_document_write(&reply, &document);
    if (reply.failed) {
        fault = reply.failed == ERR_TOO_LARGE ? FORMAT_TOO_MUCH_TEXT : FORMAT_NO_MEMORY;
        buf_clear(&reply);
    }
    wire_head_write(head, fault, reply.n);
    bool sent = write_all(str_n(head, sizeof(head))) && write_all(buf_str(&reply));
    buf_done(&reply);
    arena_done(&a);
    return sent;
}

static int read_documents(size_t memory)
{
    for (;;) {
        char head[WIRE_HEAD_BYTES];
        struct wire_head request;
        if (!read_all(head, sizeof(head))) {
            return 0;
        }
        if (!wire_request_head(str_n(head, sizeof(head)), REQUEST_MAX, &request)) {
            return EXIT_PROTOCOL;
        }
        char *body = mem_alloc((size_t)request.bytes + 1);
        bool answered =
            body && read_all(body, (size_t)request.bytes) &&
            answer((enum format_kind)request.code, str_n(body, (size_t)request.bytes), memory);
        mem_free(body);
        if (!answered) {
            return EXIT_PROTOCOL;
        }
    }
}

/* Becomes pdftotext, reading the document on descriptor 0. */
static int become_pdftotext(void)
{
    static const char program[] = "/usr/bin/pdftotext";
    char name[] = "pdftotext", meta[] = "-htmlmeta", layout[] = "-layout", encoding[] = "-enc",
         utf8[] = "UTF-8", in[] = "-", out[] = "-";
    char *const argv[] = {name, meta, layout, encoding, utf8, in, out, NULL};
    char *const nothing[] = {NULL};
    if (!err_ok(sandbox_enter_exec(program))) {
        return PARSER_EXIT_SANDBOX;
    }
    (void)execve(program, argv, nothing);
    return EXIT_NO_PROGRAM;
}

static int child_main(str work, str memory_text, str cpu_text)
{
    uint64_t memory = 0, cpu = 0;
    if (!str_u64(memory_text, &memory) || !str_u64(cpu_text, &cpu) || cpu > 24U * 3600) {
        return EXIT_PROTOCOL;
    }
    struct sandbox_limits limits = {memory, (unsigned)cpu};
    sandbox_close_from(3);
    if (str_eq(work, STR("pdf"))) {
        return err_ok(sandbox_limit(&limits)) ? become_pdftotext() : PARSER_EXIT_SANDBOX;
    }
    /* Libraries ask for the time zone; without a name they would open its file. */
    (void)setenv("TZ", "UTC0", 1);
    tzset();
    charset_preload();
    xmlInitParser();
    (void)crypto_init();
    if (!err_ok(sandbox_limit(&limits)) || !err_ok(sandbox_enter())) {
        return PARSER_EXIT_SANDBOX;
    }
    return read_documents((size_t)memory);
}

void know_parser_main(int argc, char **argv)
{
    if (argc == 5 && str_eq(str_c(argv[1]), STR(PARSER_CHILD_ARGUMENT))) {
        _exit(child_main(str_c(argv[2]), str_c(argv[3]), str_c(argv[4])));
    }
    ready = true;
}
