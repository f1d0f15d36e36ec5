/* SPDX-License-Identifier: Apache-2.0 */
/* DMARC records and the URIs in them. */
#include <stdlib.h>

#include "check/mail/dmarc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct dmarc_record record;
    struct dmarc_uri uris[DMARC_URIS_MAX];
    str text = str_n((const char *)data, size);
    arena_init(&a, 4 << 20);
    (void)dmarc_is_record(text);
    if (err_ok(dmarc_parse(&a, text, &record))) {
        size_t faults = 0;
        check(record.count <= DMARC_TAGS_MAX);
        for (size_t i = 0; i < record.count; i++) {
            faults += record.tags[i].fault != NULL;
            check(!record.tags[i].fault || record.tags[i].fault_at <= text.n);
        }
        check(faults == record.faults && (faults > 0) == (record.fault != NULL));
        check(record.p <= DMARC_REJECT && (record.rua || record.rua_count == 0));
    }
    size_t count = dmarc_uris(&a, text, uris);
    check(count <= DMARC_URIS_MAX);
    for (size_t i = 0; i < count; i++) {
        check(str_empty(uris[i].address) == str_empty(uris[i].host));
    }
    arena_done(&a);
    return 0;
}
