/* SPDX-License-Identifier: Apache-2.0 */
/* One secret in several environments is a finding of its own: whoever reads the test system's
 * configuration can act in the real one, and changing it means changing all at once (L14). */
#include "base/crypto.h"
#include "base/mem.h"
#include "scan/finding_private.h"
#include "scan/scan_private.h"

const struct rule scan_shared_rule = {
    .id = "shared-between-environments",
    .service = "Environments",
    .title = "One secret in several environments",
    .opens = "Whoever may read the weaker environment can act in the stronger one, and no "
             "environment can be changed alone.",
    .rotate = "Make a secret of its own for each environment, with rights for that one only.\n"
              "Put each where it belongs and deploy, the real environment last.\n"
              "Revoke the shared one; look at its log of use.",
    .console = "the console of the service that the secret is for",
    .severity = RULE_MEDIUM,
    .expression = "",
};

static str environment_of(const struct scan_config *config, str path)
{
    for (size_t i = 0; i < config->environment_count; i++) {
        const struct scan_environment *one = &config->environments[i];
        for (size_t k = 0; k < one->glob_count; k++) {
            if (glob_match(one->globs[k], path)) {
                return one->name;
            }
        }
    }
    return STR_EMPTY;
}

/* Paths repeat among neighbours. */
static void name_places(const struct scan_config *config, struct finding *f)
{
    const struct place *first = NULL;
    for (size_t i = 0; i < f->place_count; i++) {
        struct place *p = &f->places[i];
        bool again = i > 0 && str_eq(p->path, f->places[i - 1].path);
        p->environment = again ? f->places[i - 1].environment : environment_of(config, p->path);
        if (str_empty(p->environment)) {
            continue;
        }
        f->shared |= first && !str_eq(first->environment, p->environment);
        first = first ? first : p;
    }
}

/* A copy with the places of environments; its fingerprint is made from the secret's. */
static err share(const struct finding *f, struct entry *ret)
{
    struct entry entry = {.f = {.rule = &scan_shared_rule,
                                .confidence = f->confidence,
                                .reasons = {"the same secret stands in more than one environment"},
                                .reason_count = 1,
                                .shared = true}};
    struct crypto_digest digest = crypto_hmac(str_c(scan_shared_rule.id), str_c(f->fingerprint));
    finding_set_fingerprint(&entry.f, &digest);
    entry.f.places = mem_array(f->place_count, sizeof *entry.f.places);
    if (!entry.f.places || !err_ok(secret_set(&entry.f.secret, secret_view(&f->secret)))) {
        mem_free(entry.f.places);
        return err_new(ERR_NO_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < f->place_count; i++) {
        if (!str_empty(f->places[i].environment)) {
            entry.f.places[entry.f.place_count++] = f->places[i];
        }
    }
    *ret = entry;
    return ERR_NONE;
}

err scan_environments(struct scan_report *r)
{
    struct findings *all = r->scan.findings;
    const struct scan_config *config = r->scan.options->config;
    size_t count = all->count, shared = 0;
    if (!config || config->environment_count == 0) {
        return ERR_NONE;
    }
    for (size_t i = 0; i < count; i++) {
        struct finding *f = &all->entries[i].f;
        name_places(config, f);
        shared += f->shared && !f->reported_not && !f->rule->public_by_design;
    }
    struct entry *entries =
        shared ? mem_resize(all->entries, (count + shared) * sizeof *entries) : NULL;
    if (!entries) {
        return shared ? err_new(ERR_NO_MEMORY, "out of memory") : ERR_NONE;
    }
    all->entries = entries;
    all->capacity = count + shared;
    for (size_t i = 0; i < count; i++) {
        const struct finding *f = &entries[i].f;
        if (!f->shared || f->reported_not || f->rule->public_by_design) {
            continue;
        }
        err e = share(f, &entries[all->count]);
        if (!err_ok(e)) {
            return e;
        }
        all->count++;
    }
    findings_sort(all);
    return ERR_NONE;
}
