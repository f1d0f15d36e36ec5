/* SPDX-License-Identifier: Apache-2.0 */
/* The functions of the page's table. */
#pragma once

#include "check/rows/web.h"

typedef void check_run_fn(const struct facts *f, struct verdict *v);

check_run_fn page_status;

/* page_content.c */
check_run_fn page_mixed_active, page_mixed_passive, page_form, page_socket, page_asset_http,
    page_sri;
/* page_policy.c */
check_run_fn page_csp, page_frame_ancestors;
/* page_headers.c */
check_run_fn page_nosniff, page_referrer_policy, page_permissions_policy, page_cors, page_cookies,
    page_banner;
/* page_exposed.c */
check_run_fn page_source_map, page_listing, page_git, page_env, page_backup, page_stack_trace,
    page_security_txt;
/* page_speed.c */
check_run_fn page_widget, page_latency, page_lighthouse;
/* access.c */
check_run_fn access_foreign, access_null, access_look_alike, access_own;
check_run_fn monitor_health, monitor_ready, monitor_metrics;
