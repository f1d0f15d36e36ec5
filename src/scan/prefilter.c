/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/prefilter.h"

#include "base/mem.h"

err prefilter_compile(const hs_platform_info_t *platform, hs_database_t **ret,
                      hs_compile_error_t **ret_error)
{
    const char **expressions = mem_array(prefilter_count, sizeof *expressions);
    unsigned *flags = mem_array(prefilter_count, sizeof *flags);
    unsigned *ids = mem_array(prefilter_count, sizeof *ids);
    hs_error_t e = HS_NOMEM;
    if (expressions && flags && ids) {
        for (unsigned i = 0; i < prefilter_count; i++) {
            expressions[i] = prefilters[i].expression;
            flags[i] = prefilters[i].flags;
            ids[i] = i;
        }
        e = hs_compile_multi(expressions, flags, ids, (unsigned)prefilter_count, HS_MODE_BLOCK,
                             platform, ret, ret_error);
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
