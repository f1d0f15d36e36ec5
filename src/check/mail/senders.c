/* SPDX-License-Identifier: Apache-2.0 */
#include "check/mail/senders.h"

#include "check/facts/dns.h"

static const struct mail_sender senders[] = {
#include "check/senders.inc" /* generated from rules/check/ */
};

const struct mail_sender *sender_at(size_t i)
{
    return i < sizeof senders / sizeof senders[0] ? &senders[i] : NULL;
}

const struct mail_sender *sender_find(str id)
{
    const struct mail_sender *sender;
    for (size_t i = 0; (sender = sender_at(i)) != NULL; i++) {
        if (str_eq(str_c(sender->id), id)) {
            return sender;
        }
    }
    return NULL;
}

static bool is_under_any(const char *list, str domain)
{
    str rest = str_c(list), one;
    while (str_split(&rest, ' ', &one)) {
        if (dns_name_under(domain, one)) {
            return true;
        }
    }
    return false;
}

bool sender_has_include(const struct mail_sender *sender, str domain)
{
    return is_under_any(sender->spf, domain);
}

bool sender_has_mx(const struct mail_sender *sender, str host)
{
    return is_under_any(sender->mx, host);
}

const struct mail_sender *sender_of_include(str domain)
{
    const struct mail_sender *sender;
    for (size_t i = 0; (sender = sender_at(i)) != NULL; i++) {
        if (sender_has_include(sender, domain)) {
            return sender;
        }
    }
    return NULL;
}
