/* SPDX-License-Identifier: Apache-2.0 */
/* The printed fix of each fault of SPF and DMARC, pasted into the zone, makes its check pass and
 * breaks no other. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "check/rows/rows.h"
#include "fixture.h"

enum { FIXTURES_MAX = 400, CHECKS_MAX = 64 };

static char names[FIXTURES_MAX][128];
static struct CMUnitTest tests[FIXTURES_MAX];

static bool same_record(const struct dns_record *a, const struct dns_record *b)
{
    return a->type == b->type && str_ieq(a->owner, b->owner) && str_eq(a->rdata, b->rdata);
}

/* One line of the fix: a record that goes or one that comes. */
static void apply_line(struct fixture *x, str line)
{
    static const str mark = STR_INIT("; delete: ");
    struct dns_record record, *records;
    bool gone = str_starts(line, mark), found = false;
    if (!err_ok(dns_record_read(&x->a, gone ? str_slice(line, mark.n, line.n) : line, &record))) {
        fixture_fail("no record: %.*s", STR_ARG(line));
    }
    const struct dns_answer *old = facts_dns(x->facts, record.owner, record.type);
    struct dns_answer answer = {.name = record.owner, .type = record.type};
    records = arena_array(&x->a, (old ? old->count : 0) + 1, sizeof *records);
    for (size_t i = 0; old && i < old->count; i++) {
        bool same = same_record(&old->records[i], &record);
        found = found || same;
        if (!same) {
            records[answer.count++] = old->records[i];
        }
    }
    if (gone && !found) {
        fixture_fail("is not there: %.*s", STR_ARG(line));
    }
    if (!gone) {
        records[answer.count++] = record;
    }
    answer.records = records;
    facts_add_dns(x->facts, &answer);
}

static size_t judge_all(struct fixture *x, enum check_state *states)
{
    size_t count = 0;
    for (const struct check *check = checks_email; check->id && count < CHECKS_MAX; check++) {
        struct verdict v;
        verdict_init(&v, &x->a);
        check->run(x->facts, &v);
        states[count++] = v.state;
    }
    return count;
}

static bool is_red(enum check_state state) { return state == CHECK_FAIL || state == CHECK_WARN; }

static void fix_makes_it_pass(void **state)
{
    const char *name = *state;
    const struct check *check = check_find(str_n(name, (size_t)(strstr(name, ".fail") - name)));
    enum check_state before[CHECKS_MAX], after[CHECKS_MAX];
    struct fixture x;
    struct verdict v;
    assert_non_null(check);
    fixture_open(&x, TEST_FIXTURES, name);
    verdict_init(&v, &x.a);
    check->run(x.facts, &v);
    if (is_red(v.state) && strcmp(check->id, "email.dmarc.alignment") != 0) {
        str rest = v.fix_record, line;
        assert_true(rest.n > 0);
        size_t count = judge_all(&x, before);
        while (str_split(&rest, '\n', &line)) {
            apply_line(&x, line);
        }
        assert_int_equal(judge_all(&x, after), count);
        for (size_t i = 0; i < count; i++) {
            bool own = &checks_email[i] == check;
            bool worse = is_red(after[i]) && (own || !is_red(before[i]));
            if (worse || (own && after[i] != CHECK_PASS)) {
                fixture_fail("%s: %s is %s after the fix: %.*s", name, checks_email[i].id,
                             check_state_name(after[i]), STR_ARG(v.fix_record));
            }
        }
    }
    fixture_done(&x);
}

/* Each fault is told by one id only. */
static void one_fault_has_one_id(void **state)
{
    const char *name = *state;
    enum check_state states[CHECKS_MAX];
    struct fixture x;
    fixture_open(&x, TEST_FIXTURES, name);
    size_t count = judge_all(&x, states), red = 0;
    for (size_t i = 0; i < count; i++) {
        red += is_red(states[i]) || states[i] == CHECK_ERROR;
        if (is_red(states[i]) &&
            strncmp(name, checks_email[i].id, strlen(checks_email[i].id)) != 0) {
            fixture_fail("%s: %s is %s too", name, checks_email[i].id, check_state_name(states[i]));
        }
    }
    assert_int_equal(red, 1);
    fixture_done(&x);
}

static int by_name(const void *a, const void *b) { return strcmp(a, b); }

int main(void)
{
    size_t count = 0, n = 0;
    DIR *dir = opendir(TEST_FIXTURES);
    for (struct dirent *entry; dir && (entry = readdir(dir)) != NULL;) {
        bool ours = strncmp(entry->d_name, "email.spf.", 10) == 0 ||
                    strncmp(entry->d_name, "email.dmarc.", 12) == 0;
        if (ours && strstr(entry->d_name, ".fail") && count < FIXTURES_MAX / 2) {
            snprintf(names[count++], sizeof names[0], "%.120s", entry->d_name);
        }
    }
    if (dir) {
        closedir(dir);
    }
    qsort(names, count, sizeof names[0], by_name);
    for (size_t i = 0; i < count; i++) {
        tests[n++] = (struct CMUnitTest){names[i], fix_makes_it_pass, NULL, NULL, names[i]};
        tests[n++] = (struct CMUnitTest){names[i], one_fault_has_one_id, NULL, NULL, names[i]};
    }
    return count == 0 ? 1 : _cmocka_run_group_tests("email_fix", tests, n, NULL, NULL);
}
