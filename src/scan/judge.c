/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/judge.h"

#include <math.h>

static void say(struct judgement *j, const char *reason)
{
    if (j->reason_count < JUDGE_REASONS_MAX) {
        j->reasons[j->reason_count++] = reason;
    }
}

unsigned entropy_of(str s)
{
    size_t counts[256] = {0};
    double bits = 0;
    for (size_t i = 0; i < s.n; i++) {
        counts[(unsigned char)s.p[i]]++;
    }
    for (size_t i = 0; i < 256; i++) {
        if (counts[i]) {
            double p = (double)counts[i] / (double)s.n;
            bits -= p * log2(p);
        }
    }
    return (unsigned)(bits * 100 + 0.5);
}

static bool contains_word(str s, const char *word)
{
    str w = str_c(word);
    for (size_t i = 0; i + w.n <= s.n; i++) {
        if (str_ieq(str_slice(s, i, i + w.n), w)) {
            return true;
        }
    }
    return false;
}

static bool is_placeholder(str s)
{
    static const char *const words[] = {
        "example", "placeholder", "your", "xxxx", "changeme", "change_me",  "dummy",  "redacted",
        "sample",  "...",         "${",   "{{",   "****",     "1234567890", "insert", "replace"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (contains_word(s, words[i])) {
            return true;
        }
    }
    return s.n && (s.p[0] == '<' || s.p[0] == '$' || s.p[0] == '%');
}

void judge(const struct candidate *c, struct judgement *ret)
{
    struct judgement j = {.report = true, .confidence = CONFIDENCE_MEDIUM};
    enum proof_result proof = proof_check(c->rule->proof, c->secret);
    if (proof == PROOF_HOLDS) {
        say(&j, "its checksum or structure holds");
        j.confidence = CONFIDENCE_HIGH;
    } else if (proof == PROOF_FAILS) {
        say(&j, "its checksum or structure does not hold");
        j.report = false;
    } else if (is_placeholder(c->secret)) {
        say(&j, "the value is a placeholder");
        j.report = false;
    } else if (c->rule->entropy_min && entropy_of(c->secret) < c->rule->entropy_min) {
        say(&j, "the value is too regular");
        j.report = false;
    } else {
        say(&j, c->rule->generic ? "named like a secret" : "it has the form of this secret");
    }
    if (c->traits->test && j.confidence > CONFIDENCE_LOW) {
        j.confidence--;
        say(&j, "it stands among tests or examples");
    }
    *ret = j;
}
