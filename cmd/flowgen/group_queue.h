/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Row groups of an archive's files, which threads encode and write while the next ones are gathered.  What is written
 * is the same with any number of threads.
 */

#include <stdbool.h>
#include <stdint.h>

#include "flow.h"

struct group_queue;

/* What a file ends with. */
struct file_end {
	struct buf exporters;	/* flow.exporters */
	uint64_t lost;		/* datagrams or flows that were missed */
};

/* With `threads` threads at most, few of which are used: each has a row group in memory.  0: all is done by the caller. */
struct group_queue *group_queue_new(const struct flow_writer_options *options, unsigned threads) NODISCARD;

/*
 * The rows of *builder become a row group of the file; *builder is another one then, empty.  With `end` the file is
 * closed behind it; the writer is the queue's then, also on failure.  CLI_OK or, maybe about rows that were put before,
 * CLI_FAILURE after a message.
 */
int group_queue_put(struct group_queue *q, struct flow_writer *writer, struct flow_builder **builder,
    const struct file_end *end) NODISCARD;

/* Waits for all that was put; NULL is fine.  The same. */
int group_queue_free(struct group_queue *q);
