/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "access/role.h"

enum { ROLES = ROLE_OWNER + 1 };

static void a_higher_role_has_all_of_the_lower_ones(void **state)
{
    (void)state;
    assert_int_equal(role_permissions(ROLE_NONE), PERMISSION_NONE);
    assert_int_equal(role_permissions((enum role)99), PERMISSION_NONE);
    assert_int_equal(role_permissions((enum role) - 1), PERMISSION_NONE);
    for (unsigned i = 1; i < ROLES; i++) {
        permissions lower = role_permissions((enum role)(i - 1));
        assert_int_equal(role_permissions((enum role)i) & lower, lower);
    }
    assert_int_equal(role_permissions(ROLE_OWNER), PERMISSION_ALL);
}

static void only_admins_and_owners_administer(void **state)
{
    (void)state;
    static const permissions of_the_team = PERMISSION_TEAM_MANAGE | PERMISSION_KEYS_MANAGE |
                                           PERMISSION_PROJECT_MANAGE | PERMISSION_AUDIT_READ |
                                           PERMISSION_CHATS_DELETE | PERMISSION_METRICS_READ;
    static const permissions writes = PERMISSION_SOURCES_CREATE | PERMISSION_SOURCES_DELETE |
                                      PERMISSION_SYNC | PERMISSION_CHECKS_RUN;
    assert_int_equal(role_permissions(ROLE_EDITOR) & of_the_team, 0);
    assert_int_equal(role_permissions(ROLE_AGENT) & writes, 0);
    assert_int_equal(role_permissions(ROLE_VIEWER) &
                         (PERMISSION_CHATS_READ | PERMISSION_LEADS_READ | PERMISSION_CHAT_CREATE),
                     0);
    assert_true(role_permissions(ROLE_AGENT) & PERMISSION_LEADS_READ);
    assert_int_equal(role_permissions(ROLE_EDITOR) & writes, writes);
}

static void names_are_read_back(void **state)
{
    (void)state;
    for (unsigned i = 1; i < ROLES; i++) {
        assert_int_equal(role_parse(str_c(role_name((enum role)i))), i);
    }
    assert_int_equal(role_parse(STR("maintainer")), ROLE_EDITOR);
    static const char *const none[] = {"", "Owner", "owner ", "root", "owners", "none"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        assert_int_equal(role_parse(str_c(none[i])), ROLE_NONE);
    }
    assert_string_equal(role_name(ROLE_NONE), "");
    assert_string_equal(role_name((enum role)99), "");
}

static void a_project_narrows_a_role_and_never_widens_it(void **state)
{
    (void)state;
    id here = id_of_random((const unsigned char *)"0123456789abcdef"),
       there = id_of_random((const unsigned char *)"fedcba9876543210"), none = {""};
    for (unsigned team = 0; team < ROLES; team++) {
        struct member_row all = {.role = (enum role)team, .all_projects = true};
        assert_int_equal(role_on_project(&all, &here), team);
        assert_int_equal(role_on_project(&all, &none), ROLE_NONE);
        for (unsigned single = 0; single < ROLES; single++) {
            struct member_project list[] = {{there, ROLE_OWNER}, {here, (enum role)single}};
            struct member_row some = {
                .role = (enum role)team, .projects = list, .project_count = 2};
            unsigned lower = team < single ? team : single;
            assert_int_equal(role_on_project(&some, &here), lower);
            assert_int_equal(role_on_project(&some, &there), team);
            some.project_count = 1;
            assert_int_equal(role_on_project(&some, &here), ROLE_NONE);
            some.project_count = 2;
            some.all_projects = true;
            assert_int_equal(role_on_project(&some, &here), lower);
        }
    }
}

static void a_project_listed_twice_counts_by_its_lower_role(void **state)
{
    (void)state;
    id here = id_of_random((const unsigned char *)"0123456789abcdef");
    struct member_project list[] = {{here, ROLE_VIEWER}, {here, ROLE_ADMIN}};
    struct member_row member = {.role = ROLE_ADMIN, .projects = list, .project_count = 2};
    assert_int_equal(role_on_project(&member, &here), ROLE_VIEWER);
    list[1].role = (enum role)77;
    assert_int_equal(role_on_project(&member, &here), ROLE_NONE);
}

static void nobody_manages_upwards_and_only_owners_manage_owners(void **state)
{
    (void)state;
    static const char table[ROLES][ROLES + 1] = {
        /* of: none, viewer, agent, editor, admin, owner */
        [ROLE_NONE] = "......",   [ROLE_VIEWER] = "......", [ROLE_AGENT] = "......",
        [ROLE_EDITOR] = "......", [ROLE_ADMIN] = ".yyyy.",  [ROLE_OWNER] = ".yyyyy",
    };
    for (unsigned own = 0; own < ROLES; own++) {
        for (unsigned other = 0; other < ROLES; other++) {
            assert_int_equal(role_may_manage((enum role)own, (enum role)other),
                             table[own][other] == 'y');
        }
    }
    assert_false(role_may_manage((enum role)99, ROLE_VIEWER));
    assert_false(role_may_manage(ROLE_OWNER, (enum role)99));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_higher_role_has_all_of_the_lower_ones),
        cmocka_unit_test(only_admins_and_owners_administer),
        cmocka_unit_test(names_are_read_back),
        cmocka_unit_test(a_project_narrows_a_role_and_never_widens_it),
        cmocka_unit_test(a_project_listed_twice_counts_by_its_lower_role),
        cmocka_unit_test(nobody_manages_upwards_and_only_owners_manage_owners),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
