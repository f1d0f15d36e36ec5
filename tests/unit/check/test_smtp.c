/* SPDX-License-Identifier: Apache-2.0 */
/* Mail servers, good and hostile ones, as the collector meets them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "check/facts/resolver.h"
#include "check/mail/smtp_reply.h"
#include "unit/support/peer.h"

/* What the server says at the connection and to EHLO; "~" is a flood, "." silence. */
struct script {
    const char *greeting, *ehlo, *starttls;
};

static void say(int fd, const char *text)
{
    if (strcmp(text, "~") == 0) {
        static char flood[4096];
        memset(flood, 'x', sizeof flood);
        while (peer_write(fd, flood, sizeof flood)) {
        }
    } else if (strcmp(text, "~lines") == 0) {
        while (peer_say(fd, "220-more\r\n")) {
        }
    } else {
        peer_say(fd, text);
    }
}

static void serve(struct peer *peer, int fd)
{
    const struct script *script = peer->user;
    if (strcmp(script->greeting, ".") == 0) {
        peer_read_line(peer, fd); /* until the other side gives up */
        return;
    }
    say(fd, script->greeting);
    if (script->ehlo && peer_read_line(peer, fd)) {
        say(fd, script->ehlo);
        if (peer_read_line(peer, fd) && script->starttls) {
            say(fd, script->starttls);
            peer_read_line(peer, fd);
        }
    }
}

static void add_answer(struct facts *f, struct arena *a, const char *name, unsigned type,
                       const char *line)
{
    struct dns_record *r = arena_alloc(a, sizeof *r);
    struct dns_answer x = {.name = str_c(name), .type = type, .records = r, .server = STR_EMPTY};
    x.rcode = line ? DNS_NOERROR : DNS_NXDOMAIN;
    x.count = line != NULL;
    assert_true(!line || err_ok(dns_record_read(a, str_c(line), r)));
    facts_add_dns(f, &x);
}

static struct facts *make_facts(struct intent *intent, struct arena **ret_a)
{
    struct facts *f;
    *intent = intent_default();
    assert_true(err_ok(facts_new(STR("example.com"), intent, 0, &f)));
    struct arena *a = facts_arena(f);
    add_answer(f, a, "example.com", DNS_MX, "example.com. 60 IN MX 10 mx.example.com.");
    add_answer(f, a, "mx.example.com", DNS_A, "mx.example.com. 60 IN A 203.0.113.25");
    add_answer(f, a, "mx.example.com", DNS_AAAA, NULL);
    add_answer(f, a, "_mta-sts.example.com", DNS_TXT, NULL);
    *ret_a = a;
    return f;
}

/* Every answer is in the facts already; where the resolver would ask, nobody listens. */
static void run(struct collect *c)
{
    assert_true(err_ok(resolver_new(c, &c->resolver)));
    collect_smtp(c);
    resolver_free(c->resolver);
}

/* Runs the collector against one server and gives what it saw; the facts are freed by the caller.
 */
static const struct smtp_server *visit(const struct script *script, unsigned ms,
                                       struct facts **ret_facts)
{
    static struct intent intent;
    static struct collect_options options;
    struct peer *peer = test_malloc(sizeof *peer);
    struct arena *a;
    size_t count;
    *ret_facts = make_facts(&intent, &a);
    assert_true(peer_start(peer, serve, script));
    options =
        (struct collect_options){.ca_file = STR_EMPTY, .reach_count = 1, .allow_private = true};
    assert_true(addr_parse_port(STR("127.0.0.1:9"), &options.resolver));
    options.reach[0] = (struct reach_rule){
        .host = STR("*"), .port = 25, .has_address = true, .to_port = peer->port};
    assert_true(addr_parse(STR("127.0.0.1"), &options.reach[0].address));
    struct collect c = {
        .facts = *ret_facts, .options = &options, .deadline_ms = clock_mono_ms() + ms};
    run(&c);
    peer_stop(peer);
    test_free(peer);
    const struct smtp_server *const *all = facts_smtp_all(*ret_facts, &count);
    assert_int_equal(count, 1);
    return all[0];
}

static void good_server_tells_what_it_can(void **state)
{
    (void)state;
    const struct script script = {"220-mx.example.com\r\n220 ESMTP\r\n",
                                  "250-mx.example.com hello\r\n250-SIZE 1000\r\n250 8BITMIME\r\n",
                                  NULL};
    struct facts *f;
    const struct smtp_server *s = visit(&script, 5000, &f);
    assert_int_equal(s->outcome, SMTP_SPOKE);
    assert_true(str_eq(s->greeting, STR("mx.example.com\nESMTP")));
    assert_true(str_eq(s->ehlo, STR("mx.example.com hello\nSIZE 1000\n8BITMIME")));
    assert_false(s->starttls);
    assert_null(s->tls);
    facts_free(f);
}

static void each_misbehaviour_has_its_outcome(void **state)
{
    (void)state;
    static const struct {
        struct script script;
        enum smtp_outcome outcome;
        const char *reason;
    } cases[] = {
        {{".", NULL, NULL}, SMTP_TIMEOUT, "nothing in time"},
        {{"220 no line end", NULL, NULL}, SMTP_NO_SMTP, "closed"},
        {{"", NULL, NULL}, SMTP_UNREACHABLE, "closed"},
        {{"HTTP/1.1 400 Bad Request\r\n", NULL, NULL}, SMTP_NO_SMTP, "no SMTP"},
        {{"~", NULL, NULL}, SMTP_NO_SMTP, "no SMTP"},
        {{"~lines", NULL, NULL}, SMTP_NO_SMTP, "no SMTP"},
        {{"220-a\r\n250 b\r\n", NULL, NULL}, SMTP_NO_SMTP, "no SMTP"},
        {{"554 5.7.1 not you\r\n", NULL, NULL}, SMTP_SPOKE, "554 5.7.1 not you"},
        {{"220 a\r\n", "502 what\r\n", NULL}, SMTP_SPOKE, "502 what"},
        {{"220 a\r\n", "~", NULL}, SMTP_NO_SMTP, "no SMTP"},
        {{"220 a\r\n", "250-a\r\n250 STARTTLS\r\n", "454 later\r\n"}, SMTP_SPOKE, "454 later"},
        {{"220 a\r\n", "250-a\r\n250 STARTTLS\r\n", "~"}, SMTP_SPOKE, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct facts *f;
        int64_t start = clock_mono_ms();
        const struct smtp_server *s = visit(&cases[i].script, 700, &f);
        if (s->outcome != cases[i].outcome ||
            str_find(s->reason, str_c(cases[i].reason), 0) == SIZE_MAX) {
            fail_msg("%zu: %d %.*s", i, (int)s->outcome, STR_ARG(s->reason));
        }
        assert_null(s->tls);
        assert_true(clock_mono_ms() - start < 5000);
        facts_free(f);
    }
}

static void starttls_that_is_no_tls_is_told(void **state)
{
    (void)state;
    const struct script script = {"220 a\r\n", "250-a\r\n250 starttls\r\n",
                                  "220 go\r\n220 but this is no handshake\r\n"};
    struct facts *f;
    const struct smtp_server *s = visit(&script, 3000, &f);
    assert_int_equal(s->outcome, SMTP_SPOKE);
    assert_true(s->starttls);
    assert_non_null(s->tls);
    assert_int_not_equal(s->tls->outcome, TLS_SPOKE);
    facts_free(f);
}

static void private_address_is_not_visited(void **state)
{
    (void)state;
    static struct intent intent;
    static struct collect_options options;
    struct facts *f;
    struct arena *a;
    size_t count;
    assert_true(addr_parse_port(STR("127.0.0.1:9"), &options.resolver));
    f = make_facts(&intent, &a);
    add_answer(f, a, "mx.example.com", DNS_A, "mx.example.com. 60 IN A 127.0.0.1");
    struct collect c = {.facts = f, .options = &options, .deadline_ms = clock_mono_ms() + 1000};
    run(&c);
    const struct smtp_server *const *all = facts_smtp_all(f, &count);
    assert_int_equal(count, 1);
    assert_int_equal(all[0]->outcome, SMTP_NOT_ALLOWED);
    facts_free(f);
}

static void replies_are_read_whole(void **state)
{
    (void)state;
    struct smtp_answer answer;
    str line;
    const str text = STR("250-one\r\n250-two 2\n250 \r\nrest");
    for (size_t n = 0; n < 24; n++) {
        assert_int_equal(smtp_answer_read(str_slice(text, 0, n), &answer), SMTP_READ_MORE);
    }
    assert_int_equal(smtp_answer_read(text, &answer), SMTP_READ_DONE);
    assert_int_equal(answer.code, 250);
    assert_int_equal(answer.lines, 3);
    assert_int_equal(answer.bytes, text.n - 4);
    assert_true(smtp_answer_line(text, 1, &line) && str_eq(line, STR("two 2")));
    assert_true(smtp_answer_line(text, 2, &line) && str_empty(line));
    assert_int_equal(smtp_answer_read(STR("250\r\n"), &answer), SMTP_READ_DONE);
    assert_int_equal(smtp_answer_read(STR("99 x\r\n"), &answer), SMTP_READ_BROKEN);
    assert_int_equal(smtp_answer_read(STR("2500 x\r\n"), &answer), SMTP_READ_BROKEN);
    assert_false(smtp_ehlo_has(STR("STARTTLS"), STR("STARTTLS"))); /* a host of that name */
    assert_true(smtp_ehlo_has(STR("h\nstarttls"), STR("STARTTLS")));
    assert_false(smtp_ehlo_has(STR("h\nSTARTTLSX"), STR("STARTTLS")));
}

static int set_up(void **state)
{
    (void)state;
    return err_ok(crypto_init()) ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_server_tells_what_it_can),
        cmocka_unit_test(each_misbehaviour_has_its_outcome),
        cmocka_unit_test(starttls_that_is_no_tls_is_told),
        cmocka_unit_test(private_address_is_not_visited),
        cmocka_unit_test(replies_are_read_whole),
    };
    return cmocka_run_group_tests_name("check_smtp", tests, set_up, NULL);
}
