/* SPDX-License-Identifier: Apache-2.0 */
#include "access/keys.h"

enum { FAMILY_MAX = 32 };

/* What stands in a header, and what it is called. The first that is found counts: browsers name
 * each other, so the copies come before what they copy. */
struct family {
    str mark, name;
};

static const struct family programs[] = {
    {STR_INIT("curl"), STR_INIT("curl")},
    {STR_INIT("Wget"), STR_INIT("Wget")},
    {STR_INIT("python-requests"), STR_INIT("python-requests")},
    {STR_INIT("python-httpx"), STR_INIT("python-httpx")},
    {STR_INIT("aiohttp"), STR_INIT("aiohttp")},
    {STR_INIT("Python-urllib"), STR_INIT("Python-urllib")},
    {STR_INIT("PostmanRuntime"), STR_INIT("PostmanRuntime")},
    {STR_INIT("insomnia"), STR_INIT("insomnia")},
    {STR_INIT("Go-http-client"), STR_INIT("Go-http-client")},
    {STR_INIT("okhttp"), STR_INIT("okhttp")},
    {STR_INIT("Apache-HttpClient"), STR_INIT("Apache-HttpClient")},
    {STR_INIT("node-fetch"), STR_INIT("node-fetch")},
    {STR_INIT("undici"), STR_INIT("undici")},
    {STR_INIT("axios"), STR_INIT("axios")},
    {STR_INIT("GuzzleHttp"), STR_INIT("GuzzleHttp")},
    {STR_INIT("reqwest"), STR_INIT("reqwest")},
    {STR_INIT("HTTPie"), STR_INIT("HTTPie")},
};

static const struct family browsers[] = {
    {STR_INIT("HeadlessChrome"), STR_INIT("Headless Chrome")},
    {STR_INIT("Headless Chrome"), STR_INIT("Headless Chrome")},
    {STR_INIT("Edg"), STR_INIT("Edge")},
    {STR_INIT("OPR/"), STR_INIT("Opera")},
    {STR_INIT("Opera"), STR_INIT("Opera")},
    {STR_INIT("Vivaldi"), STR_INIT("Vivaldi")},
    {STR_INIT("SamsungBrowser"), STR_INIT("Samsung Internet")},
    {STR_INIT("Samsung Internet"), STR_INIT("Samsung Internet")},
    {STR_INIT("Firefox"), STR_INIT("Firefox")},
    {STR_INIT("FxiOS"), STR_INIT("Firefox")},
    {STR_INIT("Chromium"), STR_INIT("Chromium")},
    {STR_INIT("Chrome"), STR_INIT("Chrome")},
    {STR_INIT("CriOS"), STR_INIT("Chrome")},
    {STR_INIT("Safari"), STR_INIT("Safari")},
};

static const struct family systems[] = {
    {STR_INIT("Windows"), STR_INIT("Windows")}, {STR_INIT("Android"), STR_INIT("Android")},
    {STR_INIT("iPhone"), STR_INIT("iPhone")},   {STR_INIT("iPad"), STR_INIT("iPad")},
    {STR_INIT("CrOS"), STR_INIT("ChromeOS")},   {STR_INIT("ChromeOS"), STR_INIT("ChromeOS")},
    {STR_INIT("Mac OS X"), STR_INIT("macOS")},  {STR_INIT("macOS"), STR_INIT("macOS")},
    {STR_INIT("Linux"), STR_INIT("Linux")},
};

static str look_up(const struct family *families, size_t count, str header)
{
    for (size_t i = 0; i < count; i++) {
        if (str_find(header, families[i].mark, 0) != SIZE_MAX) {
            return families[i].name;
        }
    }
    return STR_EMPTY;
}

#define LOOK_UP(table, header) look_up((table), sizeof(table) / sizeof((table)[0]), (header))

static bool is_plain(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
}

/* The name of the first product of a header that is in no table (RFC 9110 section 10.1.5). */
static str first_product(str header)
{
    size_t n = 0;
    while (n < header.n && n < FAMILY_MAX && is_plain(header.p[n])) {
        n++;
    }
    return str_slice(header, 0, n);
}

str agent_family(struct arena *a, str user_agent)
{
    str header = str_trim(user_agent);
    str program = LOOK_UP(programs, header), browser = LOOK_UP(browsers, header);
    if (program.n) {
        return program;
    }
    str system = LOOK_UP(systems, header);
    if (browser.n && system.n) {
        str both = arena_printf(a, "%.*s on %.*s", STR_ARG(browser), STR_ARG(system));
        return both.p ? both : browser;
    }
    if (browser.n) {
        return browser;
    }
    str product = arena_str(a, first_product(header));
    return product.p ? product : STR_EMPTY;
}
