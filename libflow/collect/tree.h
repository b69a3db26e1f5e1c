/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * A directory of slots with its own decoder: datagrams to rows, rows to slots.
 * One thread feeds it; it does not wait for the disk but where memory's bound
 * is reached.
 */

#include "collect/collect_options.h"
#include "collect/pipeline.h"

struct tree;

/* Of several archives. */
struct tree_sum {
	struct flow_counts counts;
	uint64_t rows;			/* decoded */
	size_t sources;
};

/*
 * In that directory, with that ident (NULL: none), apart from that by the options.
 * NULL when out of memory.
 */
struct tree *tree_new(const struct collect_options *options, const char *directory,
    const char *ident, struct pipeline *pipeline);

/* After the pipeline has finished what was rotated. */
void tree_free(struct tree *a);

/* Decodes a datagram into the open slot.  False, after a log line, when memory is out. */
bool tree_datagram(struct tree *a, const struct flow_datagram *datagram);

/* Whether a slot is open that is over at this time. */
bool tree_due(const struct tree *a, int64_t now_ms);

/* Forgets what is too old at this time. */
void tree_expire(struct tree *a, int64_t now_ms);

/* Hands over the rows so far, so that tree_add counts them. */
void tree_flush(struct tree *a);

/* Ends the slot now, and has the metrics (NULL: none) written with it; the next datagram begins another. */
void tree_rotate(struct tree *a, const struct buf *metrics);

void tree_session_end(struct tree *a, const struct addr *exporter, uint16_t port);

/* Datagrams dropped by the kernel so far, in all. */
void tree_drops(struct tree *a, uint64_t drops);

void tree_add(const struct tree *a, struct tree_sum *sum);
