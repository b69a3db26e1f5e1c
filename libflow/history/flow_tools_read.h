/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Turns parts of a file of flow-tools into records, and these into rows; for one thread. */

#include "history/flow_tools_file.h"
#include "history/old_rows.h"

/* Begins zeroed. */
struct flow_tools_reader {
	const struct flow_tools_file *file;
	uint8_t *bytes;		/* a piece: room for FLOW_TOOLS_PART_ROWS of the longest records */
	uint64_t next, end;	/* numbers of the pieces still to be read: [next, end) */
	bool endless;		/* the part goes on to the end of the data */
	size_t len, at;		/* of the piece */
};

void flow_tools_reader_release(struct flow_tools_reader *r);

/* Begins a part; the file stays until another begins. */
void flow_tools_reader_begin(struct flow_tools_reader *r, const struct flow_tools_file *file, size_t part);

/* As nfdump_reader_next. */
enum flow_status flow_tools_reader_next(struct flow_tools_reader *r, struct old_records *records,
    struct old_counts *counts, struct flow_error *err) NODISCARD;

/* Puts one of the records into a row; t->failed is set when out of memory. */
void flow_tools_reader_fill(struct flow_tools_reader *r, struct row_table *t, size_t row, const uint8_t *record);
