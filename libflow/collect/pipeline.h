/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Encoders behind the collector: full builders go in, row groups come out in
 * files.  The collector never touches the disk.
 *
 *	collector --builder--> queue --encoder threads--> slot --> file
 */

#include "collect/filing.h"
#include "collect/look.h"
#include "collect/slot.h"

struct pipeline;

/* At most `groups` of them wait or are being encoded.  NULL, after a log line, on failure. */
struct pipeline *pipeline_new(const struct collect_options *options, unsigned groups);

/* An empty builder; NULL when out of memory. */
struct flow_builder *pipeline_builder(struct pipeline *p);

/* Returns a builder whose rows are not wanted; NULL is fine. */
void pipeline_discard(struct pipeline *p, struct flow_builder *builder);

/* Hands a builder over as group `number` of its slot; waits while there are too many. */
void pipeline_group(struct pipeline *p, struct slot *slot, size_t number,
    struct flow_builder *builder);

/* Hands the slot over after its `groups`; takes over the buffers of `end`.  The entry (NULL: none) waits for it. */
void pipeline_end(struct pipeline *p, struct slot *slot, size_t groups, struct slot_end end,
    struct filing_entry *entry);

/*
 * Queues a look at the slot (slot_look), with the builder's rows (NULL: none) after its `groups`; takes over
 * the builder and the exporters' bytes.  The look must expect the part.
 */
void pipeline_look(struct pipeline *p, struct slot *slot, size_t groups, struct flow_builder *rows,
    struct buf *exporters, struct look *look);

/* Slots handed over so far (for the decoder's thread); slots whose finishing has begun (any thread). */
uint64_t pipeline_ends(struct pipeline *p);
uint64_t pipeline_ends_begun(struct pipeline *p);

/* Waits until that many slots are finished, or until that time (CLOCK_MONOTONIC): false. */
bool pipeline_await_ends(struct pipeline *p, uint64_t ends, const struct timespec *until);

/* Sums over finished files; any thread. */
struct pipeline_sum {
	uint64_t files, rows, bytes;
	uint64_t own_bytes;		/* without files of what earlier runs had received */
	uint64_t lost_slots;		/* that could not be written, and are in no journal */
	int64_t own_until_ms;		/* when the last of these was finished, since 1970; 0: none was */
};
void pipeline_written(struct pipeline *p, struct pipeline_sum *sum);

/*
 * Waits until all is written and frees; *rows is the total of all files.  False if a slot failed that belongs
 * to no entry.
 */
bool pipeline_finish(struct pipeline *p, uint64_t *rows);
