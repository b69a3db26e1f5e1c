/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Row groups of an archive's files: threads encode and write them while the next ones are collected.  The
 * output does not depend on the number of threads.
 */

#include <stdbool.h>
#include <stdint.h>

#include "flow.h"

struct group_queue;

/* Metadata for the end of a file. */
struct file_end {
	struct buf exporters;	/* flow.exporters */
	uint64_t lost;		/* datagrams or flows that were missed */
};

/* Uses at most `threads` threads, or fewer, because each has a row group in memory.  0: the caller does all. */
struct group_queue *group_queue_new(const struct flow_writer_options *options, unsigned threads) NODISCARD;

/*
 * Queues the rows of *builder as a row group of the file, and replaces *builder by an empty one.  With `end`
 * the file is closed after it, and the queue owns the writer, also on failure.  CLI_OK, or CLI_FAILURE after
 * a message, maybe about earlier rows.
 */
int group_queue_put(struct group_queue *q, struct flow_writer *writer, struct flow_builder **builder,
    const struct file_end *end) NODISCARD;

/* Waits until all is written; NULL is fine.  Returns the same. */
int group_queue_free(struct group_queue *q);
