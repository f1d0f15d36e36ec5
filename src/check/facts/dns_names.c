/* SPDX-License-Identifier: Apache-2.0 */
#include "check/facts/dns_names.h"

#include <stddef.h>

const char *const dns_usual_hosts[] = {
    "app",   "chat",    "api",  "login",   "admin",  "portal",  "blog",   "shop",
    "store", "help",    "docs", "support", "status", "cdn",     "assets", "static",
    "media", "img",     "m",    "account", "auth",   "sso",     "my",     "dashboard",
    "go",    "links",   "news", "webmail", "mail",   "direct",  "origin", "cpanel",
    "forum", "careers", "jobs", "pay",     "files",  "landing", "learn",  NULL,
};

const char *const dns_stale_hosts[] = {
    "dev", "staging", "test",    "old",     "beta",        "demo",   "preview", "backup", "stage",
    "uat", "qa",      "sandbox", "testing", "development", "legacy", "new",     NULL,
};

const char *const dns_usual_services[] = {
    "_sip._tls",         "_sipfederationtls._tcp", "_autodiscover._tcp",
    "_imaps._tcp",       "_submission._tcp",       "_caldavs._tcp",
    "_xmpp-client._tcp", "_xmpp-server._tcp",      NULL,
};
