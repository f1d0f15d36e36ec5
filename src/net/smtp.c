/* SPDX-License-Identifier: Apache-2.0 */
#include "net/smtp.h"

#include "base/clock.h"
#include "net/fetch_private.h"
#include "net/smtp_session.h"

enum { QUIT_MS = 1000 };

/* Where and how to connect, read from the settings. */
struct server {
    struct url url; /* with the http scheme as a stand-in */
    bool implicit_tls;
    str user;
};

struct sending {
    const struct smtp_message *message;
    size_t sent;
    bool handed_over, aborted;
    int64_t deadline_ms;
    int64_t final_ms, quit_ms, hurry_ms; /* when that was first seen, or 0 */
    struct smtp_session session;
    char error[CURL_ERROR_SIZE];
};

struct mail_settings mail_settings_default(void)
{
    return (struct mail_settings){.starttls = "auto", .total_ms = 30000};
}

static err refuse(str text, enum err_code code, const char *what, str *ret_reason)
{
    *ret_reason = text.n ? text : str_c(what);
    return err_new(code, what);
}

/* Parses the address as a URL of each http scheme: where the ports differ none was given. */
static err parse_server(struct arena *a, str text, struct server *ret, str *ret_reason)
{
    struct server server = {.implicit_tls = str_istarts(text, STR("smtps://"))};
    if (!server.implicit_tls && !str_istarts(text, STR("smtp://"))) {
        return refuse(STR("mail.url must start with smtp:// or smtps://"), ERR_INVALID,
                      "the mail server's URL is malformed", ret_reason);
    }
    str rest = str_slice(text, server.implicit_tls ? 8 : 7, text.n);
    struct url other;
    str plain = arena_printf(a, "http://%.*s", STR_ARG(rest)),
        tls = arena_printf(a, "https://%.*s", STR_ARG(rest));
    if (!plain.p || !tls.p) {
        return refuse(STR_EMPTY, ERR_NO_MEMORY, "no memory for a mail server's URL", ret_reason);
    }
    err e = url_parse(a, plain, &server.url);
    e = err_ok(e) ? url_parse(a, tls, &other) : e;
    e = err_ok(e) ? url_decode(a, server.url.user, false, &server.user) : e;
    if (!err_ok(e)) {
        return refuse(arena_printf(a, "mail.url is malformed: %s", e.what), e.code, e.what,
                      ret_reason);
    }
    if (str_find_byte(server.url.user, ':', 0) != SIZE_MAX || server.url.path.n > 1 ||
        server.url.query.n) {
        return refuse(
            STR("mail.url is smtp://user@host:port and nothing else; the password goes to mail.password as env:NAME "
                "or file:PATH"),
            ERR_INVALID, "the mail server's URL has parts that do not belong there", ret_reason);
    }
    if (str_has_control(server.user)) {
        return refuse(STR("the user name in mail.url has a control character"), ERR_INVALID,
                      "the mail server's URL is malformed", ret_reason);
    }
    if (server.url.port != other.port) {
        server.url.port = server.implicit_tls ? 465 : server.user.n ? 587 : 25;
    }
    *ret = server;
    return ERR_NONE;
}

static bool starttls_is(const struct mail_settings *settings, const char *word)
{
    return strcmp(settings->starttls, word) == 0;
}

err mail_settings_check(struct arena *a, const struct mail_settings *settings, str *ret_reason)
{
    struct server server;
    struct mail_mailbox box;
    if (!settings->url[0]) {
        return refuse(STR("mail.url is missing, for example smtp://127.0.0.1:25"), ERR_INVALID,
                      "no mail server is configured", ret_reason);
    }
    err e = parse_server(a, str_c(settings->url), &server, ret_reason);
    if (!err_ok(e)) {
        return e;
    }
    if (!starttls_is(settings, "auto") && !starttls_is(settings, "always") &&
        !starttls_is(settings, "never")) {
        return refuse(STR("mail.starttls must be auto, always or never"), ERR_INVALID,
                      "mail.starttls is not known", ret_reason);
    }
    e = mail_mailbox_parse(a, str_c(settings->from), &box);
    if (!err_ok(e)) {
        return refuse(
            arena_printf(a, "mail.from must be an address or \"Name <address>\": %s", e.what),
            e.code, e.what, ret_reason);
    }
    if (settings->to_count == 0 || settings->to_count > MAIL_RECIPIENTS_MAX) {
        return refuse(STR("mail.to must name 1 to 16 addresses"), ERR_INVALID,
                      "mail.to is missing or too long", ret_reason);
    }
    for (unsigned i = 0; i < settings->to_count; i++) {
        e = mail_mailbox_parse(a, str_c(settings->to[i]), &box);
        if (!err_ok(e)) {
            return refuse(
                arena_printf(a, "mail.to number %u is no mail address: %s", i + 1, e.what), e.code,
                e.what, ret_reason);
        }
    }
    if (settings->password.n && !server.user.n) {
        return refuse(STR("mail.password is set but mail.url has no user: smtp://user@host:port"),
                      ERR_INVALID, "a mail password without a user", ret_reason);
    }
    return ERR_NONE;
}

/* ── libcurl's callbacks ── */

static size_t on_read(char *into, size_t size, size_t count, void *user)
{
    struct sending *s = user;
    size_t room = size * count, left = s->message->data.n - s->sent;
    size_t n = left < room ? left : room;
    if (n > 0) {
        memcpy(into, s->message->data.p + s->sent, n);
        s->sent += n;
    }
    s->handed_over = s->sent == s->message->data.n;
    return n;
}

static int on_debug(CURL *easy, curl_infotype kind, char *p, size_t n, void *user)
{
    (void)easy;
    struct sending *s = user;
    if (kind == CURLINFO_HEADER_OUT) {
        smtp_session_said(&s->session, str_n(p, n));
    } else if (kind == CURLINFO_HEADER_IN) {
        smtp_session_heard(&s->session, str_n(p, n));
    }
    return 0;
}

/* Aborts when a deadline has passed; called at least once a second. */
static int on_progress(void *user, curl_off_t down_all, curl_off_t down, curl_off_t up_all,
                       curl_off_t up)
{
    (void)down_all, (void)down, (void)up_all, (void)up;
    struct sending *s = user;
    int64_t now = clock_mono_ms();
    const struct smtp_watch *watch = s->message->watch;
    if (watch && watch->tick) {
        watch->tick(watch->user);
    }
    if (watch && watch->hurry && atomic_load(watch->hurry) && s->hurry_ms == 0) {
        s->hurry_ms = now;
    }
    if (s->session.stage == SMTP_QUIT) {
        /* the message's fate is known: nobody need wait for the farewell */
        s->quit_ms = s->quit_ms ? s->quit_ms : now;
        return s->aborted || now >= s->quit_ms + QUIT_MS;
    }
    if (s->handed_over && s->final_ms == 0) {
        s->final_ms = now;
    }
    int64_t deadline = s->handed_over ? s->final_ms + SMTP_FINAL_MS : s->deadline_ms;
    s->aborted = now >= deadline || (s->hurry_ms && now >= s->hurry_ms + SMTP_HURRY_MS);
    return s->aborted;
}

static size_t on_ignored(char *p, size_t size, size_t count, void *user)
{
    (void)p, (void)user;
    return size * count;
}

/* ── setting up ── */

/* Whether TLS is used, required, verified: traffic that stays on this machine needs none. */
static err set_tls(CURL *easy, struct arena *a, const struct mail_settings *settings,
                   const struct server *server, const struct resolve_answer *where, str *ret_reason)
{
    bool local = true;
    for (size_t i = 0; i < where->count; i++) {
        local = local && addr_is_loopback(&where->addresses[i]);
    }
    bool never = starttls_is(settings, "never") && !server->implicit_tls;
    if (never && !local && settings->password.n) {
        return refuse(STR("a password is not sent without TLS; set mail.starttls to auto"),
                      ERR_INVALID, "a mail password would be sent in clear", ret_reason);
    }
    bool optional = local && starttls_is(settings, "auto") && !server->implicit_tls;
    long level = never ? CURLUSESSL_NONE : optional ? CURLUSESSL_TRY : CURLUSESSL_ALL;
    bool verify = !optional || settings->ca_file[0];
    curl_easy_setopt(easy, CURLOPT_USE_SSL, level);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, verify ? 1L : 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, verify ? 2L : 0L);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (settings->ca_file[0]) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, settings->ca_file);
        curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    }
    if (server->user.n) {
        str user = arena_str(a, server->user);
        if (!user.p || curl_easy_setopt(easy, CURLOPT_USERNAME, user.p) != CURLE_OK ||
            curl_easy_setopt(easy, CURLOPT_PASSWORD,
                             settings->password.n ? settings->password.p : "") != CURLE_OK) {
            return refuse(STR_EMPTY, ERR_NO_MEMORY, "no memory for a mail transfer", ret_reason);
        }
    }
    return ERR_NONE;
}

/* The URL for libcurl; its path is the name in EHLO: the sender's domain, which tells nothing about
 * this machine. */
static str server_url(struct arena *a, const struct server *server, str from)
{
    size_t at = str_find_byte(from, '@', 0);
    str domain = str_slice(from, at + 1, from.n);
    const char *scheme = server->implicit_tls ? "smtps" : "smtp";
    bool v6 = server->url.host_is_ipv6;
    return arena_printf(a, "%s://%s%.*s%s:%u/%.*s", scheme, v6 ? "[" : "",
                        STR_ARG(server->url.host), v6 ? "]" : "", server->url.port,
                        STR_ARG(domain));
}

static bool set_message(CURL *easy, struct arena *a, const struct server *server,
                        const struct smtp_message *message, struct curl_slist **to)
{
    str from = arena_printf(a, "<%.*s>", STR_ARG(message->from)),
        url = server_url(a, server, message->from);
    bool fine = from.p && url.p;
    for (size_t i = 0; fine && i < message->to_count; i++) {
        str one = arena_printf(a, "<%.*s>", STR_ARG(message->to[i]));
        struct curl_slist *more = one.p ? curl_slist_append(*to, one.p) : NULL;
        fine = more != NULL;
        *to = more ? more : *to;
    }
    return fine && curl_easy_setopt(easy, CURLOPT_URL, url.p) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_MAIL_FROM, from.p) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, *to) == CURLE_OK;
}

static void set_rules(CURL *easy, const struct mail_settings *settings, struct sending *s)
{
    long total = (long)settings->total_ms + SMTP_FINAL_MS;
    long connect =
        settings->total_ms < FETCH_CONNECT_MS ? (long)settings->total_ms : FETCH_CONNECT_MS;
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, connect);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, total);
    curl_easy_setopt(easy, CURLOPT_SERVER_RESPONSE_TIMEOUT, total / 1000 + 1);
    curl_easy_setopt(easy, CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);
    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE,
                     1L); /* says QUIT inside the transfer, where it is bounded */
    /* no INFILESIZE: libcurl 7.88 compares it with what it sent after stuffing dots and could cut
     * the message */
    curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read);
    curl_easy_setopt(easy, CURLOPT_READDATA, s);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_ignored);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_ignored);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, s);
    curl_easy_setopt(easy, CURLOPT_VERBOSE,
                     1L); /* nothing is printed: the callback follows the dialogue */
    curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, on_debug);
    curl_easy_setopt(easy, CURLOPT_DEBUGDATA, s);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, s->error);
}

/* ── the outcome ── */

static err judge_reply(unsigned code, enum smtp_stage stage)
{
    if (code == 530 || code == 534 || code == 535 || code == 538 ||
        (stage == SMTP_AUTH && code >= 500)) {
        return err_new(ERR_UNAUTHORIZED, "the mail server refused the login");
    }
    return code >= 500 ? err_new(ERR_UNPROCESSABLE, "the mail server refused the message")
                       : err_new(ERR_UPSTREAM, "the mail server cannot take the message now");
}

static err judge(CURL *easy, struct arena *a, const struct server *server, const struct sending *s,
                 CURLcode code, struct smtp_result *ret)
{
    const struct smtp_session *session = &s->session;
    ret->code = session->code;
    ret->stage = str_c(smtp_stage_name(code == CURLE_OK ? session->judged : session->reached));
    ret->reply = arena_str(a, str_n(session->reply, session->reply_n));
    if (code == CURLE_OK) {
        ret->refused_count = session->refused_count;
        memcpy(ret->refused, session->refused, sizeof(ret->refused));
        return ERR_NONE;
    }
    if (session->code >= 400) {
        ret->stage = str_c(smtp_stage_name(session->judged));
        return judge_reply(session->code, session->judged);
    }
    struct fetch_failure failure = {
        .code = code == CURLE_ABORTED_BY_CALLBACK ? CURLE_OPERATION_TIMEDOUT : code,
        .host = server->url.host,
        .port = server->url.port,
        .detail = s->error,
    };
    ret->code = 0;
    curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &failure.os_error);
    curl_easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &failure.verify_result);
    return fetch_explain(a, &failure, &ret->reply);
}

static err check_message(const struct smtp_message *message, struct smtp_result *ret)
{
    bool fine = message->to_count > 0 && message->to_count <= MAIL_RECIPIENTS_MAX &&
                mail_address_valid(message->from);
    for (size_t i = 0; fine && i < message->to_count; i++) {
        fine = mail_address_valid(message->to[i]);
    }
    return fine ? ERR_NONE
                : refuse(STR_EMPTY, ERR_INVALID, "the sender or a recipient is no mail address",
                         &ret->reply);
}

/* Connects and sends; the handle must not outlive `s`, which its callbacks use. */
static err transfer(struct arena *a, const struct mail_settings *settings,
                    const struct server *server, const struct resolve_answer *where,
                    struct sending *s, struct smtp_result *ret)
{
    struct fetch_pipe pipe = fetch_pipe_hold();
    struct curl_slist *to = NULL, *pins = fetch_pin(a, &server->url, where);
    CURL *easy = fetch_curl_ready() ? curl_easy_init() : NULL;
    err e = easy && pins
                ? set_tls(easy, a, settings, server, where, &ret->reply)
                : refuse(STR_EMPTY, ERR_NO_MEMORY, "libcurl could not be set up", &ret->reply);
    if (!err_ok(e)) {
        goto out;
    }
    if (!set_message(easy, a, server, s->message, &to)) {
        e = refuse(STR_EMPTY, ERR_NO_MEMORY, "no memory for a mail transfer", &ret->reply);
        goto out;
    }
    set_rules(easy, settings, s);
    curl_easy_setopt(easy, CURLOPT_RESOLVE, pins);
    e = judge(easy, a, server, s, curl_easy_perform(easy), ret);
out:
    if (easy) {
        curl_easy_cleanup(easy);
    }
    curl_slist_free_all(to);
    curl_slist_free_all(pins);
    fetch_pipe_release(&pipe);
    return e;
}

static err run(struct arena *a, const struct mail_settings *settings, const struct server *server,
               const struct smtp_message *message, struct smtp_result *ret)
{
    struct sending s = {.message = message, .deadline_ms = clock_mono_ms() + settings->total_ms};
    struct resolve_answer where;
    err e = resolve(server->url.host, server->url.port,
                    settings->total_ms < FETCH_CONNECT_MS ? settings->total_ms : FETCH_CONNECT_MS,
                    &where);
    if (!err_ok(e)) {
        return refuse(arena_printf(a, "%.*s: %s", STR_ARG(server->url.host), e.what),
                      e.code == ERR_NOT_FOUND ? ERR_UPSTREAM : e.code, e.what, &ret->reply);
    }
    return transfer(a, settings, server, &where, &s, ret);
}

err smtp_send(struct arena *a, const struct mail_settings *settings,
              const struct smtp_message *message, struct smtp_result *ret)
{
    struct smtp_result result = {.reply = STR_EMPTY, .stage = STR("connect")};
    struct server server;
    err e = check_message(message, &result);
    if (err_ok(e)) {
        e = parse_server(a, str_c(settings->url), &server, &result.reply);
    }
    if (err_ok(e)) {
        e = run(a, settings, &server, message, &result);
    }
    *ret = result;
    return e;
}
