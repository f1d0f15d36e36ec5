/* SPDX-License-Identifier: Apache-2.0 */
/* The few sentences that the assistant says itself, in the visitor's language. Private to chat/. */
#pragma once

#include "base/str.h"

enum say_language { SAY_EN, SAY_DE, SAY_FR, SAY_ES, SAY_LANGUAGES };

enum say {
    SAY_NOT_FOUND,   /* the documents do not say */
    SAY_UNAVAILABLE, /* no answer could be made */
    SAY_BROKE_OFF,   /* an answer broke off; the documents' own words follow */
    SAY_HELLO,
    SAY_WELCOME, /* after thanks */
    SAY_BYE,
    SAY_WHO,    /* what am I */
    SAY_PERSON, /* how to reach a person */
    SAY_COUNT
};

/* The language of a text by its small words, else of the locale ("de-AT"), else English. */
enum say_language say_language(str text, str locale);

str say_text(enum say_language language, enum say what);

/* What a message is when it is no question about the documents. */
enum smalltalk {
    SMALLTALK_NONE,
    SMALLTALK_HELLO,
    SMALLTALK_THANKS,
    SMALLTALK_BYE,
    SMALLTALK_WHO,
    SMALLTALK_PERSON
};

/* Recognises whole short messages only; *ret_language is the language it was recognised in. */
enum smalltalk smalltalk_of(str message, enum say_language *ret_language);
