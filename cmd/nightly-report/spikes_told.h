/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* The greatest spikes in words. */

#include "nightly-report/findings.h"

#define SPIKES_TOLD 5

/*
 * Tells of at most SPIKES_TOLD bins in which a service or an interface had more than it usually has, by at least a
 * tenth of all traffic's mean, the greatest first, with the source of most of it.  It is an alert where it was more than
 * twice what all traffic was at most in at least two times before.
 */
void spikes_tell(struct report *report);
