/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* The four lines that end nfdump's text. */

#include "nfdump/options.h"
#include "nfdump/row_counters.h"

/* Totals of all flows in the files, whether they pass or not. */
struct nfdump_files {
	bool known;			/* the times are known */
	int64_t first_ms, last_ms;
	uint64_t bytes;			/* on disk */
};

/* Reads the footers and headers of the files that a query reads. */
void nfdump_files_read(const struct query_request *request, struct nfdump_files *files);

/* A duration in at least 16 characters: "    00:01:06.542", " 2d 10:00:00.000". */
void nfdump_append_duration(struct buf *out, uint64_t ms);

/* Appends the lines; `started` is the start of the time in the last line, in ns of CLOCK_MONOTONIC. */
void nfdump_summary(struct buf *out, const struct nfdump_options *options, const struct nfdump_totals *totals,
    const struct nfdump_files *files, int64_t started_ns);

int64_t nfdump_now_ns(void);
