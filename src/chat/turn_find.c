/* SPDX-License-Identifier: Apache-2.0 */
#include "chat/turn_private.h"

enum { SHORT_WORDS = 4, EARLIER_BYTES = 400 };

/* Words that point back to what was said before. */
static const char pointers[] =
    " it its that this these those they them their he she him her one ones there then and also more else same "
    " es das dies diese dieser dieses sie ihn ihm davon dazu damit dort und auch noch "
    " ça cela ce il elle ils elles leur y en et aussi encore "
    " eso esto ese esta ellos ella ello y también más ";

static bool is_word_byte(char c)
{
    return (unsigned char)c >= 0x80 || (str_lower(c) >= 'a' && str_lower(c) <= 'z') ||
           (c >= '0' && c <= '9');
}

/* Short, or with a word that means something only together with what came before. */
static bool is_follow_up(str question, bool *ret_points)
{
    unsigned words = 0;
    char word[16] = {' '};
    size_t n = 1;
    *ret_points = false;
    for (size_t i = 0; i <= question.n; i++) {
        if (i < question.n && is_word_byte(question.p[i])) {
            n += n < sizeof word - 1;
            word[n - 1] = str_lower(question.p[i]);
            continue;
        }
        if (n > 1) {
            words++;
            word[n < sizeof word ? n++ : n - 1] = ' ';
            *ret_points = *ret_points || str_find(str_c(pointers), (str){word, n}, 0) != SIZE_MAX;
        }
        n = 1;
    }
    return words <= SHORT_WORDS || *ret_points;
}

/* The visitor's question before this one, empty when there is none. */
static str earlier_question(const struct turn *t)
{
    for (size_t i = t->history_count; i-- > 0;) {
        if (t->history[i].author == MESSAGE_VISITOR) {
            return str_slice(t->history[i].content, 0, EARLIER_BYTES);
        }
    }
    return STR_EMPTY;
}

static err search(struct turn *t, str text, struct know_hit **ret, size_t *ret_count)
{
    struct know_query query = {
        .project = &t->project->row.id,
        .reader = t->request->caller.reader,
        .text = text,
        .limit = CHAT_PASSAGES,
        .per_page = CHAT_PER_PAGE,
        .bare = true,
    };
    return know_search(t->context->store, t->arena, &query, ret, ret_count);
}

static double top(const struct know_hit *hits, size_t count) { return count ? hits[0].score : 0; }

err turn_find(struct turn *t)
{
    struct know_hit *hits;
    size_t count;
    bool points = false;
    str asked = t->question, before = earlier_question(t);
    err e = search(t, asked, &hits, &count);
    if (!err_ok(e)) {
        return e;
    }
    if (before.n > 0 && is_follow_up(asked, &points) &&
        (points || top(hits, count) < know_threshold())) {
        struct know_hit *wider;
        size_t wider_count;
        str both = arena_printf(t->arena, "%.*s %.*s", STR_ARG(asked), STR_ARG(before));
        e = both.p ? search(t, both, &wider, &wider_count)
                   : err_new(ERR_NO_MEMORY, "no memory for the question");
        if (!err_ok(e)) {
            return e;
        }
        if (top(wider, wider_count) > top(hits, count)) {
            hits = wider;
            count = wider_count;
            asked = both;
        }
    }
    t->hits = hits;
    t->hit_count = count;
    e = know_extract(t->arena, asked, hits, count, &t->extract);
    t->found = t->extract.answered || top(hits, count) >= know_threshold();
    return e;
}
