/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Rows of a batch to numbers of a cube's values. */

#include "nightly-report/cube.h"

struct cube_codes {
	uint8_t code[CUBE_DIMS][FLOW_BATCH_ROWS];
	const struct cube *cube;
	const struct net_sets *local;
	/* Of a dictionary's entries, found when a row has them: the code, whether it is local. */
	struct entry_codes {
		uint64_t serial;
		uint32_t room;
		uint8_t *code;
	} entry[3];
	uint8_t service[65536];
	/* Of numbers: the values whose hash it is, plus 1; 0: none has it, SEVERAL: more than one. */
	uint8_t slot[CUBE_DIMS][256];
};

/* The cube, which has its values, and the networks (may be NULL) outlive it.  NULL when out of memory. */
struct cube_codes *cube_codes_new(const struct cube *cube, const struct net_sets *local) NODISCARD;
void cube_codes_free(struct cube_codes *codes);

/* The columns that it and the sums look at. */
void cube_codes_fields(struct flow_fieldset *fields);

/* All rows of a batch, in DICT form; false when out of memory. */
bool cube_codes_fill(struct cube_codes *codes, const struct flow_batch *batch);
