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

/* Gives a builder back whose rows are not wanted; NULL is fine. */
void pipeline_discard(struct pipeline *p, struct flow_builder *builder);

/* Hands a builder over as group `number` of its slot; waits while there are too many. */
void pipeline_group(struct pipeline *p, struct slot *slot, size_t number,
    struct flow_builder *builder);

/*
 * Hands the slot itself over, when its `groups` have been; end's buffers too.  The entry (NULL: none)
 * depends on it.
 */
void pipeline_end(struct pipeline *p, struct slot *slot, size_t groups, struct slot_end end,
    struct filing_entry *entry);

/*
 * Has the slot looked at, as slot_look has it, with the rows of the builder (NULL: none) behind its `groups`; the builder
 * and the exporters' bytes are taken over.  The look is told of the part, which it has to expect.
 */
void pipeline_look(struct pipeline *p, struct slot *slot, size_t groups, struct flow_builder *rows,
    struct buf *exporters, struct look *look);

/* Slots that were handed over so far (the decoder's thread), and that are being finished or are (any). */
uint64_t pipeline_ends(struct pipeline *p);
uint64_t pipeline_ends_begun(struct pipeline *p);

/* Waits until so many slots are finished, at most until then (CLOCK_MONOTONIC); false where they are not. */
bool pipeline_await_ends(struct pipeline *p, uint64_t ends, const struct timespec *until);

/* Of files that were finished; any thread. */
struct pipeline_sum {
	uint64_t files, rows, bytes;
};
void pipeline_written(struct pipeline *p, struct pipeline_sum *sum);

/* Waits until all is written and frees; *rows is what all files hold.  False if a slot failed that no entry has. */
bool pipeline_finish(struct pipeline *p, uint64_t *rows);
