/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Layouts of NetFlow v1, v5, v7 and v8, whose records have no templates. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"
#include "record/field.h"

/* One field of a record. */
struct fixed_field {
	uint16_t offset;
	uint8_t len;
	uint8_t field;		/* enum flow_field, or one of the roles below */
};

#define FIXED_FIRST (FLOW_FIELD_COUNT + 1)	/* uptime */
#define FIXED_LAST (FLOW_FIELD_COUNT + 2)

/* A field without a column: a number, or an IPv4 address. */
struct fixed_extra {
	uint16_t offset;
	uint8_t len;
	bool address;
	const char *name;	/* its member of `extra` */
};

/* A record: its length, the fields that have a column, and others. */
struct fixed_layout {
	uint16_t record_len;
	uint16_t fields;
	const struct fixed_field *field;
	uint16_t extras;
	const struct fixed_extra *extra;
};

/* The router that a Catalyst's shortcut bypassed: element 43 of NetFlow v9. */
#define FIXED_ROUTER_SC "ipv4RouterSc"

/* The layout of v8's aggregation scheme, or NULL. */
const struct fixed_layout *fixed_v8_layout(unsigned scheme);

/* The headers of all four; members that a version does not have are zero. */
struct fixed_header {
	const struct fixed_layout *layout;	/* NULL: v8 with an unknown scheme */
	uint32_t count;
	uint32_t uptime_ms;
	int64_t export_ms;
	bool has_sequence, has_engine;
	uint32_t number;
	uint8_t engine_type, engine_id;
	uint16_t sampling;	/* v5: mode in the two upper bits, then the interval */
	uint8_t scheme;		/* v8 */
};

/* Reads the header and moves the cursor behind it; false if it is cut. */
bool fixed_header_read(struct cursor *in, unsigned version, struct fixed_header *out);
