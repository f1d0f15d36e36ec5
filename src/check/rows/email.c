/* SPDX-License-Identifier: Apache-2.0 */
#include "check/rows/rows.h"

const struct check checks_email[] = {
    {0},
};
