/* SPDX-License-Identifier: Apache-2.0 */
#include "know/parser.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "know/wire.h"

static const char unlocked[] =
    "the parser cannot lock itself down here: the system must allow seccomp filters";

enum { CLOSING_MS = 200 };
enum { COMPLAINT_MAX = 4096, LAYOUT_FACTOR = 4, EXIT_NO_PROGRAM = 127 };

static const char pdftotext[] = "/usr/bin/pdftotext";

void parser_init(struct parser *p, const struct know_settings *settings)
{
    *p = (struct parser){.settings = settings, .child = CHILD_NONE};
}

void parser_done(struct parser *p)
{
    (void)child_end(&p->child);
    p->busy_ms = 0;
}

/* The child's limits travel as arguments: its environment is empty. */
static err start(const struct parser *p, const char *work, int input, bool listen,
                 struct child *ret)
{
    char memory[24], cpu[24], name[] = "doorward", flag[] = PARSER_CHILD_ARGUMENT, task[16];
    (void)snprintf(memory, sizeof(memory), "%" PRIu64, p->settings->parse_memory);
    (void)snprintf(cpu, sizeof(cpu), "%u", p->settings->parse_ms / 500 + 2);
    (void)snprintf(task, sizeof(task), "%s", work);
    char *const argv[] = {name, flag, task, memory, cpu, NULL};
    if (!parser_ready()) {
        return err_new(ERR_INTERNAL,
                       "know_parser_main was not called at the start of this program");
    }
    return child_start(argv, input, listen, ret);
}

static enum format_fault fault_of_end(enum child_end end, int status)
{
    switch (end) {
    case CHILD_TIMEOUT:
        return FORMAT_TIMEOUT;
    case CHILD_TOO_MUCH:
        return FORMAT_TOO_MUCH_TEXT;
    case CHILD_NO_MEMORY:
        return FORMAT_NO_MEMORY;
    case CHILD_FINE:
    case CHILD_CLOSED:
    default:
        return WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU ? FORMAT_TIMEOUT : FORMAT_CRASHED;
    }
}

static bool no_sandbox(int status)
{
    return WIFEXITED(status) && WEXITSTATUS(status) == PARSER_EXIT_SANDBOX;
}

/* One question and its answer. CLOSED also when the answer breaks the format. */
static enum child_end ask(struct parser *p, struct arena *a, enum format_kind kind,
                          const struct format_input *in, int64_t deadline, str *ret_body,
                          enum format_fault *ret_fault)
{
    char head[WIRE_HEAD_BYTES];
    struct wire_head reply;
    struct buf request;
    buf_init(&request, in->bytes.n + 64 * 1024);
    wire_request_write(&request, in);
    wire_head_write(head, kind, request.n);
    enum child_end end = request.failed
                             ? CHILD_NO_MEMORY
                             : child_send(&p->child, str_n(head, sizeof(head)), deadline);
    end = end == CHILD_FINE ? child_send(&p->child, buf_str(&request), deadline) : end;
    buf_done(&request);
    end = end == CHILD_FINE ? child_receive(&p->child, head, sizeof(head), deadline) : end;
    if (end != CHILD_FINE) {
        return end;
    }
    if (!wire_reply_head(str_n(head, sizeof(head)), in->text_max + WIRE_REPLY_SLACK, &reply)) {
        return CHILD_CLOSED;
    }
    char *body = arena_alloc(a, (size_t)reply.bytes + 1);
    end = body ? child_receive(&p->child, body, (size_t)reply.bytes, deadline) : CHILD_NO_MEMORY;
    if (end == CHILD_FINE) {
        *ret_body = str_n(body, (size_t)reply.bytes);
        *ret_fault = (enum format_fault)reply.code;
    }
    return end;
}

static err read_in_child(struct parser *p, struct arena *a, enum format_kind kind,
                         const struct format_input *in, int64_t deadline, struct know_document *ret,
                         enum format_fault *ret_fault)
{
    int64_t started = clock_mono_ms();
    if (p->busy_ms > p->settings->parse_ms) {
        parser_done(p);
    }
    if (p->child.pid == 0) {
        err e = start(p, "read", -1, false, &p->child);
        if (!err_ok(e)) {
            return e;
        }
        p->busy_ms = 0;
    }
    str body = STR_EMPTY;
    enum format_fault fault = FORMAT_CRASHED;
    struct know_document document = {0};
    enum child_end end = ask(p, a, kind, in, deadline, &body, &fault);
    bool broken = end != CHILD_FINE;
    if (!broken && body.n) {
        err e = wire_document_read(a, body, in->text_max, &document);
        broken = e.code == ERR_CORRUPT;
        fault = e.code == ERR_NO_MEMORY ? FORMAT_NO_MEMORY : fault;
    }
    if (broken) {
        int status = child_wait(&p->child, end == CHILD_CLOSED ? clock_mono_ms() + CLOSING_MS : 0);
        if (no_sandbox(status)) {
            return err_new(ERR_UNAVAILABLE, unlocked);
        }
        fault = fault_of_end(end, status);
        document = (struct know_document){0};
    }
    p->busy_ms += clock_mono_ms() - started;
    *ret = document;
    *ret_fault = fault;
    return ERR_NONE;
}

/* A sealed file in memory that nobody else can name. */
static int bytes_as_file(str bytes)
{
    int fd = memfd_create("document", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    while (fd >= 0 && bytes.n) {
        ssize_t written = write(fd, bytes.p, bytes.n);
        if (written <= 0) {
            (void)close(fd);
            return -1;
        }
        bytes = str_slice(bytes, (size_t)written, bytes.n);
    }
    if (fd >= 0 &&
        (fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) != 0 ||
         lseek(fd, 0, SEEK_SET) != 0)) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

/* What pdftotext's exit and complaints mean (its manual, EXIT CODES). */
static enum format_fault fault_of_exit(enum child_end end, int status, str complaint)
{
    if (end != CHILD_FINE || !WIFEXITED(status)) {
        return fault_of_end(end, status);
    }
    switch (WEXITSTATUS(status)) {
    case 0:
        return FORMAT_NONE;
    case 3:
        return FORMAT_FORBIDDEN;
    case EXIT_NO_PROGRAM:
        return FORMAT_NO_PDFTOTEXT;
    default:
        return str_find(complaint, STR("assword"), 0) != SIZE_MAX ? FORMAT_ENCRYPTED
                                                                  : FORMAT_DAMAGED;
    }
}

static err run_pdftotext(struct parser *p, str pdf, int64_t deadline, struct buf *text,
                         enum format_fault *ret_fault)
{
    if (access(pdftotext, X_OK) != 0) {
        *ret_fault = FORMAT_NO_PDFTOTEXT;
        return ERR_NONE;
    }
    int input = bytes_as_file(pdf);
    if (input < 0) {
        return err_new(ERR_NO_MEMORY, "no memory for a PDF");
    }
    struct child child = CHILD_NONE;
    err e = start(p, "pdf", input, true, &child);
    (void)close(input);
    if (!err_ok(e)) {
        return e;
    }
    struct buf complaint;
    buf_init(&complaint, COMPLAINT_MAX);
    enum child_end end = child_drain(&child, text, &complaint, deadline);
    int status = child_wait(&child, end == CHILD_FINE ? deadline : 0);
    *ret_fault = fault_of_exit(end, status, buf_str(&complaint));
    buf_done(&complaint);
    return no_sandbox(status) ? err_new(ERR_UNAVAILABLE, unlocked) : ERR_NONE;
}

static err read_pdf(struct parser *p, struct arena *a, const struct format_input *in,
                    int64_t deadline, struct know_document *ret, enum format_fault *ret_fault)
{
    struct buf text;
    buf_init(&text, in->text_max * LAYOUT_FACTOR);
    err e = run_pdftotext(p, in->bytes, deadline, &text, ret_fault);
    if (err_ok(e) && *ret_fault == FORMAT_NONE) {
        struct format_input pages = *in;
        pages.bytes = buf_str(&text);
        e = read_in_child(p, a, FORMAT_KIND_PDF_TEXT, &pages, deadline, ret, ret_fault);
    }
    buf_done(&text);
    return e;
}

err parser_read(struct parser *p, struct arena *a, enum format_kind kind,
                const struct format_input *in, struct know_document *ret,
                enum format_fault *ret_fault)
{
    int64_t deadline = clock_mono_ms() + p->settings->parse_ms;
    enum format_fault fault = FORMAT_NONE;
    struct know_document document = {0};
    err e = ERR_NONE;
    if (in->bytes.n > p->settings->document_bytes_max) {
        fault = FORMAT_TOO_LARGE;
    } else if (kind == FORMAT_KIND_UNKNOWN) {
        kind = format_detect(in, &fault);
    }
    if (fault == FORMAT_NONE) {
        e = kind == FORMAT_KIND_PDF ? read_pdf(p, a, in, deadline, &document, &fault)
                                    : read_in_child(p, a, kind, in, deadline, &document, &fault);
    }
    if (err_ok(e)) {
        *ret = document;
        *ret_fault = fault;
    }
    return e;
}

err know_parse(const struct know_settings *settings, struct arena *a, str bytes, str name,
               str content_type, struct know_document *ret, str *ret_reason)
{
    struct parser p;
    struct format_input in = {bytes, name, content_type, (size_t)settings->text_bytes_max};
    enum format_fault fault = FORMAT_NONE;
    struct know_document document;
    parser_init(&p, settings);
    err e = parser_read(&p, a, FORMAT_KIND_UNKNOWN, &in, &document, &fault);
    parser_done(&p);
    if (!err_ok(e)) {
        *ret_reason = str_c(e.what);
        return e;
    }
    if (fault != FORMAT_NONE) {
        *ret_reason = str_c(format_fault_text(fault));
        return err_new(ERR_INVALID, "the document cannot be read");
    }
    *ret = document;
    return ERR_NONE;
}
