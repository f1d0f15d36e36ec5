/* SPDX-License-Identifier: Apache-2.0 */
/* Kind by content, any encoding, to text, to passages: what a file without further hints goes
 * through. */
#include "base/crypto.h"
#include "know/format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"x", "x.md", "x.html", "x.pdf"};
    static bool ready;
    if (!ready && !err_ok(crypto_init())) {
        return 0;
    }
    ready = true;
    struct arena a;
    struct know_document document = {0};
    struct passage_row *passages;
    size_t count;
    enum format_fault fault;
    struct format_input in = {str_n((const char *)data, size), str_c(names[size % 4]), STR_EMPTY,
                              1 << 20};
    arena_init(&a, 64 << 20);
    enum format_kind kind = format_detect(&in, &fault);
    kind = kind == FORMAT_KIND_PDF ? FORMAT_KIND_PDF_TEXT : kind;
    if (format_read(&a, kind, &in, &document) == FORMAT_NONE) {
        (void)!err_ok(know_cut(&a, &document, STR("https://a/"), &passages, &count));
    }
    arena_done(&a);
    return 0;
}
