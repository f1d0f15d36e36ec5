/* SPDX-License-Identifier: Apache-2.0 */
/* What an expression matched, before it is judged. */
#pragma once

#include "scan/rule.h"

enum encoding {
    ENCODING_NONE,
    ENCODING_BASE64,
    ENCODING_HEX,
    ENCODING_ESCAPES, /* percent, \u, \x, entities, JSON in a string */
    ENCODING_JOINED,  /* string literals set together: "AK" + "IA…" */
    ENCODING_GZIP,    /* base64 of gzip */
    ENCODINGS
};

/* What kind of text it stands in; found once for each text, by its path and its head. */
enum text_kind {
    TEXT_CODE,
    TEXT_CONFIG,   /* dotenv, YAML, JSON, TOML, INI, XML, credentials files */
    TEXT_PROSE,    /* documentation, markup */
    TEXT_LOG,      /* logs, shell history */
    TEXT_DATA,     /* SQL dumps, CSV, notebooks */
    TEXT_MINIFIED, /* bundles: very long lines of code */
    TEXT_LOCK,     /* lock files and checksums: hashes are expected */
    TEXT_BINARY,   /* only rules with a form of their own run */
    TEXT_KINDS
};

struct text_traits {
    enum text_kind kind;
    bool test;    /* a path of tests, fixtures, mocks */
    bool example; /* .env.example, *.sample, *.dist; folders of examples and documentation */
    str name;     /* last part of the path; borrowed */
};

/* The strs borrow the text or a worker's buffer, until the call returns. */
struct candidate {
    const struct rule *rule;
    str secret;
    str text;      /* what was searched: the text itself, or its decoded piece */
    size_t offset; /* of the secret in `text` */
    str key;       /* the name it is assigned to, when there is one: group "key" */
    enum encoding encoding;
    const struct text_traits *traits;
};
