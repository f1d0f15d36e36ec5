/* SPDX-License-Identifier: Apache-2.0 */
/* Live events of chats: who listens to which chat, within this process. Thread-safe. */
#pragma once

#include "base/id.h"
#include "http/http.h"

struct chat_hub;

err chat_hub_new(size_t streams_max, struct chat_hub **ret);
void chat_hub_free(struct chat_hub *hub);

/* Adds a detached stream to a chat until it closes; takes its own reference. UNAVAILABLE at the
 * limit. */
err chat_hub_join(struct chat_hub *hub, const id *chat, struct http_stream *stream);

/* Whether a stream listens to the chat now. One that joins later reads from the store what was
 * stored before. */
bool chat_hub_listened(struct chat_hub *hub, const id *chat);

/* Sends an event to all streams of the chat. */
void chat_hub_publish(struct chat_hub *hub, const id *chat, str event_id, str event, str data_json);

/* Ends all streams of a session or chat (revoked, erased). */
void chat_hub_end(struct chat_hub *hub, const id *chat);
