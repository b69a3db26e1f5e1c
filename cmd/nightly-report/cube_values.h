/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Chooses the values of each dimension of a cube: the first ones of a report's tables. */

#include "nightly-report/cube.h"

void cube_values_fill(struct cube *cube, const struct report_answer *answer, bool directions);
