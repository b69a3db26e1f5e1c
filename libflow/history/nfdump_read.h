/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Turns blocks of a file of nfdump into records, and these into rows; for one thread. */

#include "history/nfdump_fill.h"
#include "history/old_rows.h"

/* Begins zeroed. */
struct nfdump_reader {
	struct nfdump_origin origin;
	struct nfdump_memory memory;
	size_t end;		/* the block behind the last one of the part */
	bool has_block;
	bool told;		/* an unknown element of the block was reported */
	size_t len, at;		/* of the block; where the next record is */
	uint64_t met;		/* records of the block found so far */
	const struct nfdump_map *map;
};

void nfdump_reader_release(struct nfdump_reader *r);

/* Begins blocks [from, to); the file stays until another begins. */
void nfdump_reader_begin(struct nfdump_reader *r, const struct nfdump_file *file, size_t from, size_t to);

/*
 * The next records, all of one block; they stay until the next call.  Damaged ones are skipped, and reported in
 * *counts.  FLOW_END, FLOW_ENOMEM, FLOW_EIO.
 */
enum flow_status nfdump_reader_next(struct nfdump_reader *r, struct old_records *records,
    struct old_counts *counts, struct flow_error *err) NODISCARD;

/* Puts one of the records into a row; t->failed is set when out of memory. */
void nfdump_reader_fill(struct nfdump_reader *r, struct row_table *t, size_t row, const uint8_t *record,
    const void *form);
