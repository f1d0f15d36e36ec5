/* SPDX-License-Identifier: Apache-2.0 */
/* What a script refers to, whatever a server calls a script. */
#include <stdlib.h>

#include "scan/site_refs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
    size_t count;
    struct arena a;
};

static bool on_ref(void *user, enum ref_kind kind, str text)
{
    struct seen *seen = user;
    str places[2];
    size_t n = refs_places(&seen->a, STR("/app/static/js/main.js"), kind, text, places);
    if (n > 2 || (kind != REF_MAP && text.n > REF_BYTES_MAX) ||
        ++seen->count > REFS_MAX + REF_TABLE_MAX) {
        abort();
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct seen seen = {.count = 0};
    arena_init(&seen.a, 8 << 20);
    (void)refs_find(str_n((const char *)data, size), on_ref, &seen);
    arena_done(&seen.a);
    return 0;
}
