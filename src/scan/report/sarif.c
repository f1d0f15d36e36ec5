/* SPDX-License-Identifier: Apache-2.0 */
/* SARIF 2.1.0 (OASIS), as code scanning services take it: a result for each finding, its first
 * place as the location, the others as related ones. */
#include "base/clock.h"
#include "base/json.h"
#include "scan/report/show.h"

enum { RELATED_MAX = 10 };

static void text_object(struct buf *b, const char *key, str text)
{
    buf_addf(b, "\"%s\":{\"text\":", key);
    json_write_str(b, text);
    buf_add_byte(b, '}');
}

static const char *level_of(enum rule_severity severity)
{
    return severity == RULE_HIGH ? "error" : severity == RULE_MEDIUM ? "warning" : "note";
}

/* ── rules ── */

static str help_of(struct show *s, const struct rule *rule)
{
    str step, help = arena_printf(&s->a, "%s", rule->opens);
    for (size_t i = 0; show_step(rule->rotate, i, &step); i++) {
        str longer = arena_printf(&s->a, "%.*s\n%zu. %.*s", STR_ARG(help), i + 1, STR_ARG(step));
        help = longer.p ? longer : help;
    }
    str whole = arena_printf(&s->a, "%.*s\nWhere: %s", STR_ARG(help), rule->console);
    return whole.p ? whole : help;
}

static void rule_object(struct show *s, const struct rule *rule)
{
    static const char *const numbers[] = {"2.0", "5.0", "8.0"};
    struct buf *b = s->b;
    str console = str_c(rule->console);
    buf_addf(b, "{\"id\":\"%s\",\"name\":\"%s\",", rule->id, rule->id);
    text_object(b, "shortDescription", str_c(rule->title));
    buf_add_byte(b, ',');
    text_object(b, "fullDescription", str_c(rule->opens));
    buf_add_byte(b, ',');
    text_object(b, "help", help_of(s, rule));
    if (str_starts(console, STR("https://")) && str_find_byte(console, ' ', 0) == SIZE_MAX) {
        show_member(b, ",", "helpUri", console);
    }
    buf_addf(b,
             ",\"defaultConfiguration\":{\"level\":\"%s\"},\"properties\":{\"tags\":[\"security\","
             "\"secret\"],\"security-severity\":\"%s\"}}",
             level_of(rule->severity), numbers[rule->severity]);
}

/* The rules of findings, each once, in the order of their first one; gives how many. */
static size_t rules_of(struct show *s, const struct rule **ret, size_t max)
{
    size_t count = 0;
    for (size_t i = 0; i < findings_count(s->r->scan.findings); i++) {
        const struct finding *f = findings_at(s->r->scan.findings, i);
        bool told = f->reported_not || f->state == FINDING_PUBLIC;
        for (size_t k = 0; k < count && !told; k++) {
            told = ret[k] == f->rule;
        }
        if (!told && count < max) {
            ret[count++] = f->rule;
        }
    }
    return count;
}

/* ── results ── */

/* A path as a relative reference, or an address as it is (RFC 3986). */
static str uri_of(struct show *s, str path)
{
    struct buf b;
    bool address = str_starts(path, STR("http://")) || str_starts(path, STR("https://"));
    buf_init(&b, FINDING_PATH_MAX * 4);
    path = str_starts(path, STR("./")) ? str_slice(path, 2, path.n) : path;
    for (size_t i = 0; i < path.n; i++) {
        char c = path.p[i], low = str_lower(c);
        bool plain = (low >= 'a' && low <= 'z') || (c >= '0' && c <= '9') ||
                     (c && strchr("-._~/!$&'()*+,;=@", c)) || (address && c && strchr(":?#[]%", c));
        if (plain) {
            buf_add_byte(&b, c);
        } else {
            buf_addf(&b, "%%%02X", (unsigned)(unsigned char)c);
        }
    }
    str text = arena_str(&s->a, buf_str(&b));
    buf_done(&b);
    return text.p ? text : STR_EMPTY;
}

/* The archive stands for what is inside: the file of the repository is what can be shown. */
static str artifact_of(str path)
{
    size_t bang = str_find_byte(path, '!', 0);
    return bang == SIZE_MAX ? path : str_slice(path, 0, bang);
}

static void location(struct show *s, const struct finding *f, const struct place *p)
{
    struct buf *b = s->b;
    str path = show_path(s, f, p);
    bool inside = p->kind == PLACE_ARCHIVE;
    str uri = str_eq(path, STR("-")) ? STR("stdin") : uri_of(s, inside ? artifact_of(path) : path);
    buf_add_c(b, "{\"physicalLocation\":{\"artifactLocation\":{\"uri\":");
    json_write_str(b, uri);
    buf_add_byte(b, '}');
    if (p->line && !inside) {
        buf_addf(b, ",\"region\":{\"startLine\":%u", p->line);
        if (p->column) {
            buf_addf(b, ",\"startColumn\":%u", p->column);
        }
        buf_add_byte(b, '}');
    }
    buf_addf(b, "},\"logicalLocations\":[{\"kind\":\"%s\"", show_kind(p->kind));
    show_member(b, ",", "fullyQualifiedName", show_place(s, f, p));
    buf_add_c(b, "}],");
    text_object(b, "message", show_place(s, f, p));
    buf_add_byte(b, '}');
}

static void locations(struct show *s, const struct finding *f)
{
    buf_add_c(s->b, ",\"locations\":[");
    if (f->place_count) {
        location(s, f, &f->places[0]);
    }
    buf_add_byte(s->b, ']');
    for (size_t i = 1; i < f->place_count && i <= RELATED_MAX; i++) {
        buf_add_c(s->b, i == 1 ? ",\"relatedLocations\":[" : ",");
        location(s, f, &f->places[i]);
    }
    buf_add_c(s->b, f->place_count > 1 ? "]" : "");
}

static str message_of(struct show *s, const struct finding *f)
{
    size_t places = f->place_count + f->place_more;
    str why = show_why(s, f);
    str text = arena_printf(&s->a, "%s %.*s in %zu %s. %s Reported because: %.*s.", f->rule->title,
                            STR_ARG(show_secret(s, f)), places, places == 1 ? "place" : "places",
                            f->rule->opens, STR_ARG(why));
    return text.p ? text : str_c(f->rule->title);
}

static void result(struct show *s, const struct finding *f, size_t rule_index)
{
    struct buf *b = s->b;
    buf_addf(b, "{\"ruleId\":\"%s\",\"ruleIndex\":%zu,\"kind\":\"fail\",\"level\":\"%s\",",
             f->rule->id, rule_index, level_of(f->rule->severity));
    text_object(b, "message", message_of(s, f));
    locations(s, f);
    buf_addf(b, ",\"partialFingerprints\":{\"doorwardScan/v1\":\"%s\"}", f->fingerprint);
    if (f->state != FINDING_OPEN) {
        buf_addf(b, ",\"suppressions\":[{\"kind\":\"%s\"", f->in_source ? "inSource" : "external");
        show_member(b, ",", "justification", show_clean(s, f->state_reason));
        buf_add_c(b, "}]");
    }
    buf_addf(b, ",\"properties\":{\"confidence\":\"%s\"", show_confidence(f->confidence));
    show_member(b, ",", "service", str_c(f->rule->service));
    buf_add_c(b, "}}");
}

static void results(struct show *s, const struct rule *const *rules, size_t rule_count)
{
    bool any = false;
    for (unsigned state = 0; state < FINDING_PUBLIC; state++) {
        size_t at = 0;
        for (const struct finding *f; (f = show_next(s, (enum finding_state)state, &at)) != NULL;) {
            size_t index = 0;
            while (index < rule_count && rules[index] != f->rule) {
                index++;
            }
            buf_add_c(s->b, any ? "," : "");
            result(s, f, index);
            any = true;
        }
    }
}

static void notifications(struct show *s)
{
    const struct scan_report *r = s->r;
    for (size_t i = 0; i < r->problem_count; i++) {
        str text = arena_printf(&s->a, "%.*s: %s", STR_ARG(show_clean(s, r->problem_list[i].path)),
                                r->problem_list[i].what);
        buf_add_c(s->b, i ? ",{\"level\":\"warning\"," : "{\"level\":\"warning\",");
        text_object(s->b, "message", text.p ? text : str_c(r->problem_list[i].what));
        buf_add_byte(s->b, '}');
    }
}

void show_sarif(struct show *s)
{
    const struct scan_report *r = s->r;
    struct buf *b = s->b;
    size_t max = scan_rule_count + 1;
    const struct rule **rules = arena_array(&s->a, max, sizeof(const struct rule *));
    size_t count = rules ? rules_of(s, rules, max) : 0;
    buf_add_c(b, "{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":"
                 "\"2.1.0\",\"runs\":[{\"tool\":{\"driver\":{\"name\":\"doorward scan\","
                 "\"version\":\"" DOORWARD_VERSION "\",\"rules\":[");
    for (size_t i = 0; i < count; i++) {
        buf_add_c(b, i ? "," : "");
        rule_object(s, rules[i]);
    }
    buf_add_c(b, "]}},\"automationDetails\":{\"id\":\"doorward-scan/\"},\"invocations\":[{"
                 "\"executionSuccessful\":true");
    buf_addf(b, ",\"startTimeUtc\":\"%s\"", clock_rfc3339(r->started_ms).c);
    buf_addf(b, ",\"endTimeUtc\":\"%s\",\"toolExecutionNotifications\":[",
             clock_rfc3339(r->started_ms + r->duration_ms).c);
    notifications(s);
    buf_add_c(b, "]}],\"results\":[");
    results(s, rules, count);
    buf_add_c(b, "]}]}\n");
}
