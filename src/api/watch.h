/* SPDX-License-Identifier: Apache-2.0 */
/* Ends the open event streams of those who may not follow any more: their key was disabled or lost
 * its permission, their session ended, their role was taken. By this process or by another one: the
 * store is what is asked. That a key or session expires is known beforehand (http_stream_until). */
#pragma once

#include "access/access.h"

struct watch;

/* Starts a thread that looks every `every_ms`. */
err watch_start(struct store *store, unsigned every_ms, struct watch **ret);

/* Watches a stream that a key or person may follow by this permission on the project, until it
 * closes; takes its own reference. */
err watch_add(struct watch *watch, const struct principal *who, const id *project,
              permissions permission, struct http_stream *stream);

/* Ends the thread; before the server's loops go. watch_add is still allowed. */
void watch_stop(struct watch *watch);

/* Lets go of the streams. */
void watch_free(struct watch *watch);
