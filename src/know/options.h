/* SPDX-License-Identifier: Apache-2.0 */
/* What a source's options say (a JSON object, every member optional):
 *
 *   base_url   what citations of files begin with: "https://www.example.com/docs/"
 *   include    only paths that match one of these patterns are read …
 *   exclude    … and none of these: "*" stands for any run of characters; without one a pattern is
 * the start of the path ("/blog/", "internal/") or a whole file name ("notes.txt") depth      how
 * many links away from the start page (at most the installation's limit) pages      how many
 * documents (at most the installation's limit) same_host  false: links to other hosts are followed
 * too
 */
#pragma once

#include "base/arena.h"
#include "know/know.h"

enum { OPTIONS_PATTERNS_MAX = 100 };

struct know_options {
    str base_url;
    str include[OPTIONS_PATTERNS_MAX], exclude[OPTIONS_PATTERNS_MAX];
    size_t include_count, exclude_count;
    unsigned depth, pages;
    bool same_host;
};

/* INVALID with a static text when a member is unknown, of the wrong type or too long; empty text
 * gives the defaults. */
err options_read(struct arena *a, const struct know_settings *settings, str json,
                 struct know_options *ret);

/* True when a path (of a URL, or relative to the folder) is to be read. */
bool options_wants(const struct know_options *options, str path);
