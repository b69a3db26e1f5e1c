/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Sorts any number of rows: a run that fits into memory is sorted there; several runs are written to temporary
 * files (store/sort_run.h) and merged.
 *
 *	flow_sort_order_parse("bytes", ...)
 *	flow_sort_new(&order, ...)  flow_sort_add(...)...  flow_sort_finish()
 *	while (flow_sort_next(sort, &batch, err) == FLOW_OK) ...
 *
 * The order is stable: rows that compare equal stay as they came.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "record/batch.h"
#include "record/select.h"
#include "store/gather.h"

/* What is compared: a column, or a value made of several columns. */
enum flow_sort_key {
	FLOW_SORT_FIELD,
	FLOW_SORT_DURATION,	/* last - first */
	FLOW_SORT_RATE,		/* field per duration; 0 if the duration is 0 */
	FLOW_SORT_RATIO,	/* field / per; 0 if per is 0 */
	/* An address is ordered by three keys: whether it is present, and its two halves. */
	FLOW_SORT_ADDR_HAS,
	FLOW_SORT_ADDR_HIGH,
	FLOW_SORT_ADDR_LOW,
};

struct flow_sort_by {
	enum flow_sort_key key;
	enum flow_field field;	/* a number, or an address; unused for a duration */
	enum flow_field per;
	bool descending;
};

/* The most keys; a key decides between rows that are equal in those before. */
#define FLOW_SORT_KEYS 16

struct flow_sort_order {
	struct flow_sort_by by[FLOW_SORT_KEYS];
	unsigned keys;
};

/*
 * Parses orders, separated by commas: a column that holds numbers or addresses, or nfdump's words: flows,
 * packets, bytes, pps, bps, bpp, with i or o before the last five (ipackets, ...: those of the flow; o: those of
 * its reverse direction), duration, tstart, tend; with ":a" or ":d" for the direction.  By default times ascend
 * and everything else descends.  Absent values come last.  Addresses ascend by default, IPv4 first.
 */
enum flow_status flow_sort_order_parse(const char *text, struct flow_sort_order *order,
    struct flow_error *err) NODISCARD;

/* The columns that it needs. */
void flow_sort_order_fields(const struct flow_sort_order *order, struct flow_fieldset *fields);

struct flow_sort;

/* memory_bytes bounds a run; a temporary file goes to `directory` (NULL: TMPDIR, or /tmp). */
enum flow_status flow_sort_new(const struct flow_sort_order *order, size_t memory_bytes,
    const char *directory, struct flow_sort **sort, struct flow_error *err) NODISCARD;
void flow_sort_free(struct flow_sort *sort);

/* Adds selected rows (NULL: all) of a batch in DICT form; keeps the columns that it has. */
enum flow_status flow_sort_add(struct flow_sort *sort, const struct flow_batch *batch,
    const struct flow_selection *sel, struct flow_error *err) NODISCARD;

/* Ends adding. */
enum flow_status flow_sort_finish(struct flow_sort *sort, struct flow_error *err) NODISCARD;

/* Whether all rows are in memory: nothing was written to files. */
bool flow_sort_is_whole(const struct flow_sort *sort);

/*
 * If so: all rows as they were added, and in *rows their numbers in sorted order; both are valid as long as the
 * sort.
 */
const struct flow_batch *flow_sort_whole(struct flow_sort *sort, const uint32_t **rows);

/*
 * If not: gathers the next rows, at most `most` (> 0), as they come from the files; *rows loses what it held.
 * order[0 .. most) gets their numbers in sorted order.  FLOW_END; FLOW_EIO, FLOW_ECORRUPT.
 */
enum flow_status flow_sort_merge(struct flow_sort *sort, size_t most, struct gather *rows, uint32_t *order,
    struct flow_error *err) NODISCARD;

/*
 * How many rows (at most `most`) may be merged into a row group so that `copies` of it fit into the memory that
 * was given; only where there are files.  FLOW_ELIMIT where none fit; the message names how much is enough.
 */
enum flow_status flow_sort_merge_most(const struct flow_sort *sort, size_t copies, size_t most, size_t *rows,
    struct flow_error *err) NODISCARD;

/* The next rows in order, at most FLOW_BATCH_ROWS, valid until the next call; FLOW_END. FLOW_ELIMIT as above. */
enum flow_status flow_sort_next(struct flow_sort *sort, const struct flow_batch **batch,
    struct flow_error *err) NODISCARD;
