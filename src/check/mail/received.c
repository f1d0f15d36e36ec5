/* SPDX-License-Identifier: Apache-2.0 */
#include "check/mail/auth_results.h"

/* An address in brackets or parentheses, "IPv6:" before it taken off. */
static bool address_of(str word, struct addr *ret)
{
    word = str_istarts(word, STR("IPv6:")) ? str_slice(word, 5, word.n) : word;
    return addr_parse(word, ret);
}

static bool is_edge(char c)
{
    return c == ' ' || c == '\t' || c == '(' || c == ')' || c == '[' || c == ']' || c == ';' ||
           c == ',';
}

/* The words between space and brackets, in order. */
static bool next_word(str text, size_t *at, str *ret)
{
    while (*at < text.n && is_edge(text.p[*at])) {
        (*at)++;
    }
    size_t from = *at;
    while (*at < text.n && !is_edge(text.p[*at])) {
        (*at)++;
    }
    *ret = str_slice(text, from, *at);
    return *at > from;
}

void received_read(struct arena *a, str value, struct received *ret)
{
    str text = message_unfold(a, value), word;
    size_t at = 0, date = SIZE_MAX;
    bool from = false;
    *ret = (struct received){.helo = STR_EMPTY, .by = STR_EMPTY};
    if (!text.p) {
        return;
    }
    for (size_t i = text.n; i > 0 && date == SIZE_MAX; i--) {
        date = text.p[i - 1] == ';' ? i : SIZE_MAX;
    }
    if (date != SIZE_MAX) {
        (void)message_date(str_slice(text, date, text.n), &ret->time_ms);
    }
    text = str_slice(text, 0, date);
    while (next_word(text, &at, &word)) {
        if (str_ieq(word, STR("from")) && !from && at == 4) {
            from = next_word(text, &at, &ret->helo);
            struct addr address;
            if (address_of(ret->helo, &address)) { /* "from [192.0.2.1]" */
                ret->client = address;
                ret->has_client = true;
            }
        } else if (str_ieq(word, STR("by"))) {
            (void)next_word(text, &at, &ret->by);
            return;
        } else if (from && address_of(word, &ret->client)) {
            ret->has_client = true;
        }
    }
}

bool received_entry(struct arena *a, const struct message *m, struct received *ret)
{
    const struct message_field *field;
    for (size_t n = 0; (field = message_field(m, STR("received"), n)) != NULL; n++) {
        struct received hop;
        received_read(a, field->value, &hop);
        if (hop.has_client && !addr_is_private(&hop.client)) {
            *ret = hop;
            return true;
        }
    }
    return false;
}

int64_t received_time(struct arena *a, const struct message *m)
{
    const struct message_field *field;
    for (size_t n = 0; (field = message_field(m, STR("received"), n)) != NULL; n++) {
        struct received hop;
        received_read(a, field->value, &hop);
        if (hop.time_ms > 0) {
            return hop.time_ms;
        }
    }
    return 0;
}
