/* SPDX-License-Identifier: Apache-2.0 */
#include "check/mail/mta_sts.h"

bool mta_sts_is_record(str text)
{
    return str_starts(text, STR("v=STSv1")) &&
           (text.n == 7 || text.p[7] == ';' || text.p[7] == ' ' || text.p[7] == '\t');
}

bool mta_sts_record_read(str text, str *ret_id, struct text_problem *ret_problem)
{
    struct tags tags;
    if (!tags_read(text, &tags, ret_problem)) {
        return false;
    }
    const struct tag *id = tags_find(&tags, STR("id"));
    if (!str_eq(tags_value(&tags, STR("v")), STR("STSv1"))) {
        *ret_problem = (struct text_problem){0, "v=STSv1 must be followed by a semicolon"};
        return false;
    }
    if (!id || id->value.n < 1 || id->value.n > 32) {
        *ret_problem = (struct text_problem){id ? id->value_at : text.n,
                                             "id= must have 1 to 32 letters and digits"};
        return false;
    }
    for (size_t i = 0; i < id->value.n; i++) {
        char c = str_lower(id->value.p[i]);
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))) {
            *ret_problem =
                (struct text_problem){id->value_at + i, "id= may have letters and digits only"};
            return false;
        }
    }
    *ret_id = id->value;
    return true;
}

static bool is_host(str s)
{
    s = str_starts(s, STR("*.")) ? str_slice(s, 2, s.n) : s;
    for (size_t i = 0; i < s.n; i++) {
        char c = str_lower(s.p[i]);
        bool fine = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
                    (c == '.' && i > 0 && s.p[i - 1] != '.');
        if (!fine) {
            return false;
        }
    }
    return s.n > 0 && s.n <= 253;
}

/* What was read so far. */
struct policy_reader {
    struct mta_sts_policy *policy;
    bool version, mode, age;
    const char *what;
};

static bool read_mode(str value, enum mta_sts_mode *ret)
{
    for (unsigned i = MTA_STS_NONE; i <= MTA_STS_ENFORCE; i++) {
        if (str_eq(value, str_c(mta_sts_mode_name((enum mta_sts_mode)i)))) {
            *ret = (enum mta_sts_mode)i;
            return true;
        }
    }
    return false;
}

/* Of a key that is there twice the first counts (section 3.2). */
static void read_pair(struct policy_reader *r, str key, str value)
{
    struct mta_sts_policy *p = r->policy;
    if (str_eq(key, STR("version"))) {
        r->what = r->version || str_eq(value, STR("STSv1")) ? NULL : "version must be STSv1";
        r->version = true;
    } else if (str_eq(key, STR("mode"))) {
        r->what =
            r->mode || read_mode(value, &p->mode) ? NULL : "mode must be enforce, testing or none";
        r->mode = true;
    } else if (str_eq(key, STR("max_age"))) {
        uint64_t age = 0;
        r->what = r->age || (str_u64(value, &age) && age <= MTA_STS_AGE_MAX)
                      ? NULL
                      : "max_age must be a number of seconds up to 31557600";
        p->max_age = r->age ? p->max_age : age;
        r->age = true;
    } else if (str_eq(key, STR("mx"))) {
        r->what = !is_host(value)                 ? "mx must be a host name, or *. and one"
                  : p->mx_count == MTA_STS_MX_MAX ? "more than 100 lines with mx"
                                                  : NULL;
        if (!r->what) {
            p->mx[p->mx_count++] = value;
        }
    }
}

bool mta_sts_policy_read(str text, struct mta_sts_policy *ret, struct text_problem *ret_problem)
{
    struct policy_reader r = {.policy = ret};
    str rest = text, line;
    size_t number = 0;
    *ret = (struct mta_sts_policy){.mode = MTA_STS_NONE};
    if (text.n > MTA_STS_POLICY_MAX) {
        *ret_problem = (struct text_problem){0, "the policy is longer than 64 KiB"};
        return false;
    }
    while (!r.what && str_split(&rest, '\n', &line)) {
        number++;
        line = str_trim(line);
        size_t colon = str_find_byte(line, ':', 0);
        if (str_empty(line)) {
            continue;
        }
        if (colon == SIZE_MAX) {
            r.what = "this line is no `key: value`";
            break;
        }
        read_pair(&r, str_trim(str_slice(line, 0, colon)),
                  str_trim(str_slice(line, colon + 1, line.n)));
    }
    if (!r.what) {
        r.what = !r.version ? "the policy has no version: STSv1"
                 : !r.mode  ? "the policy has no mode"
                 : !r.age   ? "the policy has no max_age"
                 : ret->mx_count == 0 && ret->mode != MTA_STS_NONE ? "the policy names no mx"
                                                                   : NULL;
    }
    if (r.what) {
        *ret_problem = (struct text_problem){number, r.what};
    }
    return !r.what;
}

bool mta_sts_allows(const struct mta_sts_policy *policy, str host)
{
    for (size_t i = 0; i < policy->mx_count; i++) {
        str pattern = policy->mx[i];
        if (str_ieq(pattern, host)) {
            return true;
        }
        size_t dot = str_find_byte(host, '.', 0);
        if (str_starts(pattern, STR("*.")) && dot != SIZE_MAX && dot > 0 &&
            str_ieq(str_slice(pattern, 1, pattern.n), str_slice(host, dot, host.n))) {
            return true;
        }
    }
    return false;
}

const char *mta_sts_mode_name(enum mta_sts_mode mode)
{
    static const char *const names[] = {"none", "testing", "enforce"};
    return names[mode];
}
