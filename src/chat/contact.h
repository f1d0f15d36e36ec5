/* SPDX-License-Identifier: Apache-2.0 */
/* The address that a visitor is known by from the start of a chat: a member of the chat's metadata.
 * Private to chat/. */
#pragma once

#include "base/arena.h"
#include "store/chat.h"

/* Adds the address (may be empty) to metadata (JSON object or empty). INVALID when one of them is
 * not what it should be. */
err contact_add(struct arena *a, str metadata, str email, str *ret_metadata);

/* The address that came with the chat; empty when there is none. */
str contact_email(struct arena *a, const struct chat_row *chat);
