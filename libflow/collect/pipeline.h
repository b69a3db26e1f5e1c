/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Encoders behind the collector: full builders go in, row groups come out in
 * files.  The collector never touches the disk.
 *
 *	collector --builder--> queue --encoder threads--> slot --> file
 */

#include "collect/slot.h"

struct pipeline;

/* At most `builders` of them exist (their memory is the bound).  NULL, after a log line, on failure. */
struct pipeline *pipeline_new(const struct collect_options *options, unsigned builders);

/* One builder more, for another collector that keeps one in hand; false when out of memory. */
bool pipeline_more(struct pipeline *p);

/* An empty builder; waits while all are in use.  NULL when out of memory. */
struct flow_builder *pipeline_builder(struct pipeline *p);

/* Hands a builder over as group `number` of its slot. */
void pipeline_group(struct pipeline *p, struct slot *slot, size_t number,
    struct flow_builder *builder);

/* Hands the slot itself over, when its `groups` have been; end's buffer too. */
void pipeline_end(struct pipeline *p, struct slot *slot, size_t groups, struct slot_end end);

/* Waits until all is written and frees; *rows is what all files hold.  False if anything failed. */
bool pipeline_finish(struct pipeline *p, uint64_t *rows);
