/* SPDX-License-Identifier: Apache-2.0 */
/* What the judges share: one look at a candidate, and the questions asked of it. */
#pragma once

#include "scan/judge.h"

enum {
    JUDGE_VALUE_MAX = 1024, /* bytes of a value that are looked at */
    JUDGE_LINE_MAX = 512,   /* bytes of its line on each side */
    JUDGE_BASIC_MAX = 512,  /* bytes behind base64 */
};

/* What the name says that a value is assigned to. */
enum key_class {
    KEY_NONE,     /* there is no name */
    KEY_OTHER,    /* it means something else: token_type */
    KEY_WEAK,     /* may be one: auth, key, hash */
    KEY_TOKEN,    /* secret, token, API key */
    KEY_PASSWORD, /* password and its kin: weak values are real, too */
};

struct look {
    const struct candidate *c;
    str value; /* at most JUDGE_VALUE_MAX bytes */
    bool quoted;
    bool in_string; /* not quoted itself, but within a literal of code */
    bool comment;   /* of code */
    bool trailed;   /* bare, and more words follow on its line */
    size_t lower, upper, digit, symbol, space, other;
    unsigned entropy; /* hundredths of a bit per byte */
    size_t turns;     /* from letters to digits and back */
    size_t flips;     /* from lower case to upper and back */
    unsigned strange; /* per cent of letters and digits that are in no word */
    bool wide;        /* the key's name says whose it is: db_password */
    enum key_class key;
};

/* Looks once at all. */
void look_at(const struct candidate *c, struct look *ret);

/* True on a line of code that is a comment. */
bool is_comment(const struct candidate *c);

/* Class of a key by its words; *ret_wide: it says whose. */
enum key_class key_class_of(str key, bool *ret_wide);
/* Cuts a name into words: "dbPassword_2" gives "db", "Password", "2". False at the end. */
bool name_word_next(str *rest, str *ret);

/* Per cent of the letters and digits that make no word of any language near English. */
unsigned strange_of(str s);
/* Mean surprise of the pairs of letters, in tenths of bits; 0 for less than two. */
unsigned surprise_of(str letters);
/* The same character, a sequence, a walk over the keyboard, a repetition. */
bool is_regular(str s);

/* Each gives why the value is none, or NULL. */
const char *value_is_placeholder(const struct look *l);
const char *value_is_reference(const struct look *l);
const char *value_is_other(const struct look *l);
/* Part of value_is_reference: templates and references in signs. */
const char *value_is_filled(const struct look *l);
/* A format, a regular expression, code. */
bool is_expression(const struct look *l);
/* A letter as HTML writes it by its number. */
bool has_entity(const struct look *l);
/* A hash of a password, or meant as one. */
bool is_refused_hash(const struct look *l);
/* For secrets with a form of their own: only what cannot be chance. */
const char *form_is_placeholder(const struct candidate *c);
/* A value that documentation uses. */
bool is_documented(str secret);

bool contains(str s, str word);
/* Of those that people put into passwords and nobody into names. */
bool has_strong_symbol(str s);
/* Letters, digits, '_', '.' and '-', as names are written. */
bool is_name(str s);
bool is_uuid(str s);
/* What people choose and nobody makes up: "bramble29", "Hund427?". */
bool is_chosen(const struct look *l);
/* "Altwerk2010", "Falcon77!": two digits at the end, but for signs. */
bool ends_in_digits(str s);
/* "harbour-session-otter-1151" as a secret in code. */
bool is_phrase(const struct look *l);
/* A salt of all printable characters. */
bool is_dense(const struct look *l);
static inline bool is_letter(char c) { return str_lower(c) >= 'a' && str_lower(c) <= 'z'; }
static inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
static inline bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
static inline bool is_alnum(char c) { return is_letter(c) || is_digit(c); }
