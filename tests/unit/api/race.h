/* SPDX-License-Identifier: Apache-2.0 */
/* Many clients of one server at once, each on a connection that stays open and with an address of
 * its own. Threads must not end the test by a jump: they count what is wrong, the test looks. */
#pragma once

#include "unit/api/fixture.h"

struct racer {
    const struct house *house;
    int fd;
    char from[32];
    char answer[65536]; /* head and body of the last answer */
};

/* Gives the seconds that a race goes on: RACE_SECONDS, or 3. */
unsigned race_seconds(void);

/* A house without limits of rate. */
void race_house_open(struct house *house);

void racer_init(struct racer *racer, const struct house *house, unsigned number);
void racer_done(struct racer *racer);

/* Sends one request and reads its answer; gives the status, -1 when none came. `fields` are whole
 * header lines, `body` may be NULL. */
int racer_ask(struct racer *racer, const char *method, const char *path, const char *fields,
              const char *body);

/* Runs the function in that many threads, each with its number, until all return. */
void race(unsigned threads, void *(*run)(void *number));

/* What went wrong in the last race: counted, the first few printed. Thread-safe. */
void race_wrong(const char *what, int status);
unsigned race_wrong_count(void);
