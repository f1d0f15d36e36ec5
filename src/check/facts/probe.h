/* SPDX-License-Identifier: Apache-2.0 */
/* The paths that are asked for once each, for who asks and who judges. */
#pragma once

#include "check/facts/http.h"

enum probe_kind {
    PROBE_GIT,
    PROBE_ENV,
    PROBE_BACKUP,
    PROBE_ERROR,   /* makes the site show an error page */
    PROBE_CONTROL, /* surely not there: what the site answers then */
    PROBE_DOCUMENT,
    PROBE_METRICS,
};

struct probe_path {
    const char *path;
    enum probe_kind kind;
    enum http_purpose purpose;
};

/* Ended by a NULL path. */
extern const struct probe_path probe_paths[];

#define PROBE_SECURITY "/.well-known/security.txt"
#define PROBE_NOWHERE "/doorward-check-nothing-is-here"

/* <server>/api/v1/projects/<project>; empty when the name is none. */
str probe_project_url(struct arena *a, str server, str project);
