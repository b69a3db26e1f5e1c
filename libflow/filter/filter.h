/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * The filter language (flow-filter(7)): a text -> a predicate over batches.
 *
 *	flow_filter_parse(text, len, &options, &filter, err)
 *	flow_filter_fields(filter)        the columns that have to be in the batch
 *	flow_filter_bounds(filter)        what lets a scan skip row groups
 *
 *	state = flow_filter_state_new(filter)         one per thread
 *	flow_filter_select(state, batch, &sel)        the rows that pass
 *
 * The filter is read-only and shared by threads.  A state caches results for the
 * last dictionaries (by their serial), so that an address is tested once per
 * dictionary entry, not once per row.
 *
 * Meaning of nulls: a comparison with an absent value is false, also `!=`;
 * `not (...)` is plain negation of the outcome.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/status.h"
#include "net/geo.h"
#include "record/batch.h"
#include "record/filter_bounds.h"
#include "record/field.h"
#include "record/name_set.h"
#include "record/select.h"
#include "time/stamp.h"

struct flow_filter;
struct flow_filter_state;

/* All zero (or NULL) is the default. */
struct flow_filter_options {
	bool no_resolve;	/* host names are errors instead of questions to the resolver */
	bool no_files;		/* @include and sets from files are errors */
	const struct flow_geo *geo;	/* for countries and the like; outlives the filter; NULL: none */
	enum stamp_zone zone;	/* whose time it is where a text gives no zone */
	int64_t now_ms;		/* what relative times count from; 0: the clock */
	/*
	 * As in files of nfdump, 0 stands for absent numbers of AS, interface, mask, VLAN and the like, where the
	 * flow has other values that nfdump stores together with it (absent_zero.c).
	 */
	bool zero_if_absent;
};

/*
 * Compiles a text.  An empty one (or one of blanks and comments) passes every
 * row.  Errors: FLOW_EINVAL for a text with a mistake, FLOW_ELIMIT for one
 * nested or included too deeply, FLOW_EIO for a file that cannot be read,
 * FLOW_ENOMEM.  err->offset is the byte of the mistake, and the message begins
 * with "LINE:COLUMN: " (or "FILE:LINE:COLUMN: " in a file; err->offset is then
 * the place where the text names that file).
 */
enum flow_status flow_filter_parse(const char *text, size_t len,
    const struct flow_filter_options *options, struct flow_filter **out, struct flow_error *err)
    NODISCARD;

/* The same for the contents of a file; err->offset is then an offset in the file. */
enum flow_status flow_filter_parse_file(const char *path, const struct flow_filter_options *options,
    struct flow_filter **out, struct flow_error *err) NODISCARD;

void flow_filter_free(struct flow_filter *f);

/*
 * Appends the line of `text` that err->offset is in and a caret below it, each with
 * a newline; long lines are cut around the caret.  Nothing if there is no offset.
 */
void flow_filter_caret(const char *text, size_t len, const struct flow_error *err,
    struct buf *out);

/* The columns that select looks at; valid as long as the filter. */
const struct flow_fieldset *flow_filter_fields(const struct flow_filter *f);

/* Whether every row passes, so that there is no need to call select. */
bool flow_filter_is_any(const struct flow_filter *f);

/* Whether it tests the number of a row (`count`): one state must see all rows, in order. */
bool flow_filter_ordered(const struct flow_filter *f);

/* Whether it depends on the rows' file (`ident`, names of interfaces). */
bool flow_filter_asks_file(const struct flow_filter *f);

/* Whether it tests names of interfaces. */
bool flow_filter_asks_names(const struct flow_filter *f);

/* What must hold for a row group to have rows that pass; valid as long as the filter. */
const struct flow_bounds *flow_filter_bounds(const struct flow_filter *f);

/* Appends the plan for people: pruning, columns, predicates in the order in which they run. */
enum flow_status flow_filter_explain(const struct flow_filter *f, struct buf *out) NODISCARD;

/* One per thread; NULL when out of memory.  The filter outlives it. */
struct flow_filter_state *flow_filter_state_new(const struct flow_filter *f) NODISCARD;
void flow_filter_state_free(struct flow_filter_state *s);

/* The identification string (flow.ident) of the file that the next batches come from; copied. */
enum flow_status flow_filter_state_ident(struct flow_filter_state *s, const char *text, size_t len)
    NODISCARD;

/* Names of interfaces, which outlive the state; NULL, as at first: none has a name. */
void flow_filter_state_names(struct flow_filter_state *s, const struct flow_names *names);

/* Sets the number (from 1) of the next batch's first row; by default select continues to count. */
void flow_filter_state_count(struct flow_filter_state *s, uint64_t first);

/*
 * Selects the rows that pass.  The batch has at most FLOW_BATCH_ROWS rows, and
 * its ADDR, MAC and TEXT columns are DICT; FLOW_EINVAL for another.  After an
 * error *sel is unspecified.
 */
enum flow_status flow_filter_select(struct flow_filter_state *s, const struct flow_batch *batch,
    struct flow_selection *sel) NODISCARD;
