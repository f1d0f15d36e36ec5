/* SPDX-License-Identifier: Apache-2.0 */
/* The openspf suite of RFC 7208: every case with its zone as the source of answers, and again over
 * UDP and TCP through the real resolver. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "check/facts/resolver.h"
#include "check/mail/spf.h"
#include "spf_zone.h"

static struct spf_suite suite;
static unsigned asked_by_udp, asked_by_tcp;

/* Answers of one case. */
struct source {
    const struct spf_zone *zone;
    struct arena *a;
};

static const struct dns_answer *ask_zone(void *user, str name, unsigned type)
{
    struct source *source = user;
    struct dns_answer *answer = arena_alloc(source->a, sizeof *answer);
    if (!spf_zone_answer(source->zone, source->a, name, type, answer)) {
        *answer = (struct dns_answer){.name = name, .type = type, .outcome = DNS_TIMEOUT};
    }
    return answer;
}

static void judge(const struct spf_case *c, struct arena *a, struct dns_lookup dns)
{
    struct spf_sender sender = {.helo = c->helo, .mail_from = c->mail_from, .now_s = 1795291200};
    struct spf_outcome outcome;
    bool fits = false;
    assert_true(addr_parse(c->host, &sender.ip));
    spf_evaluate(a, dns, &sender, &outcome);
    for (size_t i = 0; i < c->result_count; i++) {
        fits = fits || str_eq(c->results[i], str_c(spf_result_name(outcome.result)));
    }
    str wanted = str_eq(c->explanation, STR("DEFAULT")) ? STR_EMPTY : c->explanation;
    bool explained = !c->has_explanation || str_eq(wanted, outcome.explanation);
    if (!fits || !explained) {
        fprintf(stderr, "%.*s: %.*s, not %s (%.*s), explanation \"%.*s\"\n", STR_ARG(c->name),
                STR_ARG(c->results[0]), spf_result_name(outcome.result), STR_ARG(outcome.why),
                STR_ARG(outcome.explanation));
    }
    assert_true(fits && explained);
}

static void case_has_its_result(void **state)
{
    const struct spf_case *c = *state;
    struct arena a;
    arena_init(&a, 32 << 20);
    struct source source = {c->zone, &a};
    judge(c, &a, (struct dns_lookup){ask_zone, &source});
    arena_done(&a);
}

/* The same over the network: a name server with the case's zone, and the resolver that the auditor
 * uses. */
static void case_has_its_result_over_the_network(void **state)
{
    const struct spf_case *c = *state;
    struct spf_server server;
    struct intent intent = intent_default();
    struct collect collect = {0};
    struct arena a;
    arena_init(&a, 32 << 20);
    spf_server_start(&server, c->zone);
    struct collect_options options = {.resolver = server.address, .allow_private = true};
    collect.options = &options;
    collect.deadline_ms = clock_mono_ms() + (spf_zone_is_silent(c->zone) ? 1500 : 30000);
    assert_true(err_ok(facts_new(STR("example.com"), &intent, 1795291200000, &collect.facts)));
    assert_true(err_ok(resolver_new(&collect, &collect.resolver)));
    judge(c, &a, resolver_lookup(&collect));
    resolver_free(collect.resolver);
    facts_free(collect.facts);
    spf_server_stop(&server);
    asked_by_udp += server.by_udp;
    asked_by_tcp += server.by_tcp;
    arena_done(&a);
}

static void the_server_was_asked_both_ways(void **state)
{
    (void)state;
    assert_true(suite.count == 0 || (asked_by_udp > suite.count && asked_by_tcp > 0));
}

/* The walk ends whatever the zone says. */
static void every_policy_can_be_walked(void **state)
{
    (void)state;
    for (size_t i = 0; i < suite.count; i++) {
        const struct spf_case *c = &suite.cases[i];
        struct arena a;
        struct spf_audit audit;
        str domain;
        arena_init(&a, 32 << 20);
        struct source source = {c->zone, &a};
        size_t at = str_find_byte(c->mail_from, '@', 0);
        if (at != SIZE_MAX && spf_name(&a, str_slice(c->mail_from, at + 1, SIZE_MAX), &domain)) {
            struct dns_lookup dns = {ask_zone, &source};
            size_t nodes = 0;
            assert_true(err_ok(spf_audit(&a, dns, NULL, domain, &audit)));
            for (struct spf_node *node = audit.root; node; node = spf_audit_next(node)) {
                nodes++;
            }
            assert_int_equal(nodes, audit.nodes);
        }
        arena_done(&a);
    }
}

static void the_suite_is_here(void **state)
{
    (void)state;
    if (suite.count == 0) {
        print_message("the shared corpora are not here: the SPF suite was not run\n");
        skip();
    }
    assert_true(suite.count >= 203);
}

int main(void)
{
    static const char *const places[] = {"../shared/corpora/spf/rfc7208-tests.yml",
                                         "../../shared/corpora/spf/rfc7208-tests.yml"};
    static struct CMUnitTest tests[SPF_CASES_MAX * 2 + 3];
    static char names[SPF_CASES_MAX * 2][128];
    const char *given = getenv("CORPORA_FOLDER");
    char path[1024];
    snprintf(path, sizeof path, "%s/spf/rfc7208-tests.yml", given ? given : ".");
    if (!spf_suite_read(&suite, path) && !spf_suite_read(&suite, places[0])) {
        (void)spf_suite_read(&suite, places[1]);
    }
    size_t count = 0;
    for (; count < suite.count * 2; count++) {
        bool network = count >= suite.count;
        struct spf_case *c = &suite.cases[count % suite.count];
        snprintf(names[count], sizeof names[0], "%.*s: %.*s%s", STR_ARG(c->section),
                 STR_ARG(c->name), network ? " over the network" : "");
        tests[count] = (struct CMUnitTest){
            names[count], network ? case_has_its_result_over_the_network : case_has_its_result,
            NULL, NULL, c};
    }
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(the_server_was_asked_both_ways);
    if (!err_ok(crypto_init())) {
        return 1;
    }
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(the_suite_is_here);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(every_policy_can_be_walked);
    int failed = _cmocka_run_group_tests("spf_suite", tests, count, NULL, NULL);
    if (suite.count > 0) {
        arena_done(&suite.a);
    }
    return failed;
}
