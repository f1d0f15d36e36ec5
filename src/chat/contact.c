/* SPDX-License-Identifier: Apache-2.0 */
#include "chat/contact.h"

#include "base/json.h"
#include "net/mail_address.h"

enum { METADATA_MAX = 16 << 10 };

static const char member[] = "email";

err contact_add(struct arena *a, str metadata, str email, str *ret_metadata)
{
    json_t *object = NULL;
    bool sound = metadata.n <= METADATA_MAX &&
                 err_ok(json_read_object(metadata.n ? metadata : STR("{}"), &object, NULL));
    if (!sound) {
        return err_new(ERR_INVALID, "metadata must be a JSON object of at most 16 KB");
    }
    *ret_metadata = metadata;
    err e = ERR_NONE;
    if (email.n > 0 && !mail_address_valid(email)) {
        e = err_new(ERR_INVALID, "the visitor's e-mail address is not one");
    } else if (email.n > 0) {
        struct buf b;
        buf_init(&b, METADATA_MAX * 2);
        bool set = json_object_set_new(object, member, json_stringn(email.p, email.n)) == 0;
        json_write(&b, object);
        str text = set && !b.failed ? arena_str(a, buf_str(&b)) : STR_EMPTY;
        *ret_metadata = text;
        e = text.p ? ERR_NONE : err_new(ERR_NO_MEMORY, "no memory for a chat's metadata");
        buf_done(&b);
    }
    json_decref(object);
    return e;
}

str contact_email(struct arena *a, const struct chat_row *chat)
{
    json_t *object = NULL;
    str email = STR_EMPTY;
    if (chat->metadata.n > 0 && err_ok(json_read_object(chat->metadata, &object, NULL)) &&
        json_get_str(object, member, &email)) {
        email = mail_address_valid(email) ? arena_str(a, email) : STR_EMPTY;
    }
    json_decref(object);
    return email.p ? email : STR_EMPTY;
}
