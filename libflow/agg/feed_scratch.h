/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* What the feed_*.c files work on while they count some rows. */

#include "agg/worker.h"

/* Buffers for GROUP_ROWS rows; too large for the stack. */
struct feed_scratch {
	uint64_t value[KEY_PARTS][GROUP_ROWS];
	uint64_t alt[KEY_ALTS][GROUP_ROWS];
	uint8_t flag[KEY_PARTS][GROUP_ROWS];
	uint8_t alt_flag[KEY_ALTS][GROUP_ROWS];
	uint64_t key[KEY_WORDS * GROUP_ROWS];
	uint64_t mixed[GROUP_ROWS];
	uint64_t hash[GROUP_ROWS];
	uint64_t line[GROUP_ROWS * NARROW_WORDS];	/* the rows, packed as narrow groups */
	int32_t number[KEY_ALTS][GROUP_ROWS];	/* dense groupings: the rows' group numbers */
	uint64_t *state[GROUP_ROWS];	/* the slots of each row's group */
	uint16_t row[GROUP_ROWS];
	uint16_t left[GROUP_ROWS];	/* rows that a backlog did not take */
	uint16_t shared[GROUP_ROWS];	/* rows of the worker's share */
	uint16_t begun[GROUP_ROWS];	/* rows that begin in the window */
	uint16_t within[GROUP_ROWS];	/* rows that begin in a grouping's period */
	uint16_t sieved[GROUP_ROWS];
	uint16_t rest[GROUP_ROWS];	/* rows that count as "other" in their bin */
	uint8_t back[GROUP_ROWS];
};
