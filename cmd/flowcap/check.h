/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * --check: asks the collectors that write to the archive how they are, and looks at the machine.  Prints a line that
 * sums it up and one for each finding, as plugins of Nagios do; returns 0 where all is well, 1 for a warning, 2 where flows
 * are being lost or nothing is collected.
 */

#include "flowcap/options.h"

int check_and_tell(const struct options *options);
