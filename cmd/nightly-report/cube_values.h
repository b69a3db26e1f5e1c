/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Which values of each dimension a cube has: those that a report's tables begin with. */

#include "nightly-report/cube.h"

void cube_values_fill(struct cube *cube, const struct report_answer *answer, bool directions);
