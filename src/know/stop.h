/* SPDX-License-Identifier: Apache-2.0 */
/* Function words of the languages whose grammar is known, and the guess of a text's language by
 * them. */
#pragma once

#include "base/str.h"

enum know_language { KNOW_ENGLISH, KNOW_GERMAN, KNOW_FRENCH, KNOW_SPANISH };
enum { KNOW_LANGUAGES = 4 };

/* Bit i is set when the folded word (accents removed) is a function word of language i; 0 when of
 * none. */
unsigned know_stop_languages(str word);

struct know_guess {
    enum know_language language;
    bool sure; /* the text had function words or letters of that language */
};

/* Guesses by function words and accented letters in the first 4,000 bytes; English when nothing
 * speaks for another. */
struct know_guess know_language_guess(str text);
