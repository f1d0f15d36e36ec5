/* SPDX-License-Identifier: Apache-2.0 */
/* Rows L5, L14 and B4: what the secret scanner found. */
#include "check/rows/secrets.h"

#include "base/buf.h"

enum { ALSO_BYTES_MAX = 512 };

/* Where else the same secret stands. */
static str also(struct arena *a, const struct secret_finding *f, enum secret_where here)
{
    static const char *const names[SECRET_WHERES] = {[SECRET_IN_TREE] = "in the files",
                                                     [SECRET_IN_HISTORY] = "in the history",
                                                     [SECRET_SERVED] = "in what the site serves"};
    str text = STR_EMPTY;
    for (unsigned w = 0; w < SECRET_WHERES; w++) {
        size_t n = f->counts[w] - (w == here && f->counts[w] > 0);
        if (n > 0) {
            str more = arena_printf(a, "%.*s%s%zu %s%s", STR_ARG(text), text.n ? ", " : "; also ",
                                    n, w == here ? "more " : "", names[w]);
            text = more.p ? more : text;
        }
    }
    return text;
}

static const struct secret_place *first_place(const struct secret_finding *f,
                                              enum secret_where where)
{
    for (size_t i = 0; i < f->place_count; i++) {
        if (f->places[i].where == where) {
            return &f->places[i];
        }
    }
    return NULL;
}

/* Evidence for every secret of one kind of place; how many there are. */
static size_t tell(const struct secrets_facts *s, struct verdict *v, enum secret_where where)
{
    const struct secret_finding **found = arena_array(v->a, s->count + 1, sizeof *found);
    size_t count = 0;
    for (size_t i = 0; found && i < s->count; i++) {
        const struct secret_finding *f = &s->findings[i];
        const struct secret_place *p = first_place(f, where);
        if (!p || f->publishable || f->shared) {
            continue;
        }
        str more = also(v->a, f, where);
        found[count++] = f;
        if (f->severe) {
            verdict_fail(v, p->text, "%.*s %.*s%s%.*s%.*s. %.*s", STR_ARG(f->title),
                         STR_ARG(f->masked), p->note.n ? ", " : "", STR_ARG(p->note), STR_ARG(more),
                         STR_ARG(f->opens));
        } else {
            verdict_warn(v, p->text, "%.*s %.*s%s%.*s%.*s. %.*s", STR_ARG(f->title),
                         STR_ARG(f->masked), p->note.n ? ", " : "", STR_ARG(p->note), STR_ARG(more),
                         STR_ARG(f->opens));
        }
    }
    if (count > 0) {
        secrets_fix(v, found, count, where);
    }
    return count;
}

/* What could not be read, or was left out by a limit. */
static void tell_problems(const struct secrets_facts *s, struct verdict *v, bool served)
{
    for (size_t i = 0; i < s->problem_count; i++) {
        const struct secrets_problem *p = &s->problems[i];
        if (p->served != served) {
            continue;
        }
        if (p->limit) {
            verdict_skip(v, p->path, "%.*s", STR_ARG(p->what));
        } else {
            verdict_error(v, p->path, "was not read: %.*s", STR_ARG(p->what));
        }
    }
    if (s->problem_more > 0 && !served) {
        verdict_error(v, STR("secrets"), "%zu more places were not read", s->problem_more);
    }
}

/* Facts when paths of launch.yaml were looked at; NULL after words why not. */
static const struct secrets_facts *on_disk(const struct facts *facts, struct verdict *v)
{
    const struct secrets_facts *s = facts_secrets(facts);
    if (facts_intent(facts)->secrets.path_count == 0) {
        verdict_skip(v, facts_target(facts),
                     "launch.yaml names no paths: secrets: {paths: [.], repository: true}");
        return NULL;
    }
    if (!s || s->failed.n) {
        verdict_error(v, facts_target(facts), "%.*s",
                      STR_ARG(s ? s->failed : STR("the files were not looked at")));
        return NULL;
    }
    if (!s->tree) {
        verdict_skip(v, facts_target(facts), "the files were not looked at");
        return NULL;
    }
    return s;
}

static str accepted(struct arena *a, const struct secrets_facts *s)
{
    str text = s->accepted ? arena_printf(a, "; %zu known and accepted with a reason", s->accepted)
                           : STR_EMPTY;
    return text.p ? text : STR_EMPTY;
}

static void run_tree(const struct facts *facts, struct verdict *v)
{
    const struct secrets_facts *s = on_disk(facts, v);
    const struct scan_config *config = &facts_intent(facts)->secrets;
    if (!s) {
        return;
    }
    if (tell(s, v, SECRET_IN_TREE) == 0) {
        for (size_t i = 0; i < config->path_count; i++) {
            verdict_pass(v, config->paths[i], "no secret in %llu files%.*s",
                         (unsigned long long)s->files, STR_ARG(accepted(v->a, s)));
        }
    }
    tell_problems(s, v, false);
}

static void run_history(const struct facts *facts, struct verdict *v)
{
    const struct secrets_facts *s = NULL;
    if (!facts_intent(facts)->secrets.history) {
        verdict_skip(v, facts_target(facts),
                     "launch.yaml names no repository: secrets: {paths: [.], repository: true}");
        return;
    }
    s = on_disk(facts, v);
    if (!s) {
        return;
    }
    if (!s->history) {
        verdict_skip(v, facts_target(facts), "the history was not looked at");
    } else if (tell(s, v, SECRET_IN_HISTORY) == 0) {
        verdict_pass(v, STR("history"), "no secret in %llu versions of files%.*s",
                     (unsigned long long)s->blobs, STR_ARG(accepted(v->a, s)));
    }
}

/* Facts when the site was looked at; NULL after words why not. */
static const struct secrets_facts *on_site(const struct facts *facts, struct verdict *v)
{
    const struct secrets_facts *s = facts_secrets(facts);
    if (s && !s->served && s->site.n && s->failed.n) {
        verdict_error(v, s->site, "%.*s", STR_ARG(s->failed));
        return NULL;
    }
    if (!s || !s->served) {
        verdict_skip(v, facts_target(facts),
                     s && s->site.n ? "no time was left to look at the site"
                                    : "there is no page that answers with 200");
        return NULL;
    }
    return s;
}

static void run_served(const struct facts *facts, struct verdict *v)
{
    const struct secrets_facts *s = on_site(facts, v);
    if (!s) {
        return;
    }
    if (tell(s, v, SECRET_SERVED) == 0) {
        verdict_pass(v, s->site,
                     "no secret in the pages, scripts, source maps and other files "
                     "that the site serves (%llu answers, %llu kB)",
                     (unsigned long long)s->answers, (unsigned long long)(s->bytes / 1000));
    }
    tell_problems(s, v, true);
}

/* ── environments ── */

/* Names of the environments that a secret stands in. */
static str environments_of(struct arena *a, const struct secret_finding *f)
{
    str text = STR_EMPTY;
    for (size_t i = 0; i < f->place_count; i++) {
        const struct secret_place *p = &f->places[i];
        bool told = p->environment.n == 0;
        for (size_t k = 0; k < i; k++) {
            told = told || str_eq(f->places[k].environment, p->environment);
        }
        if (!told) {
            str more = arena_printf(a, "%.*s%s%.*s (%.*s)", STR_ARG(text), text.n ? ", " : "",
                                    STR_ARG(p->environment), STR_ARG(p->text));
            text = more.p ? more : text;
        }
    }
    return text;
}

static void run_environments(const struct facts *facts, struct verdict *v)
{
    const struct scan_config *config = &facts_intent(facts)->secrets;
    const struct secrets_facts *s;
    size_t shared = 0;
    if (config->environment_count < 2) {
        verdict_skip(v, facts_target(facts),
                     "launch.yaml names fewer than two environments: secrets: {environments: "
                     "{prod: [deploy/prod/], staging: [deploy/staging/]}}");
        return;
    }
    s = on_disk(facts, v);
    for (size_t i = 0; s && i < s->count; i++) {
        const struct secret_finding *f = &s->findings[i];
        if (f->shared && f->place_count > 0) {
            shared++;
            verdict_fail(v, f->places[0].text, "%.*s stands in %.*s", STR_ARG(f->masked),
                         STR_ARG(environments_of(v->a, f)));
        }
    }
    if (shared > 0) {
        verdict_fix(v, "Give each environment a secret of its own, with rights for that one only; "
                       "deploy the real environment last, then revoke the shared one.");
    }
    for (size_t i = 0; s && shared == 0 && i < config->environment_count; i++) {
        verdict_pass(v, config->environments[i].name, "shares no secret with another environment");
    }
}

/* ── keys in pages ── */

static void judge_key(struct verdict *v, const struct secret_finding *f,
                      const struct secret_place *p)
{
    switch (f->key) {
    case SECRET_SECRET_KEY:
        verdict_fail(v, p->text,
                     "%.*s is a secret key: whoever opens the page may do all that it may",
                     STR_ARG(f->masked));
        break;
    case SECRET_PUBLIC_KEY:
        if (f->publishable) {
            verdict_pass(v, p->text,
                         "%.*s is a public key, as pages may have; what it may do was not asked "
                         "(doorward scan --url … --verify asks)",
                         STR_ARG(f->masked));
        } else {
            verdict_fail(v, p->text, "%.*s may do more than a visitor", STR_ARG(f->masked));
        }
        break;
    case SECRET_OTHER_KEY:
        verdict_warn(v, p->text,
                     "%.*s: %.*s. What it may do is not known; doorward scan --url … --verify "
                     "asks the origin of launch.yaml",
                     STR_ARG(f->title), STR_ARG(f->masked));
        break;
    case SECRET_NO_KEY:
        break;
    }
}

static void run_browser(const struct facts *facts, struct verdict *v)
{
    const struct secrets_facts *s = on_site(facts, v);
    for (size_t i = 0; s && i < s->count; i++) {
        const struct secret_place *p = first_place(&s->findings[i], SECRET_SERVED);
        if (p && !s->findings[i].shared) {
            judge_key(v, &s->findings[i], p);
        }
    }
    if (s && v->count == 0) {
        verdict_pass(v, s->site, "no key of the chatbot in what a browser gets");
    }
    if (v->state == CHECK_FAIL || v->state == CHECK_WARN) {
        verdict_fix(v, "Make a public key that may only read, search and chat, put it into the "
                       "page, and revoke the one that stands there now.");
        verdict_fix_other(v, "doorward key create --public --project SLUG --name page --permission "
                             "project_read --permission project_search --permission chat_create\n"
                             "doorward key revoke NAME");
    }
}

const struct check checks_secrets[] = {
    {.id = "secrets.tree",
     .row = "L5",
     .title = "No secret in the files",
     .why = "Who gets a copy of the code, a contractor or a thief, gets every key in it and can "
            "act in your name.",
     .refs = "OWASP ASVS 5.0 section 13.3; docs/scan.md",
     .severity = SEVERITY_HIGH,
     .needs = NEEDS_SECRETS,
     .run = run_tree},
    {.id = "secrets.history",
     .row = "L5",
     .title = "No secret in the history of the repository",
     .why = "A key that was committed once is in every copy of the repository for ever, also after "
            "it was removed from the files.",
     .refs = "OWASP ASVS 5.0 section 13.3; docs/scan.md",
     .severity = SEVERITY_HIGH,
     .needs = NEEDS_SECRETS,
     .run = run_history},
    {.id = "secrets.served",
     .row = "L5",
     .title = "No secret in what the site serves",
     .why = "Everything that a browser gets, scripts and source maps too, every visitor can read; "
            "a key that stands there is used by strangers, at your cost.",
     .refs = "OWASP ASVS 5.0 section 14.3; docs/scan.md",
     .severity = SEVERITY_HIGH,
     .needs = NEEDS_DNS | NEEDS_PAGES | NEEDS_SERVED,
     .run = run_served},
    {.id = "secrets.environments",
     .row = "L14",
     .title = "Environments share no secret",
     .why = "With one key for test and production, everybody who may test can reach customers' "
            "data, and neither side can change the key alone.",
     .refs = "OWASP ASVS 5.0 section 13.3; docs/scan.md",
     .severity = SEVERITY_MEDIUM,
     .needs = NEEDS_SECRETS,
     .run = run_environments},
    {.id = "keys.browser",
     .row = "B4",
     .title = "Keys in pages may do no more than a visitor",
     .why = "Every visitor can copy the key out of the page; what it may do, they may do.",
     .refs = "OWASP API Security Top 10 2023, API5; docs/scan.md",
     .severity = SEVERITY_HIGH,
     .needs = NEEDS_DNS | NEEDS_PAGES | NEEDS_SERVED,
     .run = run_browser},
    {0},
};
