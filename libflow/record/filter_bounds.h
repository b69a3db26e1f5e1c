/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * What a query says about whole row groups and pages: the word that filter
 * and store share.  A conjunction of clauses, each a disjunction of bounds;
 * a group in which some clause cannot hold for any row may be skipped.  Bounds
 * are necessary conditions: the filter still runs on what is read.
 *
 *	(src_addr in {192.0.2.1} or dst_addr in {192.0.2.1}) and (bytes in [1000, max])
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record/batch.h"
#include "record/field.h"

struct flow_bound {
	enum flow_field field;
	/* Numbers: the value lies in [lo, hi]; nulls never match. */
	uint64_t lo, hi;
	/* Text types: the value is one of these canonical texts (count > 0). */
	const struct flow_text *text;
	size_t text_count;
	/*
	 * The query asks nothing else of the column than whether it is one of these, and takes
	 * null for no: where none of them occurs, it need not be read.
	 */
	bool sole;
};

struct flow_clause {
	const struct flow_bound *bound;
	size_t count;
};

struct flow_bounds {
	const struct flow_clause *clause;	/* count may be 0: nothing is known */
	size_t count;
};
