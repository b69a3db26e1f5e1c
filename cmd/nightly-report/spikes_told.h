/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Describes the greatest spikes. */

#include "nightly-report/findings.h"

#define SPIKES_TOLD 5

/*
 * Reports at most SPIKES_TOLD bins, the greatest first, in which a service or an interface exceeded its usual
 * rate by at least a tenth of the mean of all traffic, with the main source.  A spike is an alert if it was
 * more than twice the peak of all traffic in at least two earlier spans.
 */
void spikes_tell(struct report *report);
