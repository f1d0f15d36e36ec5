/* SPDX-License-Identifier: Apache-2.0 */
/* How well a passage answers a question, from its index terms. Pure: no store, no clock. */
#pragma once

#include "know/query.h"

struct know_ranker;

/* What was found in one passage. */
struct know_match {
    double rank;     /* order within one question; no scale */
    double coverage; /* 0 … 1: share of what is enough found anywhere in title, heading, text */
    double window; /* 0 … 1: share found close together in the text, title and heading counted in
                      part */
    float times[KNOW_CONCEPTS_MAX]; /* how often each concept is in text and heading */
};

/* Prepares; borrows the question. NULL when memory ran out. */
struct know_ranker *know_ranker_new(struct arena *a, const struct know_question *question);

/* Looks at index_title, index_heading and index_text of a passage. */
struct know_match know_rank(struct know_ranker *ranker, const struct passage_row *passage);
