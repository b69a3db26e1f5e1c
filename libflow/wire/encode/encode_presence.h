/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Which fields of a layout a row has a value for.  A device that omits what is absent
 * (doc/flowgen.md) sends each such pattern in a template of its own:
 *
 *	layout    src4  src6  port  as
 *	pattern   1     0     1     0      a row of IPv4 without an AS
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/encode/encode_layout.h"

/* Most fields of a layout. */
#define ENCODE_FIELDS_MAX 256

struct encode_pattern {
	uint64_t word[ENCODE_FIELDS_MAX / 64];	/* bit i: field i */
};

/* What the columns of one batch tell of one layout. */
struct encode_presence {
	struct encode_pattern likely;	/* but for the doubts: fields that all rows have */
	size_t doubts;
	struct encode_doubt {
		const uint64_t *valid;	/* of the column; NULL: all rows have a value */
		const struct addr *addr;	/* where the family counts: of rows, or of codes */
		const uint32_t *codes;	/* NULL: of rows */
		uint8_t field;		/* of the layout */
		uint8_t family;		/* has a value only of that family: 4, 6; 0: of any */
	} doubt[ENCODE_FIELDS_MAX];
};

/* Every field of the layout. */
void encode_pattern_all(const struct encode_layout *layout, struct encode_pattern *out);

/* Those whose column has a value in every row of every archive, and what depends on no row. */
void encode_pattern_required(const struct encode_layout *layout, struct encode_pattern *out);

/* Whether the layout has a column twice, as an address of IPv4 and one of IPv6: no row has all of it. */
bool encode_layout_has_both(const struct encode_layout *layout);

/*
 * Looks at the batch's columns, not at its rows; addresses of dictionaries must be prepared.  An
 * address of the other family than its element's is absent.  Two exceptions: source and
 * destination become IPv4-mapped where the layout has them as IPv6 alone, and FLAT addresses, which
 * no archive has, are taken to be of the element's family where the layout has one element of the column.
 */
void encode_presence_begin(struct encode_presence *p, const struct encode_layout *layout,
    const struct encode_addrs *addrs, const struct flow_batch *batch);

/* The pattern of one row of that batch. */
void encode_presence_row(const struct encode_presence *p, size_t row, struct encode_pattern *out);

/* Fields of the pattern. */
size_t encode_pattern_count(const struct encode_pattern *p);

/* Whether `all` has every field of `some`. */
bool encode_pattern_within(const struct encode_pattern *some, const struct encode_pattern *all);
