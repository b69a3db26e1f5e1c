/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Exporters that fell silent. */

#include "nightly-report/findings.h"

/*
 * Reports exporters that had flows a week before and have none now; and those with flows in most bins of half
 * an hour that then had none for an hour or more.
 */
void silence_tell(struct report *report);
