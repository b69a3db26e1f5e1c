/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Makes a report and writes it. */

#include "nightly-report/options.h"

enum {
	REPORT_UNREADABLE = 3,
	REPORT_EMPTY = 4,
	REPORT_ALERT = 5,
};

/* Returns the exit status. */
int report_run(struct nightly_options *options);
