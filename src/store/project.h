/* SPDX-License-Identifier: Apache-2.0 */
/* Teams, projects and their allowed domains. */
#pragma once

#include "store/store.h"

struct project_row {
    id id, team;
    str slug; /* [a-z0-9-]{1,63} */
    str name;
    bool is_private;
    str settings;       /* JSON object; chat/project.h reads it */
    const str *domains; /* allowed origins as the owner wrote them, normalised */
    size_t domain_count;
    int64_t created_ms;
};

err store_team_create(struct store *store, str name, id *ret);

/* CONFLICT when the slug is taken. */
err store_project_create(struct store *store, const struct project_row *row);
/* NOT_FOUND. */
err store_project_by_slug(struct store *store, struct arena *a, str slug, struct project_row *ret);
err store_project_by_id(struct store *store, struct arena *a, const id *project,
                        struct project_row *ret);
/* All projects of a team; a team of no id gives every project (command line only). */
err store_project_list(struct store *store, struct arena *a, const id *team,
                       struct project_row **ret, size_t *ret_count);
/* Replaces name, privacy, settings and domains. */
err store_project_update(struct store *store, const struct project_row *row);
/* Removes the project with everything that belongs to it. */
err store_project_delete(struct store *store, const id *project);
