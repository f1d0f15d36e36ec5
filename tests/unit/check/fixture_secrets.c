/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

static bool is_true(const json_t *entry, const char *key)
{
    return str_eq(fixture_str(entry, key), STR("true"));
}

static void read_places(struct fixture *x, const json_t *entry, struct secret_finding *into)
{
    static const char *const wheres[] = {"tree", "history", "served", NULL};
    const json_t *list = json_object_get(entry, "places");
    struct secret_place *places = arena_array(&x->a, json_array_size(list) + 1, sizeof *places);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);
        places[i] = (struct secret_place){.where = fixture_choice(one, "where", wheres, 0),
                                          .text = fixture_str(one, "text"),
                                          .note = fixture_str(one, "note"),
                                          .environment = fixture_str(one, "environment")};
        into->counts[places[i].where]++;
    }
    into->places = places;
    into->place_count = json_array_size(list);
}

void fixture_set_secrets(struct fixture *x, const json_t *scanned)
{
    static const char *const keys[] = {"none", "public", "secret", "other", NULL};
    const json_t *list = json_object_get(scanned, "findings");
    const json_t *problems = json_object_get(scanned, "problems");
    struct secret_finding *findings = arena_array(&x->a, SECRETS_FINDINGS_MAX, sizeof *findings);
    struct secrets_problem *troubles = arena_array(&x->a, SECRETS_PROBLEMS_MAX, sizeof *troubles);
    struct secrets_facts facts = {.tree = is_true(scanned, "tree"),
                                  .history = is_true(scanned, "history"),
                                  .served = is_true(scanned, "served"),
                                  .site = fixture_str(scanned, "site"),
                                  .failed = fixture_str(scanned, "failed"),
                                  .files = (uint64_t)fixture_number(scanned, "files", 0),
                                  .blobs = (uint64_t)fixture_number(scanned, "blobs", 0),
                                  .answers = (uint64_t)fixture_number(scanned, "answers", 0),
                                  .bytes = (uint64_t)fixture_number(scanned, "bytes", 0),
                                  .accepted = (size_t)fixture_number(scanned, "accepted", 0),
                                  .findings = findings,
                                  .count = json_array_size(list),
                                  .problems = troubles,
                                  .problem_count = json_array_size(problems)};
    for (size_t i = 0; i < facts.count; i++) {
        const json_t *one = json_array_get(list, i);
        findings[i] = (struct secret_finding){.rule = fixture_str(one, "rule"),
                                              .title = fixture_str(one, "title"),
                                              .service = fixture_str(one, "service"),
                                              .opens = fixture_str(one, "opens"),
                                              .rotate = fixture_str(one, "rotate"),
                                              .masked = fixture_str(one, "masked"),
                                              .fingerprint = fixture_str(one, "fingerprint"),
                                              .severe = !is_true(one, "mild"),
                                              .publishable = is_true(one, "publishable"),
                                              .shared = is_true(one, "shared"),
                                              .key = fixture_choice(one, "key", keys, 0)};
        read_places(x, one, &findings[i]);
    }
    for (size_t i = 0; i < facts.problem_count; i++) {
        const json_t *one = json_array_get(problems, i);
        troubles[i] = (struct secrets_problem){.path = fixture_str(one, "path"),
                                               .what = fixture_str(one, "what"),
                                               .limit = is_true(one, "limit"),
                                               .served = is_true(one, "served")};
    }
    facts_set_secrets(x->facts, &facts);
}
