/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Tells which interfaces are full, or were for a while, as far as their speeds are known. */

#include "nightly-report/findings.h"

void loads_tell(struct report *report);
