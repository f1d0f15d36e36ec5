/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "access/domain.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static struct arena a;

static void domains_are_normalised_or_refused_with_a_reason(void **state)
{
    (void)state;
    static const struct {
        const char *text, *normal; /* NULL: refused */
    } table[] = {
        {"https://www.example.com", "https://www.example.com"},
        {"https://www.example.com/", "https://www.example.com"},
        {"example.com", "https://example.com"},
        {"EXAMPLE.com", "https://example.com"},
        {" example.com ", "https://example.com"},
        {"https://example.com:443", "https://example.com"},
        {"https://example.com:8443", "https://example.com:8443"},
        {"http://localhost:3000", "http://localhost:3000"},
        {"http://127.0.0.1:3000", "http://127.0.0.1:3000"},
        {"*.example.com", "https://*.example.com"},
        {"http://*.example.com:8080", "http://*.example.com:8080"},
        {"https://bücher.example", "https://xn--bcher-kva.example"},
        {"*.bücher.example", "https://*.xn--bcher-kva.example"},
        {"", NULL},
        {"*", NULL},
        {"*.", NULL},
        {"*.com*", NULL},
        {"a.*.example.com", NULL},
        {"*.127.0.0.1", NULL},
        {"*.localhost", NULL},
        {"https://example.com/path", NULL},
        {"https://example.com?x", NULL},
        {"https://user@example.com", NULL},
        {"ftp://example.com", NULL},
        {"javascript:alert(1)", NULL},
        {"https://exa mple.com", NULL},
        {"null", "https://null"},
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        str normal = STR_EMPTY;
        err e = domain_parse(&a, str_c(table[i].text), &normal);
        if (table[i].normal) {
            assert_true(err_ok(e));
            assert_true(str_eq(normal, str_c(table[i].normal)));
        } else {
            assert_int_equal(e.code, ERR_INVALID);
            assert_true(strlen(e.what) > 5);
        }
    }
}

static const str domains[] = {STR_INIT("https://www.example.com"),
                              STR_INIT("https://*.shop.example"), STR_INIT("http://localhost:3000"),
                              STR_INIT("https://xn--bcher-kva.example")};
static const char self[] = "https://chat.example.com";
static const struct {
    const char *origin, *referer, *fetch_site;
    bool credential;
    enum domain_verdict verdict;
} pages[] = {
    {"https://www.example.com", "", "", false, DOMAIN_ALLOWED},
    {"https://www.example.com", "", "cross-site", false, DOMAIN_ALLOWED},
    {"https://chat.example.com", "", "same-origin", false, DOMAIN_SAME},
    {"https://a.shop.example", "", "", false, DOMAIN_ALLOWED},
    {"https://a.b.shop.example", "", "", false, DOMAIN_ALLOWED},
    {"http://localhost:3000", "", "", false, DOMAIN_ALLOWED},
    {"https://bücher.example", "", "", false, DOMAIN_ALLOWED},
    {"https://WWW.EXAMPLE.COM", "", "", false, DOMAIN_ALLOWED},
    /* foreign, null, look-alike */
    {"https://other.test", "", "", false, DOMAIN_REFUSED},
    {"https://other.test", "", "", true, DOMAIN_REFUSED},
    {"null", "", "", false, DOMAIN_REFUSED},
    {"null", "", "same-origin", true, DOMAIN_REFUSED},
    {"https://www.example.com.evil.test", "", "", false, DOMAIN_REFUSED},
    {"https://evilwww.example.com", "", "", false, DOMAIN_REFUSED},
    {"https://evil-shop.example", "", "", false, DOMAIN_REFUSED},
    {"https://evilshop.example", "", "", false, DOMAIN_REFUSED},
    {"https://shop.example", "", "", false, DOMAIN_REFUSED},
    {"https://.shop.example", "", "", false, DOMAIN_REFUSED},
    {"http://www.example.com", "", "", false, DOMAIN_REFUSED},
    {"https://www.example.com:8443", "", "", false, DOMAIN_REFUSED},
    {"http://localhost:3001", "", "", false, DOMAIN_REFUSED},
    {"http://localhost", "", "", false, DOMAIN_REFUSED},
    {"https://www.example.com/path", "", "", false, DOMAIN_REFUSED},
    {"https://www.example.com@evil.test", "", "", false, DOMAIN_REFUSED},
    {"https://evil.test#https://www.example.com", "", "", false, DOMAIN_REFUSED},
    {"www.example.com", "", "", false, DOMAIN_REFUSED},
    {"file://", "", "", false, DOMAIN_REFUSED},
    {"https://www.example.com https://evil.test", "", "", false, DOMAIN_REFUSED},
    /* no Origin: fetch metadata, then Referer, then a credential */
    {"", "", "same-origin", false, DOMAIN_SAME},
    {"", "", "cross-site", true, DOMAIN_REFUSED},
    {"", "https://www.example.com/x", "cross-site", true, DOMAIN_REFUSED},
    {"", "", "none", true, DOMAIN_REFUSED},
    {"", "https://www.example.com/a?b", "", false, DOMAIN_ALLOWED},
    {"", "https://chat.example.com/demo/", "", false, DOMAIN_SAME},
    {"", "https://evil.test/https://www.example.com", "", true, DOMAIN_REFUSED},
    {"", "not a url", "", true, DOMAIN_REFUSED},
    {"", "", "", true, DOMAIN_ABSENT},
    {"", "", "", false, DOMAIN_REFUSED},
};

static void pages_are_judged_by_what_the_browser_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(pages); i++) {
        struct domain_request request = {.self = str_c(self),
                                         .origin = str_c(pages[i].origin),
                                         .referer = str_c(pages[i].referer),
                                         .fetch_site = str_c(pages[i].fetch_site),
                                         .has_credential = pages[i].credential};
        str page;
        enum domain_verdict verdict = domain_judge(&a, domains, COUNT(domains), &request, &page);
        if (verdict != pages[i].verdict) {
            print_error("origin %s referer %s fetch %s\n", pages[i].origin, pages[i].referer,
                        pages[i].fetch_site);
        }
        assert_int_equal(verdict, pages[i].verdict);
        assert_int_equal(str_empty(page), verdict == DOMAIN_REFUSED || verdict == DOMAIN_ABSENT);
    }
}

static void an_empty_list_means_nobody_but_our_own_pages(void **state)
{
    (void)state;
    str page;
    struct domain_request request = {.self = STR("https://chat.example.com"),
                                     .origin = STR("https://www.example.com")};
    assert_int_equal(domain_judge(&a, NULL, 0, &request, &page), DOMAIN_REFUSED);
    request.origin = request.self;
    assert_int_equal(domain_judge(&a, NULL, 0, &request, &page), DOMAIN_SAME);
}

static int start(void **state)
{
    (void)state;
    arena_init(&a, 1 << 20);
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_done(&a);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(domains_are_normalised_or_refused_with_a_reason),
        cmocka_unit_test(pages_are_judged_by_what_the_browser_says),
        cmocka_unit_test(an_empty_list_means_nobody_but_our_own_pages),
    };
    return cmocka_run_group_tests(tests, start, end);
}
