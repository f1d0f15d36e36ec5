/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of access/password.h that are not for others: texts in one form, and the list of common
 * passwords. */
#pragma once

#include "access/password.h"

enum { PASSWORD_CODES_MAX = 4096 };

/* A password in one form; it wipes itself in password_text_done. */
struct password_text {
    int32_t room[PASSWORD_CODES_MAX + 1];
    str s; /* in `room` */
};

/* Canonical composition (NFC, as RFC 8265 section 4.2 has it), so that a letter typed on one
 * keyboard is the same on the next. False when it is no UTF-8 or grows too long. */
bool password_text_nfc(struct password_text *text, str s);

/* For comparing: lower case, compatibility forms replaced, marks taken off. What cannot be folded
 * stays as it is, cut to the room. */
void password_text_fold(struct password_text *text, str s);

void password_text_done(struct password_text *text);

/* The words of cracklib's list; empty where it is not installed. */
struct password_list {
    char *text;
    uint32_t *starts; /* offsets of the words in order; each ends with LF */
    size_t count;
};

/* Reads the list at `path`; a missing file is an empty list. CORRUPT for one that is no list. */
err password_list_open(struct password_list *list, const char *path);
void password_list_close(struct password_list *list);

/* True when the word, in lower case, is in the list or in ours. */
bool password_list_has(const struct password_list *list, str word);

/* The judgement itself (access/password.h). */
err password_judge_with(const struct password_list *list, str password, str email, str name);
