/* SPDX-License-Identifier: Apache-2.0 */
/* An SMTP server for tests that answers as its script says; serve it with peer_start(&peer,
 * smtp_serve, &script). */
#pragma once

#include <stdbool.h>

#include "unit/support/cert.h"
#include "unit/support/peer.h"

/* How the scripted server answers; NULL means the usual. */
struct smtp_script {
    const char *banner, *ehlo, *auth, *mail, *data, *done;
    const char *refuse_rcpt; /* recipients with this text are refused with rcpt */
    const char *rcpt;
    bool drop_in_data, silent_quit, stall_at_end, silent;
    SSL_CTX *context;     /* offers STARTTLS */
    atomic_uint accepted; /* messages taken */
    atomic_uint stalled;  /* messages left without an answer */
    char dialogue[32768]; /* the commands it got */
    char body[32768];     /* the message as it came over the wire, dots stuffed */
};

struct smtp_wire {
    int fd;
    SSL *tls;
};

static inline bool smtp_wire_line(struct peer *p, struct smtp_wire *w)
{
    if (!w->tls) {
        return peer_read_line(p, w->fd);
    }
    size_t n = 0;
    while (n + 1 < sizeof(p->seen) && SSL_read(w->tls, p->seen + n, 1) == 1) {
        n++;
        p->seen[n] = '\0';
        if (p->seen[n - 1] == '\n') {
            return true;
        }
    }
    return false;
}

static inline void smtp_wire_say(struct smtp_wire *w, const char *text)
{
    char line[512];
    int n = snprintf(line, sizeof(line), "%s\r\n", text);
    if (w->tls) {
        SSL_write(w->tls, line, n);
    } else {
        peer_write(w->fd, line, (size_t)n);
    }
}

static inline void smtp_append(char *to, size_t max, const char *text)
{
    size_t n = strlen(to);
    (void)snprintf(to + n, max - n, "%s", text);
}

static inline const char *smtp_either(const char *given, const char *usual)
{
    return given ? given : usual;
}

/* Takes the message; false when the connection is to end. */
static inline bool smtp_serve_data(struct peer *p, struct smtp_wire *w, struct smtp_script *s)
{
    const char *reply = smtp_either(s->data, "354 go on");
    smtp_wire_say(w, reply);
    if (strncmp(reply, "354", 3) != 0) {
        return true;
    }
    while (smtp_wire_line(p, w)) {
        if (strcmp(p->seen, ".\r\n") == 0) {
            if (s->stall_at_end) {
                atomic_fetch_add(&s->stalled, 1);
                peer_wait_close(w->fd);
                return false;
            }
            if (!s->done) {
                atomic_fetch_add(&s->accepted, 1);
            }
            smtp_wire_say(w, smtp_either(s->done, "250 2.0.0 queued as 42"));
            return true;
        }
        smtp_append(s->body, sizeof(s->body), p->seen);
        if (s->drop_in_data) {
            return false;
        }
    }
    return false;
}

static inline bool smtp_is(const struct peer *p, const char *verb)
{
    return strncmp(p->seen, verb, strlen(verb)) == 0;
}

/* Answers one command; false when the connection is to end. */
static inline bool smtp_serve_command(struct peer *p, struct smtp_wire *w, struct smtp_script *s)
{
    if (smtp_is(p, "EHLO")) {
        smtp_wire_say(
            w, s->context && !w->tls
                   ? "250-mail.test\r\n250-STARTTLS\r\n250 SIZE"
                   : smtp_either(s->ehlo, "250-mail.test\r\n250-AUTH PLAIN LOGIN\r\n250 SIZE"));
    } else if (smtp_is(p, "STARTTLS")) {
        smtp_wire_say(w, "220 go");
        w->tls = cert_accept(s->context, w->fd);
        return w->tls != NULL;
    } else if (smtp_is(p, "AUTH")) {
        smtp_wire_say(w, "334 ");
        if (!smtp_wire_line(p, w)) {
            return false;
        }
        smtp_wire_say(w, smtp_either(s->auth, "235 fine"));
    } else if (smtp_is(p, "MAIL")) {
        smtp_wire_say(w, smtp_either(s->mail, "250 fine"));
    } else if (smtp_is(p, "RCPT")) {
        smtp_wire_say(w, s->refuse_rcpt && strstr(p->seen, s->refuse_rcpt) ? s->rcpt : "250 fine");
    } else if (smtp_is(p, "DATA")) {
        return smtp_serve_data(p, w, s);
    } else if (smtp_is(p, "QUIT")) {
        if (s->silent_quit) {
            peer_wait_close(w->fd);
        }
        smtp_wire_say(w, "221 bye");
        return false;
    } else {
        smtp_wire_say(w, "500 what?");
    }
    return true;
}

static inline void smtp_serve(struct peer *p, int fd)
{
    struct smtp_script *s = p->user;
    struct smtp_wire w = {.fd = fd};
    if (s->silent) {
        peer_wait_close(fd);
        return;
    }
    smtp_wire_say(&w, smtp_either(s->banner, "220 mail.test ESMTP"));
    while (smtp_wire_line(p, &w)) {
        smtp_append(s->dialogue, sizeof(s->dialogue), p->seen);
        if (!smtp_serve_command(p, &w, s)) {
            break;
        }
    }
    SSL_free(w.tls);
}
