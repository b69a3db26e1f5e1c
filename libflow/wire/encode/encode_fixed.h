/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * NetFlow v1, v5, v7 and v8: a header, then records of one layout.
 * Source: Cisco, "NetFlow Export Datagram Format", and of v8 "NetFlow Services
 * Solutions Guide".  They know IPv4 only.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "wire/encode/encode_layout.h"

struct encode_fixed {
	uint8_t version;
	uint8_t scheme;		/* of v8, 1 .. 14 */
	uint8_t max_records;	/* of a datagram */
	struct encode_layout layout;
};

/* NULL: there is no such version, or scheme of v8; others have no scheme. */
const struct encode_fixed *encode_fixed_find(unsigned version, unsigned scheme);

struct encode_fixed_header {
	uint16_t records;
	int64_t time_ms;	/* of export, since 1970 */
	int64_t boot_ms;
	uint32_t sequence;
	uint16_t engine;	/* type << 8 | id */
	uint32_t sampling;	/* v5: at most 16383; 0: none */
};

void encode_fixed_header(const struct encode_fixed *f, const struct encode_fixed_header *h, struct buf *b);
