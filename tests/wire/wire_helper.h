/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Datagrams built by hand, and rows looked at, for the tests of wire/. */

#include "base/buf.h"
#include "record/builder.h"
#include "wire/decode.h"

/* A decoder with its rows. */
struct wire {
	struct flow_decoder *d;
	struct flow_builder *rows;
	struct flow_datagram dg;	/* what the next datagram comes with */
};

#define WIRE_RECEIVED INT64_C(1700000100000)
#define WIRE_EXPORT_S 1700000000u
#define WIRE_UPTIME 1000000u

/* From 192.0.2.1, port 1000, UDP; options may be NULL. */
void wire_begin(struct wire *w, const struct flow_decoder_options *options);
void wire_end(struct wire *w);

/* Decodes the bytes (an exact copy of them, so that sanitizers see overruns) and empties b. */
void wire_feed(struct wire *w, struct buf *b);

/* Lets time pass from dg.received_ms on, in steps that age everything. */
void wire_pass(struct wire *w, int64_t ms);

size_t wire_rows(struct wire *w);
uint64_t wire_count(const struct wire *w, enum flow_count count);

/* Values of a row; WIRE_NULL where it has none. */
#define WIRE_NULL UINT64_MAX
uint64_t wire_number(struct wire *w, enum flow_field field, size_t row);
/* Address, MAC or text as a text, "" for null; valid until the next call. */
const char *wire_text(struct wire *w, enum flow_field field, size_t row);

/* Appends 16-bit big-endian numbers, up to WIRE_STOP. */
#define WIRE_STOP (-1)
void put16(struct buf *b, ...);
/* Appends bytes given in hexadecimal, blanks skipped. */
void put_hex(struct buf *b, const char *hex);

/* Headers with WIRE_EXPORT_S and WIRE_UPTIME. */
void put_v5_header(struct buf *b, uint16_t count, uint32_t sequence, uint16_t sampling);
void put_v9_header(struct buf *b, uint16_t count, uint32_t sequence, uint32_t domain);
/* Its length is put right by wire_feed. */
void put_ipfix_header(struct buf *b, uint32_t sequence, uint32_t domain);

/* A set from here (its id) to put_set_end, which writes its length. */
size_t put_set(struct buf *b, uint16_t id);
void put_set_end(struct buf *b, size_t set);

/* Feeds a datagram of one set whose body is given in hexadecimal. */
void wire_v9(struct wire *w, uint32_t domain, uint16_t id, const char *hex);
void wire_ipfix(struct wire *w, uint32_t domain, uint16_t id, const char *hex);

/* Runs a test with a decoder of its own. */
void wire_run(void (*test)(struct wire *w), const struct flow_decoder_options *options);
