/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * What a record of an export looks like, and rows turned into such records,
 * column by column:
 *
 *	layout   element 22   21   8    12   ...
 *	record   [first][last][src][dst]...        `size` bytes, network byte order
 */

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "net/addr.h"
#include "record/batch.h"

enum encode_form {
	ENCODE_NUMBER,	/* what does not fit becomes the greatest that does */
	ENCODE_AS,	/* what does not fit becomes AS_TRANS */
	ENCODE_BITS,	/* the low bits */
	ENCODE_COUNTER,	/* divided by the sampling rate */
	ENCODE_UPTIME,	/* ms since boot, modulo 2^32 */
	ENCODE_ADDR4,	/* 0.0.0.0 for an IPv6 address */
	ENCODE_ADDR6,	/* :: for an IPv4 address */
	ENCODE_ZERO,	/* padding */
};

struct encode_field {
	uint16_t element;	/* of the template; 0 where there is none */
	uint8_t width;		/* bytes, at most 8 but for addresses */
	enum encode_form form;
	enum flow_field field;
};

struct encode_layout {
	const struct encode_field *field;
	size_t fields;
	size_t size;		/* the widths' sum */
};

/* What the values of a record depend on besides its row. */
struct encode_context {
	int64_t boot_ms;
	uint32_t sampling;	/* >= 1 */
};

/* The IPv4 and the IPv6 template of a version, 9 or 10, and the records of v5. */
extern const struct encode_layout encode_v9_ipv4, encode_v9_ipv6;
extern const struct encode_layout encode_ipfix_ipv4, encode_ipfix_ipv6;
extern const struct encode_layout encode_v5;

/*
 * The addresses of dictionaries, parsed once for each.  Texts that are no
 * address become ::.
 */
struct encode_addrs {
	uint64_t serial[FLOW_FIELD_COUNT];	/* 0: nothing cached */
	struct addr *addr[FLOW_FIELD_COUNT];
};

void encode_addrs_release(struct encode_addrs *a);

/* Parses the dictionaries of the address columns that the encoder uses; FLOW_ENOMEM. */
enum flow_status encode_addrs_prepare(struct encode_addrs *a, const struct flow_batch *batch)
    NODISCARD;

/* The address of a row, addr_any4 where it is null; the column must be prepared. */
struct addr encode_addr(const struct encode_addrs *a, const struct flow_batch *batch,
    enum flow_field field, size_t row);

/* Writes `count` records, of the rows row[i], at `out` (room count * layout->size). */
void encode_records(const struct encode_layout *layout, const struct encode_context *context,
    const struct encode_addrs *addrs, const struct flow_batch *batch, const uint32_t *row,
    size_t count, uint8_t *out);
