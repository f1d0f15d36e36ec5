/* SPDX-License-Identifier: Apache-2.0 */
#include "know/know.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first line is the question, each further part between NUL bytes a passage. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct know_hit hits[4] = {0};
    struct know_answer answer;
    str rest = str_n((const char *)data, size), question = STR_EMPTY;
    size_t count = 0;
    arena_init(&a, 64 << 20);
    (void)str_split(&rest, '\n', &question);
    while (count < 4 && str_split(&rest, '\0', &hits[count].passage.text)) {
        hits[count].passage.url = STR("https://example.test/");
        hits[count].passage.title = hits[count].passage.heading = hits[count].snippet =
            STR("title");
        hits[count++].score = 0.9;
    }
    (void)err_ok(know_extract(&a, question, hits, count, &answer));
    arena_done(&a);
    return 0;
}
