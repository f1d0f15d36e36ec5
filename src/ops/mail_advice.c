/* SPDX-License-Identifier: Apache-2.0 */
#include "ops/mail_advice.h"

/* Looked through from above; the first row that fits speaks. */
static const struct advice {
    unsigned from, to; /* codes of the answer; 0: whatever */
    const char *stage; /* NULL: any */
    const char *has;   /* in the answer or reason, letters folded; NULL: whatever */
    str text;
} table[] = {
    {535, 535, NULL, NULL,
     STR_INIT(
         "The server does not accept this user and password: check the user in mail.url and mail.password; many "
         "providers want an app password instead of the account's own.")},
    {534, 534, NULL, NULL,
     STR_INIT(
         "The provider wants another way to log in: make an app password in its settings and use that as "
         "mail.password.")},
    {538, 538, NULL, NULL,
     STR_INIT(
         "The server takes the password only over TLS: set mail.starttls to always, or use smtps:// in mail.url.")},
    {530, 530, NULL, "tls",
     STR_INIT(
         "The server wants TLS first: set mail.starttls to always, or use smtps:// in mail.url.")},
    {530, 530, NULL, NULL,
     STR_INIT(
         "The server wants a login: put the user into mail.url (smtp://user@host:587) and set mail.password.")},
    {500, 599, "AUTH", NULL,
     STR_INIT("The server does not take the login: check the user in mail.url and mail.password.")},
    {454, 454, "AUTH", NULL,
     STR_INIT(
         "The server cannot check logins at the moment: this is its own trouble, try again later.")},
    {554, 554, "connect", NULL,
     STR_INIT(
         "The server refuses connections from this machine, often because of its address's reputation: send through "
         "your provider's submission server (port 587 or 465) with a login.")},
    {500, 599, NULL, "relay",
     STR_INIT(
         "The server does not forward mail for this machine: log in (user in mail.url, mail.password), or allow this "
         "machine to relay in the mail server's settings.")},
    {500, 599, "MAIL FROM", NULL,
     STR_INIT(
         "The server does not let this login send as the address in mail.from: use an address that belongs to the "
         "account, or allow it as an alias there.")},
    {500, 599, NULL, "sender",
     STR_INIT(
         "The server does not accept the sender: set mail.from to an address that exists and belongs to the account.")},
    {552, 552, NULL, NULL,
     STR_INIT(
         "The message or the mailbox is too large for the server: make room in the mailbox of mail.to.")},
    {550, 551, "RCPT TO", NULL,
     STR_INIT(
         "The server does not know the recipient: check the spelling of the addresses in mail.to.")},
    {553, 553, "RCPT TO", NULL,
     STR_INIT(
         "The server does not accept the recipient's address: check the spelling of the addresses in mail.to.")},
    {500, 599, NULL, "spf",
     STR_INIT(
         "The receiver found no permission to send for the sender's domain: add this server to the domain's SPF record "
         "and sign with DKIM, or send through the domain's own provider.")},
    {500, 599, NULL, "dmarc",
     STR_INIT(
         "The receiver's DMARC check failed: send through the provider of the domain in mail.from so that SPF or DKIM "
         "align.")},
    {500, 599, NULL, "spam",
     STR_INIT(
         "The server took the message for spam: send through the provider of the domain in mail.from and check SPF, "
         "DKIM and DMARC.")},
    {500, 599, "message", NULL,
     STR_INIT(
         "The server refused the message after reading it, usually by its own policy: its answer says why; ask its "
         "operator with that text.")},
    {421, 421, NULL, NULL,
     STR_INIT(
         "The server is busy or limits connections: nothing is wrong here, the mail is tried again later.")},
    {450, 451, NULL, "grey",
     STR_INIT(
         "The server greylists unknown senders: nothing is wrong, it takes the mail when it is tried again in some "
         "minutes.")},
    {450, 451, NULL, NULL,
     STR_INIT(
         "The server cannot take the mail right now, often greylisting: it is tried again in some minutes.")},
    {452, 452, NULL, NULL,
     STR_INIT(
         "The server is out of space or limits recipients: its operator has to make room; the mail is tried again.")},
    {400, 499, NULL, NULL, STR_INIT("The server asks to try again later; that happens by itself.")},
    {500, 599, NULL, NULL,
     STR_INIT("The server refused: its answer says why; ask its operator with that text.")},
    {0, 0, NULL, "does not exist",
     STR_INIT("The mail server's host name is not in the DNS: check the spelling in mail.url.")},
    {0, 0, NULL, "name servers",
     STR_INIT(
         "This machine's name servers do not answer: check its network and /etc/resolv.conf.")},
    {0, 0, NULL, "no server listens",
     STR_INIT(
         "Nothing listens there: check host and port in mail.url (587 with STARTTLS, 465 with smtps://, 25 for a "
         "server on this machine).")},
    {0, 0, NULL, "no network route",
     STR_INIT(
         "This machine has no way to that network: check its network settings and whether it has IPv6.")},
    {0, 0, NULL, "did not accept the connection",
     STR_INIT(
         "The port seems to be blocked: many hosters close port 25, use 587 or 465, and check the firewall.")},
    {0, 0, "connect", "in time",
     STR_INIT(
         "The server did not answer: many hosters block port 25, use 587 or 465; a TLS port (465) needs smtps:// in "
         "mail.url.")},
    {0, 0, NULL, "in time",
     STR_INIT("The server was too slow: try again; if it stays so, ask its operator.")},
    {0, 0, NULL, "does not offer tls",
     STR_INIT(
         "The server offers no STARTTLS: use port 587 or smtps://, or set mail.starttls to never if the server is in "
         "your own network and needs no password.")},
    {0, 0, NULL, "for another name",
     STR_INIT("Use the name that is in the server's certificate as the host in mail.url.")},
    {0, 0, NULL, "certificate",
     STR_INIT(
         "The server's certificate cannot be trusted: have it renewed, or name its authority's file in mail.ca_file.")},
    {0, 0, NULL, "no tls connection",
     STR_INIT(
         "The port speaks no TLS at once: use smtp:// with port 587 instead of smtps://, or the reverse.")},
    {0, 0, NULL, "protocol",
     STR_INIT("Something else than a mail server answers there: check host and port in mail.url.")},
    {0, 0, NULL, "without tls",
     STR_INIT("Set mail.starttls to auto, or use smtps:// in mail.url.")},
    {0, 0, NULL, NULL,
     STR_INIT("Check host and port in mail.url and whether the mail server runs.")},
};

/* Finds a text in another, letters folded. */
static bool has(str text, const char *part)
{
    size_t n = strlen(part);
    for (size_t i = 0; i + n <= text.n; i++) {
        if (str_ieq(str_slice(text, i, i + n), str_n(part, n))) {
            return true;
        }
    }
    return false;
}

str mail_advice(err outcome, const struct smtp_result *result)
{
    if (err_ok(outcome)) {
        return result->refused_count
                   ? STR("Some recipients were refused: check the addresses in mail.to.")
                   : STR("The server took the mail; look into the mailbox, also into its spam folder.");
    }
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        const struct advice *row = &table[i];
        bool code = row->from <= result->code && result->code <= row->to;
        bool stage = !row->stage || str_eq(result->stage, str_c(row->stage));
        if (code && stage && (!row->has || has(result->reply, row->has))) {
            return row->text;
        }
    }
    return STR(
        "Its answer is not known to this program; ask the server's operator with that text.");
}
