/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* A device's description, read: what the encoders go by. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "wire/encode/device.h"
#include "wire/encode/encode_layout.h"

/* Which rows a template is for; the first one that takes a row has it. */
struct encode_template {
	uint16_t id;
	uint8_t family;			/* 4, 6; 0: either */
	enum flow_field where;		/* has a value there; FLOW_FIELD_NONE: all rows */
	bool equals;			/* and it is `value` */
	uint64_t value;
	struct encode_layout layout;
};

/* How often option data has a record. */
enum encode_each {
	ENCODE_EACH_SYSTEM,		/* once */
	ENCODE_EACH_SAMPLER,		/* once, where sampling is announced */
	ENCODE_EACH_INTERFACE,
	ENCODE_EACH_VRF,
	ENCODE_EACH_APPLICATION,
};

struct encode_option {
	uint16_t id;
	enum encode_each each;
	uint16_t scopes;		/* the first so many fields; in v9 their elements are kinds of scope */
	struct encode_layout layout;
};

/* What the header of v9 counts. */
enum encode_count { ENCODE_COUNT_RECORDS, ENCODE_COUNT_SETS, ENCODE_COUNT_ONE };

struct encode_habits {
	size_t max_bytes;		/* of a datagram */
	size_t max_records;		/* of one; 0: what fits */
	enum encode_count count;
	bool no_padding;		/* sets end anywhere */
	/* rows that lack columns have templates without these; else they are sent as 0 */
	bool omit;
	uint32_t refresh_datagrams;	/* templates come again after so many */
	int64_t refresh_ms;
	int64_t uptime_ms;		/* when the first datagram leaves */
	int64_t reboot_ms;		/* it boots again after so long; 0: never */
	int64_t change_ms;		/* templates change their layout after so long; 0: never */
};

/* sFlow: which records a flow sample has, and how samples are written. */
struct encode_sflow_habits {
	bool expanded;
	bool fields;			/* sampled_ipv4 or sampled_ipv6 instead of the header */
	bool ethernet, ext_switch, ext_router, ext_gateway, ext_nat;
	uint32_t header_bytes;		/* of the packet, at most */
	int64_t counters_ms;		/* counter samples come after so long; 0: never */
};

struct flow_device {
	unsigned version, scheme;	/* 1, 5, 7, 8, 9, 10, 104, 105; scheme of v8 */
	enum flow_device_rows rows;
	struct flow_fieldset fields;
	bool tells_rate;		/* some element, or option data, has the sampling rate */
	struct encode_template *template;
	size_t templates;
	struct encode_option *option;
	size_t options;
	struct encode_habits habits;
	struct encode_sflow_habits sflow;
	struct arena *memory;		/* of fields and texts */
};
