/* SPDX-License-Identifier: BSD-2-Clause */
#include "collect/journal_scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/pcap_write.h"
#include "collect/collect_helper.h"
#include "collect/datagram_record.h"
#include "tap.h"

#define HEADER 24
#define RECORD (16 + 14 + 20 + 8 + 72)
#define RECORDS 100
#define MS INT64_C(1700000000000)

static char *directory;

static void
make(struct buf *out)
{
	uint32_t i;

	pcap_write_header(out);
	for (i = 0; i < RECORDS; i++) {
		struct flow_datagram d = test_v5(i, MS + i);

		datagram_record(out, &d, 9995);
	}
}

struct result {
	unsigned read;
	bool seen[RECORDS];
	struct journal_damage damage;
};

static struct result
scan(const struct buf *bytes)
{
	struct result r = { .read = 0 };
	struct journal_scan *s;
	struct flow_datagram d;
	struct flow_error err;
	char path[1000];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/x", directory);
	file = fopen(path, "w");
	(void)fwrite(bytes->data, 1, bytes->len, file);
	(void)fclose(file);
	is_int(journal_scan_open(path, &s, &err), FLOW_OK);
	while (journal_scan_next(s, &d)) {
		r.read++;
		r.seen[test_v5_number(&d)] = true;
	}
	r.damage = *journal_scan_damage(s);
	journal_scan_close(s);
	return r;
}

static void
test_whole(void)
{
	struct buf b = BUF_INIT;
	struct result r;

	make(&b);
	r = scan(&b);
	is_uint(r.read, RECORDS);
	is_uint(r.damage.places, 0);
	is_uint(r.damage.cut, 0);
	buf_release(&b);
}

/* A kill cuts a file anywhere: what is whole is read, and nothing is called damage. */
static void
test_cut(void)
{
	struct buf b = BUF_INIT;
	size_t len;

	make(&b);
	for (len = 0; len <= HEADER + 3 * RECORD; len++) {
		struct buf cut = { b.data, len, b.cap, false };
		struct result r = scan(&cut);
		size_t body = len < HEADER ? 0 : len - HEADER;

		is_uint(r.read, body / RECORD);
		is_uint(r.damage.places, 0);
		is_uint(r.damage.cut, len < HEADER ? len : body % RECORD);
	}
	buf_release(&b);
}

/* One byte of one record, wherever it is: that record is lost, no other. */
static void
test_one_byte(void)
{
	struct buf b = BUF_INIT;
	size_t at;

	make(&b);
	/* Not the time (4 bytes of seconds, 4 below), nor Ethernet's addresses: they carry no check. */
	for (at = HEADER + 50 * RECORD + 8; at < HEADER + 51 * RECORD; at++) {
		size_t within = at - HEADER - 50 * RECORD;
		struct result r;

		if (within >= 16 && within < 28)
			continue;
		b.data[at] ^= 0x55;
		r = scan(&b);
		is_uint(r.read, RECORDS - 1);
		ok(!r.seen[50]);
		is_uint(r.damage.places, 1);
		is_uint(r.damage.bytes, RECORD);
		is_int(r.damage.first, HEADER + 50 * RECORD);
		b.data[at] ^= 0x55;
	}
	buf_release(&b);
}

/* Both lengths, alike: the record claims what follows it, or more than the file has. */
static void
test_length(void)
{
	static const uint8_t claim[][4] = { { 200, 0, 0, 0 }, { 0, 20, 0, 0 }, { 0, 255, 0, 0 },
		{ 255, 255, 255, 255 }, { 0, 0, 0, 0 } };
	size_t i;

	for (i = 0; i < sizeof(claim) / sizeof(claim[0]); i++) {
		struct buf b = BUF_INIT;
		struct result r;

		make(&b);
		memcpy(b.data + HEADER + 97 * RECORD + 8, claim[i], 4);
		memcpy(b.data + HEADER + 97 * RECORD + 12, claim[i], 4);
		r = scan(&b);
		is_uint(r.read, RECORDS - 1);
		is_uint(r.damage.places, 1);
		buf_release(&b);
	}
}

/* Zeros in the middle, and at the begin: a disk that forgot, or was overwritten. */
static void
test_zeros(void)
{
	static const struct { size_t from, to, read; } cases[] = {
		{ HEADER + 10 * RECORD + 5, HEADER + 12 * RECORD + 1, RECORDS - 2 },
		{ 0, HEADER, RECORDS },
		{ 0, HEADER + 1, RECORDS - 1 },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf b = BUF_INIT;
		struct result r;

		make(&b);
		memset(b.data + cases[i].from, 0, cases[i].to - cases[i].from);
		r = scan(&b);
		/* The first byte of a record is of a time, which carries no check. */
		is_uint(r.read, i == 2 ? RECORDS : cases[i].read);
		is_uint(r.damage.places, 1);
		buf_release(&b);
	}
}

/* Damage that is longer than what is read at once, and whose end lies anywhere in that. */
static void
test_long_damage(void)
{
	size_t more;

	for (more = 0; more < 300; more += 7) {
		struct buf b = BUF_INIT;
		struct result r;
		size_t len;

		make(&b);
		len = b.len;
		(void)buf_reserve(&b, ((size_t)1 << 20) + len);
		memset(b.data + len, more % 2 == 0 ? 0 : 0xee, ((size_t)1 << 20) - RECORDS / 2 * RECORD + more);
		b.len += ((size_t)1 << 20) - RECORDS / 2 * RECORD + more;
		memcpy(b.data + b.len, b.data + HEADER, len - HEADER);
		b.len += len - HEADER;
		r = scan(&b);
		is_uint(r.read, 2 * RECORDS);
		is_uint(r.damage.places, 1);
		is_uint(r.damage.bytes, ((size_t)1 << 20) - RECORDS / 2 * RECORD + more);
		buf_release(&b);
	}
}

/*
 * Zeros to the end, as a power cut leaves them: from a record on, from a sector on (the first one behind
 * record 40 begins at byte 5632), from a block on, behind the last record, and all of the file.
 */
static void
test_unwritten(void)
{
	static const struct { size_t from, more, read, unwritten; } cases[] = {
		{ HEADER + 90 * RECORD, 0, 90, 10 * RECORD },
		{ 5632, 0, 43, 57 * RECORD },
		{ 8192, 70000, 62, 38 * RECORD + 70000 },
		{ HEADER + RECORDS * RECORD, 3 << 20, RECORDS, 3 << 20 },
		{ HEADER, 0, 0, RECORDS * RECORD },
		{ 0, 100000, 0, HEADER + RECORDS * RECORD + 100000 },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf b = BUF_INIT;
		struct result r;

		make(&b);
		(void)buf_reserve(&b, cases[i].more);
		b.len += cases[i].more;
		memset(b.data + cases[i].from, 0, b.len - cases[i].from);
		r = scan(&b);
		is_uint(r.read, cases[i].read);
		is_uint(r.damage.places, 0);
		is_uint(r.damage.cut, 0);
		is_uint(r.damage.unwritten, cases[i].unwritten);
		buf_release(&b);
	}
}

/* Neither are zeros that begin within a sector, nor those far behind what is no record. */
static void
test_not_unwritten(void)
{
	struct buf b = BUF_INIT;
	struct result r;

	make(&b);
	memset(b.data + HEADER + 99 * RECORD + 20, 0, RECORD - 20 - 1);
	r = scan(&b);
	is_uint(r.damage.places, 1);
	is_uint(r.damage.unwritten, 0);
	b.len = HEADER + 10 * RECORD;
	(void)buf_reserve(&b, 200000);
	memset(b.data + b.len, 0xee, 100000);
	memset(b.data + b.len + 100000, 0, 100000);
	b.len += 200000;
	r = scan(&b);
	is_uint(r.read, 10);
	is_uint(r.damage.places, 1);
	is_uint(r.damage.unwritten, 0);
	buf_release(&b);
}

int
main(void)
{
	directory = test_directory();
	test_whole();
	test_cut();
	test_one_byte();
	test_length();
	test_zeros();
	test_long_damage();
	test_unwritten();
	test_not_unwritten();
	test_directory_remove(directory);
	return tap_done();
}
