/* SPDX-License-Identifier: Apache-2.0 */
/* Longest texts that the store takes, in bytes; longer ones are refused with TOO_LARGE by every
 * backend. */
#pragma once

enum {
    STORE_WORD_MAX = 64,      /* kinds, states, locales, event names */
    STORE_NAME_MAX = 400,     /* names of people, teams, projects, keys */
    STORE_ADDRESS_MAX = 2048, /* e-mail addresses, URLs, origins, paths */
    STORE_TITLE_MAX = 2000,   /* titles of documents, headings of passages */
    STORE_HEADING_MAX = 8000,
    STORE_COMMENT_MAX = 16 << 10,  /* feedback, consent text, error texts, lead messages */
    STORE_JSON_MAX = 256 << 10,    /* settings, metadata, citations, usage, progress */
    STORE_MESSAGE_MAX = 256 << 10, /* one chat message */
    STORE_PAYLOAD_MAX = 4 << 20,   /* one outbox entry */
    STORE_PASSAGE_MAX = 256 << 10, /* text of one passage, and what the index sees of it */
    STORE_CONTENT_MAX = 64 << 20,  /* one upload */
    STORE_KEY_MAX = 255,           /* an idempotency key */
    STORE_PASSWORD_MAX = 1024,     /* PHC string of a password */
    STORE_SECRET_MAX = 4096,       /* sealed secret, public key or credential id */
    STORE_GROUPS_MAX = 64 * 65,    /* groups of a visitor or a source */
    STORE_LIST_MAX = 10000,        /* rows of one list */
    STORE_DOCUMENTS_MAX = 100000,  /* documents of one source */
    STORE_DOMAINS_MAX = 200,       /* domains of one project */
    STORE_ENTRIES_MAX = 64,        /* outbox entries of one write */
    STORE_BATCH_MAX = 1000,        /* messages or documents of one write */
    STORE_TERMS_MAX = 64,          /* terms of one search */
    STORE_CODES_MAX = 100,         /* recovery codes of one person */
    STORE_JOBS_QUEUED_MAX = 100    /* jobs of one project that wait */
};
