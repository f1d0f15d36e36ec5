/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/prefilter.h"

#include "base/mem.h"

err prefilter_compile(enum prefilter_set set, const hs_platform_info_t *platform,
                      hs_database_t **ret, hs_compile_error_t **ret_error)
{
    size_t first = set == PREFILTER_NEAR ? prefilter_everywhere_count : 0;
    size_t count = (set == PREFILTER_NEAR ? prefilter_count : prefilter_everywhere_count) - first;
    const char **expressions = mem_array(count, sizeof *expressions);
    unsigned *flags = mem_array(count, sizeof *flags);
    unsigned *ids = mem_array(count, sizeof *ids);
    hs_error_t e = HS_NOMEM;
    if (expressions && flags && ids) {
        for (size_t i = 0; i < count; i++) {
            expressions[i] = prefilters[first + i].expression;
            flags[i] = prefilters[first + i].flags;
            ids[i] = (unsigned)(first + i);
        }
        e = hs_compile_multi(expressions, flags, ids, (unsigned)count, HS_MODE_BLOCK, platform, ret,
                             ret_error);
    }
    mem_free(expressions);
    mem_free(flags);
    mem_free(ids);
    switch (e) {
    case HS_SUCCESS:
        return ERR_NONE;
    case HS_NOMEM:
        return err_new(ERR_NO_MEMORY, "no memory for the rules' words");
    default:
        return err_new(ERR_INTERNAL, "the rules' words do not compile");
    }
}
