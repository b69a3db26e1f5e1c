/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * A directory of slots with its own decoder: datagrams to rows, rows to slots.
 * One thread feeds it; it does not wait for the disk but where memory's bound
 * is reached.
 */

#include "flowcap/options.h"
#include "flowcap/pipeline.h"

struct archive;

/* Of several archives. */
struct archive_sum {
	struct flow_counts counts;
	uint64_t rows;			/* decoded */
	size_t sources;
};

/*
 * In that directory, with that ident (NULL: none), apart from that by the options.
 * NULL when out of memory.
 */
struct archive *archive_new(const struct options *options, const char *directory,
    const char *ident, struct pipeline *pipeline);

/* After the pipeline has finished what was rotated. */
void archive_free(struct archive *a);

/* Decodes a datagram into the open slot.  False, after a log line, when memory is out. */
bool archive_datagram(struct archive *a, const struct flow_datagram *datagram);

/* Whether a slot is open that is over at this time. */
bool archive_due(const struct archive *a, int64_t now_ms);

/* Forgets what is too old at this time. */
void archive_expire(struct archive *a, int64_t now_ms);

/* Hands over the rows so far, so that archive_add counts them. */
void archive_flush(struct archive *a);

/* Ends the slot now, and has the metrics (NULL: none) written with it; the next datagram begins another. */
void archive_rotate(struct archive *a, const struct buf *metrics);

void archive_session_end(struct archive *a, const struct addr *exporter, uint16_t port);

/* Datagrams dropped by the kernel so far, in all. */
void archive_drops(struct archive *a, uint64_t drops);

void archive_add(const struct archive *a, struct archive_sum *sum);
