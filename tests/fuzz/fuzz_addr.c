/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses: what is accepted is written and read back the same; nothing private is called public
 * by another form. */
#include <stdint.h>
#include <stdlib.h>

#include "net/addr.h"
#include "net/mail_address.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str text = str_n((const char *)data, size);
    struct addr a, again;
    struct addr_net net;
    if (addr_parse(text, &a)) {
        check(addr_parse(str_c(addr_text(&a).c), &again) && memcmp(a.bytes, again.bytes, 16) == 0);
        check(!addr_is_loopback(&a) || !addr_is_public(&a));
    }
    (void)addr_parse_port(text, &a);
    if (addr_net_parse(text, &net)) {
        check(addr_net_has(&net, &net.base));
    }
    if (mail_address_valid(text)) {
        check(!str_has_control(text) && str_find_byte(text, ' ', 0) == SIZE_MAX);
    }
    struct arena arena;
    struct mail_mailbox box;
    arena_init(&arena, 1 << 20);
    if (err_ok(mail_mailbox_parse(&arena, text, &box))) {
        check(mail_address_valid(box.address) && !str_has_control(box.name));
    }
    arena_done(&arena);
    return 0;
}
