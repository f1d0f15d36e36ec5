/* SPDX-License-Identifier: Apache-2.0 */
/* Proofs and the judge: a first line with the path, a second with the key, then a text whose last
 * line is the secret. */
#include <stdlib.h>

#include "scan/judge.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static str line(str *rest)
{
    size_t end = str_find_byte(*rest, '\n', 0);
    str out = str_slice(*rest, 0, end == SIZE_MAX ? rest->n : end);
    *rest = str_slice(*rest, end == SIZE_MAX ? rest->n : end + 1, rest->n);
    return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str rest = str_n((const char *)data, size);
    str path = line(&rest), key = line(&rest);
    size_t offset = rest.n;
    while (offset > 0 && rest.p[offset - 1] != '\n') {
        offset--;
    }
    struct text_traits traits;
    text_traits_find(path, rest, &traits);
    for (unsigned i = 0; i < PROOF_COUNT * 2; i++) {
        struct rule rule = {.id = "x", .generic = i & 1, .proof = (enum proof)(i / 2)};
        struct candidate c = {.rule = &rule,
                              .secret = str_slice(rest, offset, rest.n),
                              .text = rest,
                              .offset = offset,
                              .key = key,
                              .traits = &traits};
        struct judgement j;
        judge(&c, &j);
        if (j.reason_count == 0 || j.reason_count > JUDGE_REASONS_MAX) {
            abort();
        }
    }
    return 0;
}
