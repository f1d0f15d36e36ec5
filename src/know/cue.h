/* SPDX-License-Identifier: Apache-2.0 */
/* What kind of answer a question asks for, and whether a sentence has it. */
#pragma once

#include "base/str.h"

enum know_cue {
    KNOW_CUE_NONE,
    KNOW_CUE_NUMBER, /* when, how many, how much: a number */
    KNOW_CUE_NAME,   /* who: a capitalised name */
    KNOW_CUE_STEPS,  /* how do I: steps, commands */
};

/* Reads the question's words (English, German, French, Spanish). */
enum know_cue know_cue_of(str question);

/* True when the text has what is asked for; false for KNOW_CUE_NONE. */
bool know_cue_met(enum know_cue cue, str text);
