/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* The ledger for monitoring: a text file in Prometheus' exposition format. */

#include "collect/collect_options.h"

struct metrics {
	const struct flow_counts *counts;	/* of the decoder, since the start */
	uint64_t rows;			/* handed to the encoders, since the start */
	uint64_t kernel_drops;		/* since the start, here and below */
	uint64_t not_journalled;
	uint64_t refused_connections;
	uint64_t sources;		/* known now */
	int64_t now_ms;
};

/* Appends one value, "flowcap_NAME", with its description. */
void metrics_value(struct buf *out, const char *name, const char *type, const char *help, uint64_t value);

/* Appends the text. */
void metrics_format(const struct metrics *m, struct buf *out);

/* Writes it to options->metrics, all or nothing; false after a log line. */
bool metrics_write(const struct collect_options *options, const struct buf *text);

/*
 * Writes zeros, if there is a file to write, so that an earlier run's counters are not taken for this one's,
 * and a file that cannot be written is reported at once.
 */
void metrics_begin(const struct collect_options *options);
