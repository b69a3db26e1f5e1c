/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * --check: asks the collectors of the archive for their state, and examines the machine.  Prints a summary
 * and a line for each finding, as Nagios plugins do; returns 0 where all is well, 1 for a warning, 2 where
 * flows are being lost or nothing is collected.
 */

#include "flowcap/options.h"

int check_and_tell(const struct options *options);
