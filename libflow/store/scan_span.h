/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Time spans of files, from the statistics of their row groups: no column is read. */

#include "store/opened_file.h"
#include "store/scan.h"

/* A file's contribution to the span; zero-initialised. */
struct span_part {
	bool has_rows;
	bool unknown;			/* some rows have no receive time in statistics */
	bool plausible;			/* some receive times are in 1990 or later */
	int64_t received_first_ms, received_last_ms;	/* of the plausible ones if there are any, else of all */
	bool flows_unknown;
	int64_t first_ms, last_ms;
};

/* Adds all row groups of a file. */
void span_add_file(struct span_part *part, const struct source *source);

/* Adds another part. */
void span_add(struct span_part *part, const struct span_part *more);

struct flow_scan_span span_make(const struct span_part *part);
