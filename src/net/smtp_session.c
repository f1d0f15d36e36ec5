/* SPDX-License-Identifier: Apache-2.0 */
#include "net/smtp_session.h"

#include "base/utf8.h"

static const struct {
    const char *verb;
    enum smtp_stage stage;
} verbs[] = {
    {"EHLO", SMTP_EHLO}, {"HELO", SMTP_EHLO}, {"STARTTLS", SMTP_STARTTLS}, {"AUTH", SMTP_AUTH},
    {"MAIL", SMTP_MAIL}, {"RCPT", SMTP_RCPT}, {"DATA", SMTP_DATA},         {"QUIT", SMTP_QUIT},
};

const char *smtp_stage_name(enum smtp_stage stage)
{
    static const char *const names[] = {"connect", "EHLO", "STARTTLS", "AUTH", "MAIL FROM",
                                        "RCPT TO", "DATA", "message",  "QUIT"};
    return names[stage];
}

void smtp_session_said(struct smtp_session *session, str line)
{
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        str verb = str_c(verbs[i].verb);
        char after = line.n > verb.n ? line.p[verb.n] : '\r';
        if (str_istarts(line, verb) && (after == ' ' || after == '\r' || after == '\n')) {
            session->stage = verbs[i].stage;
            session->reached = session->stage == SMTP_QUIT ? session->reached : session->stage;
            session->recipients += session->stage == SMTP_RCPT ? 1 : 0;
            return;
        }
    }
    /* What is no command continues AUTH; it is a secret and not looked at. */
}

/* Adds a reply line's text so that it can be shown: one line, printable, valid UTF-8, cut. */
static void keep_text(struct smtp_session *session, str text)
{
    char room[4];
    uint32_t code;
    if (session->reply_n > 0 && session->reply_n < SMTP_REPLY_MAX) {
        session->reply[session->reply_n++] = ' ';
    }
    for (const char *start = text.p; utf8_next(&text, &code); start = text.p) {
        size_t n = (size_t)(text.p - start);
        bool shown = code >= ' ' && code != 0x7f && !(code >= 0x80 && code < 0xa0) &&
                     code != 0xfffd && n <= 4;
        room[0] = '?';
        memcpy(room, shown ? start : room, shown ? n : 1);
        n = shown ? n : 1;
        if (session->reply_n + n > SMTP_REPLY_MAX) {
            return;
        }
        memcpy(session->reply + session->reply_n, room, n);
        session->reply_n += n;
    }
}

static void reply_end(struct smtp_session *session)
{
    if (session->stage == SMTP_RCPT && session->code >= 400 && session->recipients > 0 &&
        session->recipients <= MAIL_RECIPIENTS_MAX && !session->refused[session->recipients - 1]) {
        session->refused[session->recipients - 1] = true;
        session->refused_count++;
    }
    if (session->stage == SMTP_DATA && session->code == 354) {
        session->stage = session->reached = SMTP_MESSAGE;
    }
}

static void heard_line(struct smtp_session *session, str line)
{
    uint64_t code;
    if (session->stage == SMTP_QUIT || line.n < 3 || !str_u64(str_slice(line, 0, 3), &code)) {
        return;
    }
    if (!session->in_reply) {
        session->reply_n = 0;
        session->judged = session->stage;
    }
    bool more = line.n > 3 && line.p[3] == '-';
    session->code = (unsigned)code;
    /* the code stands once, before the first line */
    keep_text(session, session->in_reply ? str_slice(line, 4, line.n) : line);
    if (!session->in_reply && more && session->reply_n > 3) {
        session->reply[3] = ' ';
    }
    session->reply[session->reply_n] = '\0';
    session->in_reply = more;
    if (!more) {
        reply_end(session);
    }
}

void smtp_session_heard(struct smtp_session *session, str lines)
{
    str line;
    while (str_split(&lines, '\n', &line)) {
        heard_line(session, str_trim(line));
    }
}
