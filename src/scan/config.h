/* SPDX-License-Identifier: Apache-2.0 */
/* `secrets:` of launch.yaml: where secrets may be, which are known, which environment is which. */
#pragma once

#include "base/secret.h"
#include "base/yaml.h"

enum {
    SCAN_CONFIG_LIST_MAX = 256,
    SCAN_ENVIRONMENTS_MAX = 16,
    SCAN_REASON_MAX = 400, /* bytes */
    GLOB_PATTERN_MAX = 400
};

struct scan_environment {
    str name;         /* "prod" */
    const str *globs; /* of paths and URLs */
    size_t glob_count;
};

/* A finding that is known and accepted. */
struct scan_allow {
    str fingerprint;  /* or */
    str rule;         /* "*" at its end is any rest */
    str path;         /* glob; empty: all */
    str reason;       /* required */
    int64_t until_ms; /* the end of that day, UTC; 0: not given */
    unsigned line;
};

struct scan_config {
    const str
        *paths; /* beside launch.yaml: where row L5 looks; also `doorward scan` without PATH */
    size_t path_count;
    const str *exclude;
    size_t exclude_count;
    const str *urls;
    size_t url_count;
    bool history; /* repository: true */
    str origin;   /* whose keys --verify may ask: launch.yaml's origin */
    str key;      /* resolved from env: or file: by the caller; keys the fingerprints */
    str key_from; /* as it was written */
    struct scan_environment environments[SCAN_ENVIRONMENTS_MAX];
    size_t environment_count;
    const struct scan_allow *allow;
    size_t allow_count;
};

/* Reads the mapping `secrets:`; a yaml_key row of launch.yaml. `into` is a struct scan_config. */
err scan_config_read(struct yaml *y, struct fy_node *key, struct fy_node *node, void *into);

/* Fetches the key of fingerprints from where `key:` says it is; a file is beside `file`, which is
 * launch.yaml's path. Nothing without one; else the error's `what` says why it is not there. */
err scan_config_key(struct arena *a, const struct scan_config *c, str file, struct secret *ret);

/* "*" within a part, "**" over parts ("**" and a "/": none or more whole parts), "?" one byte. A
 * pattern begins where any part begins, or at the top when it begins with "/"; so one without "/"
 * is for the last part; one that ends in "/" is for a folder with all below. Parts end at "/", and
 * at
 * "!" within archives. Time is bounded by the product of the lengths; a pattern longer than
 * GLOB_PATTERN_MAX matches nothing. */
bool glob_match(str pattern, str path);
