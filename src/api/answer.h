/* SPDX-License-Identifier: Apache-2.0 */
/* Small helpers that answer with JSON. */
#pragma once

#include "api/route.h"

enum { ANSWER_BYTES_MAX = 8 << 20 };

/* Sends the buffer as JSON and frees it; the buffer's error is returned instead when it has one. */
err answer_json(struct call *call, int status, struct buf *b);

/* Appends `,"key":"text"` or, as the first member, `"key":"text"`. */
void answer_member(struct buf *b, const char *key, str text);

/* The same with a time, null when 0. */
void answer_member_time(struct buf *b, const char *key, int64_t wall_ms);

/* The same with a number. */
void answer_member_number(struct buf *b, const char *key, uint64_t number);

/* The same with true or false. */
void answer_member_bool(struct buf *b, const char *key, bool value);

/* Begins a list or an object as a member: `"key":` */
void answer_member_name(struct buf *b, const char *key);

/* Answers 204. */
err answer_nothing(struct call *call);

/* Cleans a text member of the JSON body: absent gives the empty string. INVALID with call->why when
 * it is no text, has control characters or more than max_chars characters. */
err body_text(struct call *call, const char *key, size_t max_chars, str *ret);

/* Reads the Idempotency-Key header with the caller's scope and the hash of what was asked. INVALID
 * when the key is longer than 255 bytes or not printable ASCII. */
err body_idempotency(struct call *call, struct idempotency *ret);
