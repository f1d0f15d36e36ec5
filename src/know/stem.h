/* SPDX-License-Identifier: Apache-2.0 */
/* Words to stems (Snowball), by language for Latin script and by script for Cyrillic, Greek and
 * Arabic. */
#pragma once

#include "base/str.h"
#include "know/stop.h"
#include "know/words.h"

struct sb_stemmer;

/* Stemmers opened so far; not for two threads at once. Zeroed at the start. */
struct know_stems {
    struct sb_stemmer *open[KNOW_LANGUAGES + 3];
};

/* Closes what was opened. */
void know_stems_done(struct know_stems *stems);

/* Gives the stem of a folded word (accents kept); borrows memory of the thread until its next word,
 * or the word itself when it has none (no memory, too short, digits in it). */
str know_stem(struct know_stems *stems, enum know_language language, enum know_script script,
              str word);
