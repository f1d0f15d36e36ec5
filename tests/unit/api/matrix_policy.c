/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/api/matrix.h"

static enum matrix_access access_of(const char *name)
{
    static const struct {
        const char *name;
        enum matrix_access access;
    } names[] = {
        {"open", MATRIX_OPEN},       {"page", MATRIX_PAGE},     {"visitor", MATRIX_VISITOR},
        {"chat", MATRIX_CHAT},       {"key", MATRIX_KEY},       {"metrics", MATRIX_METRICS},
        {"login", MATRIX_LOGIN},     {"setup", MATRIX_SETUP},   {"half", MATRIX_HALF},
        {"enrol", MATRIX_ENROL},     {"factor", MATRIX_FACTOR}, {"list", MATRIX_LIST},
        {"account", MATRIX_ACCOUNT}, {"team", MATRIX_TEAM}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(name, names[i].name) == 0) {
            return names[i].access;
        }
    }
    print_error("policy: no access is called \"%s\"\n", name);
    fail();
    return MATRIX_OPEN;
}

size_t matrix_policy(struct matrix_row *ret, size_t max)
{
    FILE *file = fopen(POLICY_FILE, "re");
    char line[256];
    size_t count = 0;
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        char access[16], permission[32], fresh[8];
        struct matrix_row *row = &ret[count];
        if (line[0] == '#' || line[0] == '\n') {
            continue;
        }
        assert_true(count < max);
        *row = (struct matrix_row){0};
        if (sscanf(line, "%7s %95s %15s %31s %15s %7s", row->method, row->path, access, permission,
                   row->object, fresh) != 6) {
            print_error("policy: not six words: %s", line);
            fail();
        }
        row->access = access_of(access);
        row->permission =
            strcmp(permission, "-") == 0 ? PERMISSION_NONE : permission_parse(str_c(permission));
        assert_true(row->permission != PERMISSION_NONE || permission[0] == '-');
        row->fresh = strcmp(fresh, "yes") == 0;
        count++;
    }
    (void)fclose(file);
    return count;
}
