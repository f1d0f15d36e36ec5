/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "scan/content_private.h"
#include "scan/decode.h"
#include "scan/engine_private.h"

static bool fill(struct scan_worker *w)
{
    const struct scanner *s = w->scan->scanner;
    buf_init(&w->pieces[0], DECODE_RUN_MAX);
    buf_init(&w->pieces[1], DECODE_GZIP_MAX + DECODE_RUN_MAX);
    buf_init(&w->probe, DECODE_RUN_MAX);
    for (unsigned i = 0; i < DEPTHS; i++) {
        w->states[i] = mem_array(scan_rule_count, sizeof *w->states[i]);
        if (!w->states[i]) {
            return false;
        }
    }
    if (hs_clone_scratch(s->scratch, &w->scratch) != HS_SUCCESS) {
        return false;
    }
    w->match = pcre2_match_context_create(NULL);
    w->data = pcre2_match_data_create(32, NULL);
    w->stack = pcre2_jit_stack_create(JIT_STACK_MIN, JIT_STACK_MAX, NULL);
    if (!w->match || !w->data || !w->stack) {
        return false;
    }
    pcre2_set_match_limit(w->match, MATCH_STEPS_MAX);
    pcre2_set_depth_limit(w->match, MATCH_DEPTH_MAX);
    pcre2_set_heap_limit(w->match, MATCH_HEAP_KB);
    pcre2_jit_stack_assign(w->match, NULL, w->stack);
    return true;
}

err scan_worker_new(struct scan *s, struct scan_worker **ret)
{
    struct scan_worker *w = mem_alloc(sizeof *w);
    if (w) {
        w->scan = s;
    }
    if (!w || !fill(w)) {
        scan_worker_free(w);
        return err_new(ERR_NO_MEMORY, "no memory to search with");
    }
    *ret = w;
    return ERR_NONE;
}

void scan_worker_free(struct scan_worker *w)
{
    if (!w) {
        return;
    }
    for (unsigned i = 0; i < DEPTHS; i++) {
        mem_free(w->states[i]);
        for (unsigned set = 0; set < PREFILTER_SETS; set++) {
            mem_free(w->hits[i][set].p);
        }
    }
    hs_free_scratch(w->scratch);
    buf_wipe(&w->pieces[0]);
    buf_wipe(&w->pieces[1]);
    buf_wipe(&w->probe);
    content_room_free(w->room);
    pcre2_jit_stack_free(w->stack);
    pcre2_match_data_free(w->data);
    pcre2_match_context_free(w->match);
    mem_free(w);
}

struct scan *scan_worker_scan(struct scan_worker *w) { return w->scan; }

struct content_room **scan_worker_room(struct scan_worker *w) { return &w->room; }
