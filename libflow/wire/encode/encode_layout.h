/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * What a record of an export looks like, and rows turned into such records,
 * column by column:
 *
 *	layout   element 22   21   8    12   ...
 *	record   [first][last][src][dst]...        `size` bytes, network byte order
 */

#include <stdbool.h>
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
	ENCODE_SECONDS,	/* of a time in ms */
	ENCODE_NTP,	/* of a time in ms: seconds since 1900, and fractions of 2^-32 s */
	ENCODE_ADDR4,	/* 0.0.0.0 for an IPv6 address */
	ENCODE_ADDR6,	/* :: for an IPv4 address */
	ENCODE_TEXT,	/* cut off, or padded with NULs */
	ENCODE_ACL,	/* of a text "id-ace-hash", three words of 4 bytes */
	ENCODE_MILLIS,	/* of microseconds */
	ENCODE_APPLICATION,	/* of a text engine:selector, RFC 6759: a byte, then the rest */
	ENCODE_ICMP,	/* type << 8 | code */
	ENCODE_DURATION,	/* ms from the column FIRST to LAST */
	ENCODE_DELTA,	/* of a time in ms: microseconds before the second of the row's export */
	ENCODE_RATE,	/* the sampling rate, less `value` */
	ENCODE_PROBABILITY,	/* 1 / the sampling rate, as a double */
	ENCODE_DOMAIN,	/* observation domain, source id */
	ENCODE_TEMPLATE,	/* the id of the first template */
	ENCODE_SUBJECT,	/* of option data: the number of what the record is about */
	ENCODE_BOOT,	/* when the exporter booted, in ms */
	ENCODE_EXPORTER,	/* its address, of 4 or 16 bytes */
	ENCODE_CONSTANT,	/* `value`, or the bytes of `text` padded with NULs */
	ENCODE_ZERO,	/* padding */
};

struct encode_field {
	uint16_t element;	/* of the template; 0 where there is none */
	uint16_t width;		/* bytes of the value; numbers have at most 8 */
	enum encode_form form;
	enum flow_field field;
	uint32_t pen;		/* 0: IANA's, or a number of v9 */
	uint8_t prefix;		/* bytes before the value that tell its length: 0, or of variable length 1 or 3 */
	uint64_t value;		/* CONSTANT, RATE */
	const char *text;	/* CONSTANT: NULL for a number */
};

struct encode_layout {
	const struct encode_field *field;
	size_t fields;
	size_t size;		/* the widths' and prefixes' sum */
};

/* What the values of a record depend on besides its row. */
struct encode_context {
	int64_t boot_ms;
	uint32_t sampling;	/* >= 1; what is announced */
	struct addr exporter;
	uint32_t domain;
	uint16_t template;	/* the first one's id */
	uint32_t subject;
};

/*
 * The addresses of dictionaries, parsed once for each.  Texts that are no
 * address become ::.
 */
struct encode_addrs {
	uint64_t serial[FLOW_FIELD_COUNT];	/* 0: nothing cached */
	struct addr *addr[FLOW_FIELD_COUNT];
	uint8_t families[FLOW_FIELD_COUNT];	/* that it has: bit 0 IPv4, bit 1 IPv6 */
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

/* Writes what depends on the context alone, f->width bytes; false where a value is a row's. */
bool encode_same(const struct encode_field *f, const struct encode_context *context, uint8_t *out);

/* A number, or a MAC, of one row; 0 where there is none. */
uint64_t encode_number(const struct flow_batch *batch, enum flow_field field, size_t row);
