/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A datagram of every protocol, cut at every byte and with every byte changed: no crash, no overrun
 * (each is fed from memory of exactly its length), never more rows than the whole one has, and
 * what a cut one does not yield is counted.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "tap.h"
#include "wire/wire_helper.h"

#define FRAME "020000000001 020000000002 8100 0064 0800" \
	"45 10 0028 0007 0000 40 06 0000 0a000001 0a000002" \
	"04d2 0050 00000000 00000000 50 12 ffff 0000 0000"	/* 58 bytes */
#define RECORD_V1 "0a000001 0a000002 00000000 0001 0002 00000005 000001f4 000f4240 000f4240" \
	"0400 0050 0000 06 00 10 00 0000 00000000 00000000"
#define RECORD_V5 "0a000001 0a000002 00000000 0001 0002 00000005 000001f4 000f4240 000f4240" \
	"0400 0050 00 12 06 00 0001 0002 18 10 0000"

static const struct {
	const char *name;
	size_t rows;
	const char *hex;
} whole[] = {
	{ "v1", 2, "0001 0002 000f4240 6553f100 00000000" RECORD_V1 RECORD_V1 },
	{ "v5", 2, "0005 0002 000f4240 6553f100 00000000 00000009 01 02 0000" RECORD_V5 RECORD_V5 },
	{ "v7", 1, "0007 0001 000f4240 6553f100 00000000 00000009 00000000" RECORD_V5 "0a0000fe" },
	{ "v8", 1, "0008 0001 000f4240 6553f100 00000000 00000009 00 00 01 02 00000000"
	    "00000007 0000000e 00000578 000f4240 000f4240 fde8 fde9 0005 0006" },
	/* An options template, its data, a template and two records with padding. */
	{ "v9", 2, "0009 0005 000f4240 6553f100 00000001 00000007"
	    "0001 0018 0200 0004 0008 0001 0004 0030 0001 0032 0004 00 00"
	    "0200 0010 00000000 05 00000040 000000"
	    "0000 0018 0100 0004 0008 0004 0001 0004 0030 0001 0004 0001"
	    "0100 001c 0a000001 00000064 05 06 0a000002 00000065 05 11 00000000" },
	/* The same with variable lengths, an enterprise's element and a list. */
	{ "IPFIX", 2, "000a 0000 6553f100 00000001 00000007"
	    "0003 0014 0200 0002 0001 000a 0004 0052 ffff 0000"
	    "0200 0010 00000007 05 4574682f37 0000"
	    "0002 0020 0100 0005 0008 0004 0002 0004 0060 ffff 0123 ffff 8001 ffff 00007279"
	    "0100 0033 0a000001 00000001 03646e73 0d 03 0008 0004 0a000001 0a000002 02 abcd"
	    "0a000002 00000002 ff0004 68747470 00 00 00" },
	{ "sFlow v5", 1, "00000005 00000001 c0000201 00000003 00000001 000003e8 00000002"
	    "00000001 000000a4 00000001 00000007 00000400 00000000 00000000 00000007 00000008 00000003"
	    "00000001 0000004c 00000001 000005ee 00000004 0000003a" FRAME "0000"
	    "000003e9 00000010 00000064 00000000 000000c8 00000000"
	    "000003ea 00000010 00000001 0a0000fe 00000018 00000010"
	    "00000002 0000000c 00000001 00000007 00000000" },
	{ "sFlow v4", 1, "00000004 00000001 c0000201 00000001 000003e8 00000001"
	    "00000001 00000001 00000007 00000064 00000000 00000000 00000007 00000008"
	    "00000001 00000001 000005ee 0000003a" FRAME "0000"
	    "00000001 00000001 00000064 00000000 000000c8 00000000" },
};

/* Causes for which a datagram yields less than it might. */
static uint64_t
complaints(const struct wire *w)
{
	uint64_t sum = 0;
	int c;

	/* Estimated times, and what follows them, cost no row. */
	for (c = FLOW_COUNT_UNKNOWN_VERSION; c < FLOW_COUNT_TIME_ESTIMATED; c++)
		sum += wire_count(w, (enum flow_count)c);
	return sum;
}

static void
put_fitted(struct buf *b, const char *hex)
{
	put_hex(b, hex);
	if (b->data[1] == 10)
		store_be16(b->data + 2, (uint16_t)b->len);
}

/* Rows of the first `len` bytes; *noticed: something was said about them. */
static size_t
rows_of(const uint8_t *bytes, size_t len, bool *noticed)
{
	struct buf text = BUF_INIT;
	struct wire w;
	uint8_t *exact = malloc(len > 0 ? len : 1);
	size_t rows;

	wire_begin(&w, NULL);
	memcpy(exact, bytes, len);
	w.dg.bytes = exact;
	w.dg.len = len;
	if (flow_decoder_datagram(w.d, &w.dg, w.rows) != FLOW_OK)
		ok(false);
	/* What people see of it must not overrun either. */
	flow_datagram_dump(&w.dg, w.d, &text);
	rows = wire_rows(&w);
	*noticed = complaints(&w) > 0;
	buf_release(&text);
	wire_end(&w);
	free(exact);
	return rows;
}

static void
cut_everywhere(const char *name, const char *hex, size_t rows)
{
	struct buf b = BUF_INIT;
	size_t len, more = 0, silent = 0, got;
	bool noticed;

	put_fitted(&b, hex);
	got = rows_of(b.data, b.len, &noticed);
	printf("# %s: %zu bytes\n", name, b.len);
	is_uint(got, rows);
	ok(!noticed);
	for (len = 0; len < b.len; len++) {
		got = rows_of(b.data, len, &noticed);
		more += got > rows;
		silent += got < rows && !noticed;
	}
	is_uint(more, 0);
	is_uint(silent, 0);
	buf_release(&b);
}

/* Each byte as 0, 1, 127, 128, 255 and with its bits flipped. */
static void
change_everywhere(const char *hex)
{
	static const int values[] = { 0, 1, 127, 128, 255, -1 };
	struct buf b = BUF_INIT;
	size_t i, v, most = 0, rows;
	bool noticed;

	put_fitted(&b, hex);
	for (i = 0; i < b.len; i++) {
		uint8_t old = b.data[i];

		for (v = 0; v < sizeof(values) / sizeof(values[0]); v++) {
			b.data[i] = values[v] < 0 ? (uint8_t)~old : (uint8_t)values[v];
			rows = rows_of(b.data, b.len, &noticed);
			most = rows > most ? rows : most;
		}
		b.data[i] = old;
	}
	/* A byte of a datagram is at most a row. */
	ok(most <= b.len);
	buf_release(&b);
}

/* All versions with nothing but zeros, or nothing but ones, behind them. */
static void
only_a_version(void)
{
	uint8_t bytes[65507];
	size_t len, rows = 0;
	unsigned version, fill;
	bool noticed;

	for (version = 0; version < 16; version++) {
		for (fill = 0; fill < 256; fill += 255) {
			memset(bytes, (int)fill, sizeof(bytes));
			store_be16(bytes, (uint16_t)version);
			for (len = 0; len <= 64; len++)
				rows += rows_of(bytes, len, &noticed);
			(void)rows_of(bytes, sizeof(bytes), &noticed);
			/* Zeros behind a v9 header are padding (PAN-OS fills its datagrams up). */
			ok(noticed || (fill == 0 && version == 9));
		}
	}
	/* v1 and v5 with a count of 0 have no rows, those with one of 65535 are cut. */
	ok(rows <= 64);
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(whole) / sizeof(whole[0]); i++) {
		cut_everywhere(whole[i].name, whole[i].hex, whole[i].rows);
		change_everywhere(whole[i].hex);
	}
	only_a_version();
	return tap_done();
}
