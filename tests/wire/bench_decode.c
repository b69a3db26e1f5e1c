/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench_decode [SECONDS]: how fast datagrams become columns, without a file.
 * One line per protocol: datagrams of 24 records, 21 fields (v5: its own), from
 * 1 and from 10,000 exporters.  A measurement, never a test.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "wire/decode.h"

#define RECORDS 24
#define CLEAR_ROWS 8192

/* Element and length: addresses, ports, counters, times and what routers commonly add. */
static const uint16_t template_fields[][2] = {
	{ 8, 4 }, { 12, 4 }, { 15, 4 }, { 10, 4 }, { 14, 4 }, { 2, 4 }, { 1, 4 }, { 22, 4 },
	{ 21, 4 }, { 7, 2 }, { 11, 2 }, { 4, 1 }, { 5, 1 }, { 6, 1 }, { 16, 4 }, { 17, 4 },
	{ 9, 1 }, { 13, 1 }, { 61, 1 }, { 58, 2 }, { 59, 2 },
};
#define FIELDS (sizeof(template_fields) / sizeof(template_fields[0]))

static uint32_t state = 1;

static uint8_t
noise(void)
{
	state = state * 1664525 + 1013904223;
	return (uint8_t)(state >> 24);
}

static void
put_header(struct buf *b, unsigned version, uint16_t count)
{
	buf_append_be16(b, (uint16_t)version);
	buf_append_be16(b, count);
	if (version != 10)
		buf_append_be32(b, 1000000);
	buf_append_be32(b, 1700000000);
	if (version == 5)
		buf_append_be32(b, 0);
	buf_append_be32(b, 0);
	buf_append_be32(b, 0);
}

static void
put_template(struct buf *b, unsigned version)
{
	size_t i;

	buf_append_be16(b, version == 9 ? 0 : 2);
	buf_append_be16(b, (uint16_t)(8 + 4 * FIELDS));
	buf_append_be16(b, 256);
	buf_append_be16(b, FIELDS);
	for (i = 0; i < FIELDS; i++) {
		buf_append_be16(b, template_fields[i][0]);
		buf_append_be16(b, template_fields[i][1]);
	}
}

static void
put_records(struct buf *b, unsigned version)
{
	size_t len = version == 5 ? 48 : 0, i;

	for (i = 0; i < FIELDS && version != 5; i++)
		len += template_fields[i][1];
	if (version != 5) {
		buf_append_be16(b, 256);
		buf_append_be16(b, (uint16_t)(4 + RECORDS * len));
	}
	for (i = 0; i < RECORDS * len; i++)
		buf_append_u8(b, noise());
}

static double
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void
run(unsigned version, uint32_t exporters, double seconds)
{
	struct flow_decoder *d = flow_decoder_new(NULL);
	struct flow_builder *out = flow_builder_new();
	struct buf templates = BUF_INIT, data = BUF_INIT;
	struct flow_datagram dg = { .transport = FLOW_UDP, .port = 2055,
		.received_ms = INT64_C(1700000001000) };
	double begin, end;
	uint64_t flows = 0;
	uint32_t e = 0;

	put_header(&templates, version, 1);
	if (version != 5)
		put_template(&templates, version);
	put_header(&data, version, RECORDS);
	put_records(&data, version);
	if (version == 10) {
		store_be16(templates.data + 2, (uint16_t)templates.len);
		store_be16(data.data + 2, (uint16_t)data.len);
	}
	if (d == NULL || out == NULL || templates.failed || data.failed)
		exit(1);
	for (; e < exporters && version != 5; e++) {
		dg.exporter = addr_from_v4(0x0a000000 + e);
		dg.bytes = templates.data;
		dg.len = templates.len;
		if (flow_decoder_datagram(d, &dg, out) != FLOW_OK)
			exit(1);
	}
	dg.bytes = data.data;
	dg.len = data.len;
	begin = now();
	do {
		for (e = 0; e < 10000; e++) {
			dg.exporter = addr_from_v4(0x0a000000 + e % exporters);
			if (flow_builder_rows(out) + RECORDS > CLEAR_ROWS)
				flow_builder_clear(out);
			if (flow_decoder_datagram(d, &dg, out) != FLOW_OK)
				exit(1);
			flows += RECORDS;
		}
		end = now();
	} while (end - begin < seconds);
	printf("v%-2u %5lu exporters: %6.1f M flows/s, %5.1f ns a flow\n", version,
	    (unsigned long)exporters, (double)flows / (end - begin) / 1e6,
	    (end - begin) * 1e9 / (double)flows);
	buf_release(&templates);
	buf_release(&data);
	flow_builder_free(out);
	flow_decoder_free(d);
}

int
main(int argc, char **argv)
{
	static const unsigned version[] = { 5, 9, 10 };
	double seconds = argc > 1 ? atof(argv[1]) : 1.0;
	size_t i;

	for (i = 0; i < sizeof(version) / sizeof(version[0]); i++) {
		run(version[i], 1, seconds);
		run(version[i], 10000, seconds);
	}
	return 0;
}
