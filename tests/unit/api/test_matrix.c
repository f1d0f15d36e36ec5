/* SPDX-License-Identifier: Apache-2.0 */
/* Every route × everybody who may come × own, foreign and missing objects, judged by the policy
 * that is written down in policy.txt (checklist B4, B6, B10, B11, L6, L17). */
#include "unit/api/matrix.h"

#include "api/route.h"

enum { CELLS_MIN = 5000, SHOWN_MAX = 40 };

static struct matrix m;
static size_t shown;

static int set_up(void **state)
{
    (void)state;
    matrix_open(&m);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    matrix_close(&m);
    return 0;
}

/* ── what the policy says ── */

static bool has(const struct matrix_row *row, permissions may)
{
    return row->permission != PERMISSION_NONE && (may & row->permission) == row->permission;
}

static bool is_worker(const struct matrix_person *who)
{
    return who->kind == MATRIX_TOKEN || (who->kind == MATRIX_PERSON && who->state == STAFF_FULL);
}

static bool by_page(const struct matrix_row *row, const struct matrix_person *who)
{
    switch (who->kind) {
    case MATRIX_NOBODY:
    case MATRIX_GUEST:
        return who->reaches;
    case MATRIX_TOKEN:
        return has(row, who->may);
    case MATRIX_PERSON:
        break;
    }
    return false;
}

static bool by_chat(const struct matrix_row *row, const struct matrix_person *who)
{
    return (who->own_chat && who->reaches) || (is_worker(who) && has(row, who->may));
}

static bool by_team(const struct matrix_row *row, const struct matrix_person *who)
{
    bool in_project = strstr(row->path, "{p}") != NULL;
    bool passing = strcmp(row->method, "DELETE") == 0 && strcmp(row->object, "project") == 0;
    bool nothing = strcmp(row->object, "-") == 0; /* then it is about the caller's own team */
    permissions may = nothing ? who->may_home : in_project && !passing ? who->may : who->may_team;
    return is_worker(who) && !who->public_key && has(row, may) && !(row->fresh && who->stale);
}

static bool by_session(const struct matrix_row *row, const struct matrix_person *who)
{
    bool full = who->state == STAFF_FULL;
    bool enrol = full || who->state == STAFF_NEEDS_ENROLL;
    bool enough = row->access == MATRIX_ENROL ? enrol : row->access != MATRIX_ACCOUNT || full;
    return who->kind == MATRIX_PERSON && enough && !(row->fresh && who->stale);
}

/* Whether the policy lets somebody do this with an object that is there for them. */
static bool allowed(const struct matrix_row *row, const struct matrix_person *who)
{
    if (row->access == MATRIX_OPEN) {
        return true;
    }
    if (row->access == MATRIX_PAGE && who->kind == MATRIX_PERSON) {
        return true; /* from our own page, as anybody there */
    }
    if (who->dead || who->refused_page) {
        return false;
    }
    switch (row->access) {
    case MATRIX_OPEN:
    case MATRIX_LOGIN:
        return true;
    case MATRIX_PAGE:
        return by_page(row, who);
    case MATRIX_VISITOR:
        return who->kind == MATRIX_GUEST ? who->reaches
                                         : who->kind == MATRIX_TOKEN && has(row, who->may);
    case MATRIX_CHAT:
        return by_chat(row, who);
    case MATRIX_KEY:
        return is_worker(who) && has(row, who->may);
    case MATRIX_METRICS:
        return who->kind == MATRIX_TOKEN && who->whole_server && has(row, who->drawn);
    case MATRIX_SETUP:
        return who->kind == MATRIX_TOKEN && !who->public_key && who->whole_server &&
               has(row, who->drawn);
    case MATRIX_TEAM:
        return by_team(row, who);
    case MATRIX_LIST:
        return who->kind == MATRIX_PERSON ? who->state == STAFF_FULL : by_team(row, who);
    case MATRIX_FACTOR:
    case MATRIX_HALF:
    case MATRIX_ENROL:
    case MATRIX_ACCOUNT:
        return by_session(row, who);
    }
    return false;
}

/* ── asking ── */

static const char *ask(const struct matrix_row *row, struct matrix_person *who, const char *path,
                       const char *slug)
{
    static size_t asked; /* each call from a network of its own: limits are not the matter here */
    asked++;
    char text[4096], body[128] = "", credential[256] = "", origin[160] = "";
    bool has_body = strcmp(row->method, "GET") != 0 && strcmp(row->method, "DELETE") != 0;
    if (has_body) {
        bool names = strcmp(row->object, "project") == 0 && !strstr(row->path, "{p}");
        (void)snprintf(body, sizeof body, names ? "{\"project\":\"%s\"}" : "{}", slug);
    }
    if (who->kind == MATRIX_PERSON) {
        struct token token = who->dead ? who->token : matrix_session(&m, who);
        (void)snprintf(credential, sizeof credential,
                       "Cookie: " ACCESS_COOKIE "=%s\r\nX-Doorward-CSRF: 1\r\n", token.c);
        (void)snprintf(origin, sizeof origin,
                       "Origin: http://127.0.0.1:%u\r\nSec-Fetch-Site: same-origin\r\n",
                       m.house.port);
    } else if (who->kind != MATRIX_NOBODY) {
        (void)snprintf(credential, sizeof credential, "Authorization: Bearer %s\r\n", who->token.c);
    }
    if (who->origin) {
        (void)snprintf(origin, sizeof origin, "Origin: %s\r\nSec-Fetch-Site: cross-site\r\n",
                       who->origin);
    }
    (void)snprintf(text, sizeof text,
                   "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nConnection: close\r\n"
                   "X-Forwarded-For: 2001:db8:%zx:%zx::1\r\n%s%s"
                   "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                   row->method, path, m.house.port, asked >> 12, asked & 0xfff, credential, origin,
                   strlen(body), body);
    int fd = web_connect(m.house.port);
    assert_true(fd >= 0);
    web_send(fd, text);
    bool stream = strstr(row->path, "/events") != NULL;
    const char *answer = web_hear(fd, stream ? "\r\n\r\n" : "", 5000);
    (void)close(fd);
    return answer;
}

/* An answer without what differs between any two: the request id, the date, what is left of a
 * limit. */
static void without_chance(const char *answer, char ret[static 4096])
{
    static const char *const skipped[] = {"x-request-id:", "date:", "ratelimit:"};
    size_t n = 0;
    bool body = false;
    while (*answer && n < 4095) {
        const char *end = strchr(answer, '\n');
        size_t length = end ? (size_t)(end - answer) + 1 : strlen(answer);
        bool skip = false;
        for (size_t i = 0; i < sizeof skipped / sizeof *skipped; i++) {
            skip |= !body && strncasecmp(answer, skipped[i], strlen(skipped[i])) == 0;
        }
        body |= length <= 2;
        const char *chance = body ? strstr(answer, "\"request_id\":\"") : NULL;
        size_t keep = chance && chance < answer + length ? (size_t)(chance - answer) : length;
        keep = keep < 4095 - n ? keep : 4095 - n;
        if (!skip) {
            memcpy(ret + n, answer, keep);
            n += keep;
        }
        answer += length;
    }
    ret[n] = '\0';
}

static bool is_refusal(int status) { return status == 401 || status == 403 || status == 404; }

/* Some handlers judge a password or code in the body: that is a row that was passed. */
static bool judges_body(const struct matrix_row *row)
{
    static const char *const judging[] = {
        "/login/totp",       "/login/recovery",    "/login/passkey", "/me/confirm",
        "/me/password",      "/me/totp/{id}",      "/me/passkeys",   "/reset/accept",
        "/invitations/look", "/invitations/accept"};
    bool judges = false;
    for (size_t i = 0; i < sizeof judging / sizeof *judging; i++) {
        size_t length = strlen(row->path), tail = strlen(judging[i]);
        judges |= length > tail && strcmp(row->path + length - tail, judging[i]) == 0;
    }
    return judges;
}

static bool is_body_refused(const struct matrix_row *row, const char *answer)
{
    return judges_body(row) &&
           (strstr(answer, "is not right") || strstr(answer, "no passkey was asked for") ||
            strstr(answer, "is not valid any more"));
}

static void tell(const struct matrix_row *row, const struct matrix_person *who, const char *object,
                 const char *what, const char *answer)
{
    if (shown++ < SHOWN_MAX) {
        print_error("%s %s, %s, %s object: %s\n  %.120s … %.200s\n", row->method, row->path,
                    who->name, object, what, answer,
                    strstr(answer, "\r\n\r\n") ? strstr(answer, "\r\n\r\n") + 4 : "");
    }
}

/* ── the matrix ── */

/* One row for one principal; gives the number of cells that are wrong. */
static size_t judge(const struct matrix_row *row, struct matrix_person *who, size_t *ret_cells)
{
    static char foreign[4096], missing[4096];
    char path[512];
    const char *slug;
    size_t wrong = 0;
    bool may = allowed(row, who);
    matrix_path(&m, row, who, MATRIX_OWN, path, &slug);
    const char *answer = ask(row, who, path, slug);
    int status = strlen(answer) > 12 ? atoi(answer + 9) : 0;
    /* Files of the program may not be built yet: that one is missing is no refusal. */
    bool no_file = strcmp(row->path, "/*") == 0 && status == 404;
    bool passed = !is_refusal(status) || is_body_refused(row, answer) || no_file;
    bool nobody = who->kind == MATRIX_NOBODY && !who->origin;
    bool indifferent = (row->access == MATRIX_LOGIN && !nobody) ||
                       (row->access == MATRIX_FACTOR && who->state == STAFF_NEEDS_ENROLL);
    if (status == 0 || status >= 500 || (!indifferent && passed != may)) {
        tell(row, who, "own", may ? "should pass" : "should be refused", answer);
        wrong++;
    }
    (*ret_cells)++;
    if (strcmp(row->object, "-") == 0) {
        return wrong;
    }
    bool at_home = id_eq(&who->team, &m.team2) || strstr(who->name, "other team's key") ||
                   strstr(who->name, "another project");
    if (at_home) { /* what is foreign to the others is theirs */
        return wrong;
    }
    matrix_path(&m, row, who, MATRIX_FOREIGN, path, &slug);
    without_chance(ask(row, who, path, slug), foreign);
    matrix_path(&m, row, who, MATRIX_MISSING, path, &slug);
    without_chance(ask(row, who, path, slug), missing);
    *ret_cells += 2;
    if (strcmp(foreign, missing) != 0) {
        tell(row, who, "foreign", "differs from a missing one's answer", foreign);
        tell(row, who, "missing", "which is", missing);
        wrong++;
    }
    status = strlen(foreign) > 12 ? atoi(foreign + 9) : 0;
    if (status < 400 || status >= 500) {
        tell(row, who, "foreign", "should be refused", foreign);
        wrong++;
    }
    return wrong;
}

static void everybody_gets_what_the_policy_says_and_nothing_else(void **state)
{
    (void)state;
    size_t cells = 0, wrong = 0;
    for (size_t i = 0; i < m.row_count; i++) {
        for (size_t k = 0; k < m.people_count; k++) {
            wrong += judge(&m.rows[i], &m.people[k], &cells);
        }
    }
    print_message("%zu routes, %zu principals, %zu cells, %zu wrong\n", m.row_count, m.people_count,
                  cells, wrong);
    assert_true(cells >= CELLS_MIN);
    assert_int_equal(wrong, 0);
}

static void the_policy_names_each_route_of_the_router_once(void **state)
{
    (void)state;
    static const char *const methods[] = {[HTTP_GET] = "GET",
                                          [HTTP_POST] = "POST",
                                          [HTTP_PUT] = "PUT",
                                          [HTTP_PATCH] = "PATCH",
                                          [HTTP_DELETE] = "DELETE"};
    size_t missing = 0;
    for (size_t i = 0; i < api_route_count; i++) {
        size_t times = 0;
        for (size_t k = 0; k < m.row_count; k++) {
            times += strcmp(m.rows[k].method, methods[api_routes[i].method]) == 0 &&
                     strcmp(m.rows[k].path, api_routes[i].path) == 0;
        }
        if (times != 1) {
            print_error("%s %s is %zu times in policy.txt\n", methods[api_routes[i].method],
                        api_routes[i].path, times);
            missing++;
        }
    }
    assert_int_equal(missing, 0);
    assert_int_equal(m.row_count, api_route_count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_policy_names_each_route_of_the_router_once),
        cmocka_unit_test(everybody_gets_what_the_policy_says_and_nothing_else),
    };
    return cmocka_run_group_tests_name("api.matrix", tests, set_up, tear_down);
}
