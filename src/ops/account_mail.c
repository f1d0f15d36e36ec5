/* SPDX-License-Identifier: Apache-2.0 */
#include "ops/account_mail.h"

#include <stdio.h>

#include "base/clock.h"
#include "ops/compose.h"

enum { DAY_MS = 24 * 3600 * 1000, FIELDS_MAX = 8 };

bool account_mail_possible(const struct outbox_settings *settings)
{
    return settings->mail.url[0] && settings->mail.from[0];
}

static str time_text(struct arena *a, int64_t wall_ms)
{
    struct buf b;
    buf_init(&b, 64);
    letter_time(&b, wall_ms);
    str text = arena_str(a, buf_str(&b));
    buf_done(&b);
    return text.p ? text : STR_EMPTY;
}

/* Fields that have a value. */
struct fields {
    struct letter_field list[FIELDS_MAX];
    size_t count;
};

static void add_field(struct fields *f, str label, str value)
{
    if (value.n && f->count < FIELDS_MAX) {
        f->list[f->count++] = (struct letter_field){label, value, STR_EMPTY};
    }
}

static err write_mail(struct arena *a, const struct outbox_settings *settings, const char *event,
                      const struct letter *letter, struct outbox_row *ret)
{
    static const id no_project;
    if (!letter->subject.p || !letter->intro.p) {
        return err_new(ERR_NO_MEMORY, "no memory for a mail");
    }
    return compose_mail(a, settings, &no_project, event, letter, ret);
}

err account_mail_invitation(struct arena *a, const struct outbox_settings *settings,
                            const struct account_mail *what, struct outbox_row *ret)
{
    struct fields f = {.count = 0};
    add_field(&f, STR("Team"), what->team);
    add_field(&f, STR("Role"), what->role);
    add_field(&f, STR("Invited by"), what->by);
    add_field(&f, STR("Account"), what->to);
    add_field(&f, STR("Valid until"), time_text(a, what->until_ms));
    str team = what->team.n ? what->team : STR("a team");
    struct letter letter = {
        .subject = arena_printf(a, "Invitation to %.*s", STR_ARG(team)),
        .heading = STR("You are invited"),
        .intro = what->by.n ? arena_printf(a, "%.*s invites you to work with %.*s in Doorward.",
                                           STR_ARG(what->by), STR_ARG(team))
                            : arena_printf(a, "You are invited to work with %.*s in Doorward.",
                                           STR_ARG(team)),
        .fields = f.list,
        .field_count = f.count,
        .closing =
            what->known
                ? STR("You have an account with this address already: accept with its password. If you did not expect "
                      "this, ignore it: nothing happens without the link.")
                : STR("The link works once. If you did not expect this, ignore it: nothing happens without the "
                      "link."),
        .to = what->to,
        .button_text = STR("Accept the invitation"),
        .button_link = what->link,
        .button_sealed = what->sealed,
        .until_ms = what->until_ms,
    };
    return write_mail(a, settings, "invitation", &letter, ret);
}

err account_mail_reset(struct arena *a, const struct outbox_settings *settings,
                       const struct account_mail *what, struct outbox_row *ret)
{
    struct fields f = {.count = 0};
    add_field(&f, STR("Account"), what->to);
    add_field(&f, STR("Asked for"), time_text(a, what->now_ms));
    add_field(&f, STR("From the network"), what->network);
    add_field(&f, STR("Valid until"), time_text(a, what->until_ms));
    struct letter letter = {
        .subject = STR("Set a new password"),
        .heading = STR("Set a new password"),
        .intro = STR("Somebody, probably you, asked for a new password for your Doorward account."),
        .fields = f.list,
        .field_count = f.count,
        .closing = STR(
            "The link works once, and your second factor is asked for as before. If it was not you, ignore this "
            "mail: your password stays as it is."),
        .to = what->to,
        .button_text = STR("Choose a new password"),
        .button_link = what->link,
        .button_sealed = what->sealed,
        .until_ms = what->until_ms,
    };
    return write_mail(a, settings, "reset", &letter, ret);
}

/* ── keys ── */

static void key_data(struct buf *b, const struct account_mail_key *what)
{
    const struct key_row *key = what->key;
    struct clock_text at = clock_rfc3339(key->expires_ms);
    buf_add_c(b, "{\"key\":{");
    compose_member(b, "uuid", id_str(&key->id));
    compose_member(b, "name", key->name);
    compose_member(b, "kind", key->kind);
    compose_member(b, "hint", key->hint);
    buf_add_c(b, "},\"team\":{");
    compose_member(b, "uuid", id_str(&what->team));
    compose_member(b, "name", what->team_name);
    buf_add_c(b, "},\"project\":");
    if (id_none(&key->project)) {
        buf_add_c(b, "null");
    } else {
        json_write_str(b, id_str(&key->project));
    }
    compose_member(b, "expires_at", str_c(at.c));
    buf_add_byte(b, '}');
}

/* An id that is the same whenever the same is announced. */
static id stable_id(const struct key_row *key, const struct outbox_row *row, size_t nth)
{
    char text[128];
    int n = snprintf(text, sizeof text, "key.expiring %s %lld %.*s %zu", key->id.c,
                     (long long)key->expires_ms, STR_ARG(row->kind), nth);
    struct crypto_digest digest = crypto_sha256(str_n(text, (size_t)n));
    return id_of_random(digest.bytes);
}

static err add_key_mail(struct arena *a, const struct outbox_settings *settings,
                        const struct account_mail_key *what, struct outbox_row *ret)
{
    const struct key_row *key = what->key;
    struct fields f = {.count = 0};
    add_field(&f, STR("Key"), key->name);
    add_field(&f, STR("Begins with"), key->hint);
    add_field(&f, STR("Team"), what->team_name);
    add_field(&f, STR("Expires"), time_text(a, key->expires_ms));
    add_field(&f, STR("Last used"),
              key->used_ms ? time_text(a, key->used_ms) : STR("never, as far as is known"));
    add_field(&f, STR("Last used by"), key->used_by);
    long long days = (long long)((key->expires_ms - what->now_ms + DAY_MS - 1) / DAY_MS);
    struct letter letter = {
        .subject = arena_printf(a, "The key %.*s expires in %lld day%s", STR_ARG(key->name), days,
                                days == 1 ? "" : "s"),
        .heading = STR("A key expires soon"),
        .intro = STR("From then on every request with it is refused."),
        .fields = f.list,
        .field_count = f.count,
        .closing = STR(
            "Rotate it (doorward key rotate, or Keys in the dashboard): the old one goes on for a while, so that "
            "nothing stands still."),
        .to = what->to,
        .until_ms = key->expires_ms,
    };
    if (!letter.subject.p) {
        return err_new(ERR_NO_MEMORY, "no memory for a mail");
    }
    return compose_mail(a, settings, &key->project, "key.expiring", &letter, ret);
}

err account_mail_key(struct arena *a, const struct outbox_settings *settings,
                     const struct account_mail_key *what, struct outbox_row **ret,
                     size_t *ret_count)
{
    struct buf data;
    struct outbox_row *hooks = NULL;
    size_t count = 0;
    buf_init(&data, 64 << 10);
    key_data(&data, what);
    err e = buf_err(&data);
    e = err_ok(e) ? outbox_for_event(a, settings, &what->key->project, "key.expiring",
                                     buf_str(&data), &hooks, &count)
                  : e;
    buf_done(&data);
    struct outbox_row *rows = err_ok(e) ? arena_array(a, count + 1, sizeof *rows) : NULL;
    if (err_ok(e) && !rows) {
        e = err_new(ERR_NO_MEMORY, "no memory for a notification");
    }
    for (size_t i = 0; err_ok(e) && i < count; i++) {
        rows[i] = hooks[i];
    }
    if (err_ok(e) && account_mail_possible(settings) &&
        (what->to.n || settings->mail.to_count > 0)) {
        e = add_key_mail(a, settings, what, &rows[count]);
        count += err_ok(e) ? 1 : 0;
    }
    for (size_t i = 0; err_ok(e) && i < count; i++) {
        rows[i].id = stable_id(what->key, &rows[i], i);
    }
    if (err_ok(e)) {
        *ret = rows;
        *ret_count = count;
    }
    return e;
}
