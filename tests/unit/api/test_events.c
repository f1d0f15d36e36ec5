/* SPDX-License-Identifier: Apache-2.0 */
/* Following a chat: what was missed comes page by page, and what cannot go on says so. */
#include "unit/api/fixture.h"

enum { PAGE = 200, STREAMS_OF_A_CHAT = 64, PATIENCE_MS = 6000 };

static struct house house;

static int set_up(void **state)
{
    (void)state;
    house_init(&house);
    house.api.streams_per_address = 2 * STREAMS_OF_A_CHAT;
    house_open(&house);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    house_close(&house);
    return 0;
}

/* Resumes after `seq`; counts the events that come in order and sets the last one's number. True
 * when the stream ended for the next page. */
static bool resume(const id *chat, const char *token, unsigned *seq, unsigned all)
{
    char fields[64];
    (void)snprintf(fields, sizeof fields, "Last-Event-ID: %u\r\n", *seq);
    int fd = house_events(&house, chat, token, fields);
    bool page = all - *seq >= PAGE;
    char last[32];
    (void)snprintf(last, sizeof last, "id: %u\n", all);
    const char *at = web_hear(fd, page ? "0\r\n\r\n" : all > *seq ? last : "\r\n\r\n", PATIENCE_MS);
    bool ended = strstr(at, "\r\n0\r\n\r\n") != NULL;
    while ((at = strstr(at, "id: "))) {
        assert_int_equal(atoi(at + 4), *seq + 1);
        (*seq)++;
        at += 4;
    }
    (void)close(fd);
    return ended;
}

static void what_was_missed_comes_page_by_page_each_message_once(void **state)
{
    static const unsigned sizes[] = {1, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE + 50};
    (void)state;
    struct house_key key = house_key(&house, TOKEN_SECRET_KEY, true, PERMISSION_CHATS_READ, 0);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        id chat = house_chat(&house, &key, sizes[i]);
        unsigned seq = 0, pages = 0;
        while (resume(&chat, key.token.c, &seq, sizes[i])) {
            pages++;
            assert_int_equal(seq, pages * PAGE);
        }
        assert_int_equal(seq, sizes[i]);
        assert_int_equal(pages, sizes[i] / PAGE);
    }
}

static void a_stream_that_cannot_be_followed_says_why(void **state)
{
    int fds[STREAMS_OF_A_CHAT];
    (void)state;
    struct house_key key = house_key(&house, TOKEN_SECRET_KEY, true, PERMISSION_CHATS_READ, 0);
    id chat = house_chat(&house, &key, 1);
    for (size_t i = 0; i < STREAMS_OF_A_CHAT; i++) {
        fds[i] = house_events(&house, &chat, key.token.c, NULL);
        assert_non_null(strstr(web_hear(fds[i], "\r\n\r\n", PATIENCE_MS), "200 OK"));
    }
    int fd = house_events(&house, &chat, key.token.c, NULL);
    const char *answer = web_hear(fd, "\r\n0\r\n\r\n", PATIENCE_MS);
    assert_non_null(
        strstr(answer, "event: error\ndata: {\"type\":\"error\",\"code\":\"unavailable\""));
    assert_non_null(strstr(answer, "\r\n0\r\n\r\n"));
    (void)close(fd);
    for (size_t i = 0; i < STREAMS_OF_A_CHAT; i++) {
        (void)close(fds[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_missed_comes_page_by_page_each_message_once),
        cmocka_unit_test(a_stream_that_cannot_be_followed_says_why),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
