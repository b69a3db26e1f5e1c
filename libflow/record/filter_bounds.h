/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Conditions on whole row groups and pages, which filter and store share: a
 * conjunction of clauses, each a disjunction of bounds.  A group in which some
 * clause cannot hold for any row may be skipped.  Bounds are necessary
 * conditions: the filter still runs on what is read.
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
	 * The query uses the column only to ask whether it is one of these texts, and treats null as
	 * no.  So where none of them occurs, the column need not be read.
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
