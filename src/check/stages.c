/* SPDX-License-Identifier: Apache-2.0 */
#include "check/stages.h"

#include <pthread.h>

#include "base/crowd.h"
#include "check/facts/dns_zone.h"
#include "check/rows/rows.h"

/* One stage; those of a wave run side by side, each wave after the one before. */
struct stage {
    const char *name; /* for people who wait */
    unsigned needs;   /* runs when one of these is needed */
    unsigned wave;
    void (*run)(struct collect *c);
};

/* Mail servers are known when the mail records are. */
static void collect_mail(struct collect *c)
{
    collect_mail_dns(c);
    if (c->options->needs & NEEDS_SMTP) {
        collect_smtp(c);
    }
}

/* Names of hosts come from the zone, so nearly everything stands on it. */
static const struct stage stages[] = {
    {"registration", NEEDS_REGISTRATION, 0, collect_registration},
    {"domain", ~(unsigned)(NEEDS_REGISTRATION | NEEDS_MESSAGE | NEEDS_SECRETS), 1, collect_dns},
    {"TLS", NEEDS_TLS, 2, collect_tls},
    {"redirects", NEEDS_REDIRECTS, 2, collect_redirects},
    {"pages", NEEDS_PAGES | NEEDS_LATENCY | NEEDS_LIGHTHOUSE, 2, collect_pages},
    {"mail", NEEDS_MAIL_DNS | NEEDS_SMTP, 2, collect_mail},
    {"edge", NEEDS_EDGE, 2, collect_edge},
    {"message", NEEDS_MESSAGE, 2, collect_message},
    {"secrets", NEEDS_SECRETS | NEEDS_SERVED, 3, collect_secrets},
};

enum {
    STAGE_COUNT = sizeof stages / sizeof stages[0],
    WAVE_ALONE = 0,
    WAVE_ZONE,
    WAVE_HOSTS,
    WAVE_SITE
};

struct staging {
    struct collect *c;
    pthread_mutex_t lock;
    size_t done, total;
    unsigned wave; /* of those that run now */
};

static bool is_needed(const struct staging *s, const struct stage *stage)
{
    return (s->c->options->needs & stage->needs) != 0;
}

/* One call at a time, whichever thread. */
static void tell(struct staging *s, const char *stage, bool finished)
{
    const struct collect_options *o = s->c->options;
    pthread_mutex_lock(&s->lock);
    s->done += finished;
    if (o->progress) {
        o->progress(o->user, stage, s->done, s->total);
    }
    pthread_mutex_unlock(&s->lock);
}

static void run_stage(void *user, size_t i)
{
    struct staging *s = user;
    const struct stage *stage = &stages[i];
    const struct facts *f = s->c->facts;
    bool nothing = s->wave == WAVE_HOSTS && stage->needs != NEEDS_MESSAGE &&
                   (zone_is_missing(f) || zone_is_deaf(f)); /* no host to look at */
    if (stage->wave == s->wave && is_needed(s, stage)) {
        tell(s, stage->name, false);
        if (!nothing) {
            stage->run(s->c);
        }
        tell(s, stage->name, true);
    }
}

static void run_waves(struct staging *s)
{
    for (s->wave = WAVE_ZONE; s->wave <= WAVE_SITE; s->wave++) {
        crowd_each(STAGE_COUNT, STAGE_COUNT, run_stage, s);
    }
}

/* What stands on nothing else, beside all the waves. */
static void run_branch(void *user, size_t i)
{
    struct staging *s = user;
    if (i == 0) {
        run_waves(s);
        return;
    }
    for (size_t k = 0; k < STAGE_COUNT; k++) {
        if (stages[k].wave == WAVE_ALONE && is_needed(s, &stages[k])) {
            stages[k].run(s->c);
            tell(s, stages[k].name, true);
        }
    }
}

void stages_run(struct collect *c)
{
    struct staging s = {.c = c};
    for (size_t i = 0; i < STAGE_COUNT; i++) {
        s.total += is_needed(&s, &stages[i]);
    }
    pthread_mutex_init(&s.lock, NULL);
    crowd_each(2, 2, run_branch, &s);
    pthread_mutex_destroy(&s.lock);
}
