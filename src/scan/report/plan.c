/* SPDX-License-Identifier: Apache-2.0 */
/* The order of rotation, for the person who does it. */
#include "scan/report/show.h"

enum { PLACES_MAX = 40, SCRATCH_MAX = 64 << 20, COMMIT_SHOWN = 10 };

static void line(struct show *s, const char *label, str text)
{
    if (!str_empty(text)) {
        buf_addf(s->b, "**%s.** ", label);
        escape_markdown(s->b, text);
        buf_add_c(s->b, "\n\n");
    }
}

/* ── where it is ── */

static void place(struct show *s, const struct finding *f, const struct place *p)
{
    const struct place_history *h = p->kind == PLACE_GIT ? p->history : NULL;
    buf_add_c(s->b, "- ");
    escape_markdown_code(s->b, show_place(s, f, p));
    if (h) {
        buf_addf(s->b, " in history since commit `%.*s`%s", COMMIT_SHOWN, h->first,
                 h->at_head ? ", still at HEAD" : "");
    }
    buf_add_c(s->b, p->served ? " – anybody can read it now" : "");
    if (!str_empty(p->environment)) {
        buf_add_c(s->b, " – environment ");
        escape_markdown(s->b, p->environment);
    }
    buf_add_byte(s->b, '\n');
}

static void places(struct show *s, const struct finding *f)
{
    size_t shown = f->place_count < PLACES_MAX ? f->place_count : PLACES_MAX;
    size_t more = f->place_count - shown + f->place_more;
    buf_add_c(s->b, "**Where it is.**\n\n");
    for (size_t i = 0; i < shown; i++) {
        place(s, f, &f->places[i]);
    }
    if (more) {
        buf_addf(s->b, "- and %zu more\n", more);
    }
    buf_add_byte(s->b, '\n');
}

/* ── how to replace it ── */

static void replace(struct show *s, const struct finding *f)
{
    str step;
    buf_add_c(s->b, "**Replace it**, without downtime. Where: ");
    escape_markdown(s->b, str_c(f->rule->console));
    buf_add_c(s->b, "\n\n");
    for (size_t i = 0; show_step(f->rule->rotate, i, &step); i++) {
        buf_addf(s->b, "%zu. ", i + 1);
        escape_markdown(s->b, step);
        buf_add_byte(s->b, '\n');
    }
    buf_add_byte(s->b, '\n');
}

/* ── how to get it out of where it went ── */

struct purge {
    bool history, staged, head, served, archive, log;
};

static struct purge purge_of(const struct finding *f)
{
    struct purge purge = {0};
    for (size_t i = 0; i < f->place_count; i++) {
        const struct place *p = &f->places[i];
        purge.history |= p->kind == PLACE_GIT && p->history;
        purge.staged |= place_is_staged(p);
        purge.head |= p->kind == PLACE_FILE || (p->history && p->history->at_head);
        purge.served |= p->served;
        purge.archive |= p->kind == PLACE_ARCHIVE;
        purge.log |= p->kind == PLACE_LOG;
    }
    return purge;
}

/* One path of history after another, each once. */
static bool told_before(const struct finding *f, size_t i)
{
    for (size_t k = 0; k < i; k++) {
        if (f->places[k].kind == PLACE_GIT && str_eq(f->places[k].path, f->places[i].path)) {
            return true;
        }
    }
    return false;
}

/* What a person may paste: nothing that is not what it looks like. */
static bool is_plain(str path)
{
    struct buf clean;
    buf_init(&clean, FINDING_PATH_MAX * 4);
    escape_line(&clean, path);
    bool plain = err_ok(buf_err(&clean)) && str_eq(buf_str(&clean), path);
    buf_done(&clean);
    return plain;
}

static void filter_command(struct show *s, const struct finding *f)
{
    struct buf command;
    buf_init(&command, SCAN_REPORT_BYTES_MAX);
    buf_add_c(&command, "git clone --mirror URL purge.git && cd purge.git\n"
                        "# replacements.txt: one line, the secret, then ==>REMOVED\n"
                        "git filter-repo --replace-text ../replacements.txt");
    size_t odd = 0;
    for (size_t i = 0, shown = 0; i < f->place_count && shown < PLACES_MAX; i++) {
        const struct place *p = &f->places[i];
        if (p->kind != PLACE_GIT || !p->history || told_before(f, i)) {
            continue;
        }
        if (!is_plain(show_path(s, f, p))) {
            odd++;
            continue;
        }
        buf_add_c(&command, shown++ ? ""
                                    : "\n# or, when nobody needs the file, all of it instead:\n"
                                      "git filter-repo --invert-paths");
        buf_add_c(&command, " \\\n  --path ");
        escape_shell(&command, show_path(s, f, p));
    }
    if (odd) {
        buf_addf(&command, "\n# %zu more with unusual names: --path-regex", odd);
    }
    buf_add_c(&command, "\ngit push --force --mirror URL\n");
    escape_markdown_block(s->b, "sh", buf_str(&command));
    buf_done(&command);
}

static void purge_history(struct show *s, const struct finding *f)
{
    buf_add_c(s->b,
              "**Purge the history** – after the old secret is revoked, not instead of it: clones, "
              "forks and caches keep what was pushed.\n\n");
    filter_command(s, f);
    buf_add_c(s->b, "\nThen: everybody clones again (old clones would push it back); ask the host "
                    "to drop cached views and pull requests of the old commits; delete forks; "
                    "delete CI artefacts, caches and images that were built from them.\n\n");
}

static void purge(struct show *s, const struct finding *f)
{
    struct purge p = purge_of(f);
    if (p.staged) {
        buf_add_c(s->b, "**Take it out before you commit**: read it from the environment or a "
                        "secret store, then `git add` the file again, or `git restore --staged` "
                        "it. If it never left this machine, nobody else knows it.\n\n");
    }
    if (p.head) {
        buf_add_c(s->b, "**Take it out of the files**: read it from the environment or a secret "
                        "store where it is used, and add the file to `.gitignore` when it holds "
                        "nothing else.\n\n");
    }
    if (p.served) {
        buf_add_c(s->b, "**Take it off the site**: move the call that needs it to the server, "
                        "build again, deploy, purge the CDN's cache and the service worker's; "
                        "source maps too.\n\n");
    }
    if (p.archive) {
        buf_add_c(s->b, "**Build the archives again** without it, replace what was published "
                        "(packages, images: every tag), and delete the old versions; a layer that "
                        "is removed later still holds it.\n\n");
    }
    if (p.log) {
        buf_add_c(s->b, "**Clean the logs**: delete or rewrite them where they are kept and "
                        "shipped to, and stop the line that writes it.\n\n");
    }
    if (p.history) {
        purge_history(s, f);
    }
}

static void finding(struct show *s, size_t number, const struct finding *f)
{
    const struct rule *rule = f->rule;
    buf_addf(s->b, "\n## %zu. ", number);
    escape_markdown(s->b, str_c(rule->title));
    buf_add_c(s->b, " ");
    escape_markdown_code(s->b, show_secret(s, f));
    buf_addf(s->b, "\n\n`%s` · %s · ", rule->id, rule_severity_name(rule->severity));
    escape_markdown(s->b, str_c(rule->service));
    buf_addf(s->b, "%s · fingerprint `%s`\n\n",
             show_served(f) ? " · **anybody can read it now**" : "", f->fingerprint);
    line(s, "What it opens", str_c(rule->opens));
    line(s, "Tell",
         rule->tell ? str_c(rule->tell)
                    : STR("whoever owns the account, and whoever runs what uses it. If the log of "
                          "use shows calls that were not yours, also whoever answers for personal "
                          "data: the time to report runs from now."));
    places(s, f);
    replace(s, f);
    purge(s, f);
}

void scan_plan_write(struct scan_report *r, const struct scan_style *style, struct buf *b)
{
    struct show s = {.r = r, .style = style, .b = b};
    size_t at = 0, number = 0;
    arena_init(&s.a, SCRATCH_MAX);
    buf_addf(b, "# Rotation plan\n\nFrom the scan of %.*s. %s\n",
             STR_ARG(day_moment(&s.a, r->started_ms)),
             r->open ? "Work from the top. A secret that was seen counts as known: replace it "
                       "first, then take it away from where it was."
                     : "There is nothing to do.");
    for (const struct finding *f; (f = show_next(&s, FINDING_OPEN, &at)) != NULL;) {
        finding(&s, ++number, f);
    }
    if (number) {
        buf_add_c(b, "\n## Then\n\nScan again with the same options. A secret that is revoked and "
                     "stays in history can be accepted: `--write-baseline FILE`, or an entry under "
                     "`secrets: allow:` of launch.yaml with the reason.\n");
    }
    arena_done(&s.a);
}
