/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Translates rows of a batch to the numbers of a cube's values. */

#include "nightly-report/cube.h"

struct cube_codes {
	uint8_t code[CUBE_DIMS][FLOW_BATCH_ROWS];
	const struct cube *cube;
	const struct net_sets *local;
	/* Of dictionary entries, computed at the first row with them: the code, and whether it is local. */
	struct entry_codes {
		uint64_t serial;
		uint32_t room;
		uint8_t *code;
	} entry[3];
	uint8_t service[65536];
	/* Of numbers: hash table of values plus 1; 0: none, SEVERAL: more than one. */
	uint8_t slot[CUBE_DIMS][256];
};

/* The cube, with its values, and the networks (may be NULL) must outlive it.  NULL when out of memory. */
struct cube_codes *cube_codes_new(const struct cube *cube, const struct net_sets *local) NODISCARD;
void cube_codes_free(struct cube_codes *codes);

/* The columns needed for codes and sums. */
void cube_codes_fields(struct flow_fieldset *fields);

/* All rows of a batch, in DICT form; false when out of memory. */
bool cube_codes_fill(struct cube_codes *codes, const struct flow_batch *batch);
