/* SPDX-License-Identifier: BSD-2-Clause */
/* Compressed input comes from zlib's own deflate. */
#include "base/input.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "tap.h"

#define PLAIN_BYTES ((size_t)3000000)

static char path[64];
static uint8_t *plain;

static void
write_file(const void *bytes, size_t len)
{
	FILE *f = fopen(path, "wb");

	if (f == NULL || fwrite(bytes, 1, len, f) != len || fclose(f) != 0)
		exit(1);
}

/* One gzip member of plain[from, to); its length. */
static size_t
pack(size_t from, size_t to, uint8_t *out, size_t room)
{
	z_stream z = { 0 };

	if (deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		exit(1);
	z.next_in = plain + from;
	z.avail_in = (uInt)(to - from);
	z.next_out = out;
	z.avail_out = (uInt)room;
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		exit(1);
	(void)deflateEnd(&z);
	return room - z.avail_out;
}

/* Reads all in odd steps; how many bytes are plain's, and how it ended. */
static size_t
read_all(enum flow_status *st)
{
	struct input *in;
	const uint8_t *p;
	struct flow_error err;
	size_t at = 0, step = 1;

	if ((*st = input_open(path, &in, &err)) != FLOW_OK)
		return 0;
	while ((*st = input_peek(in, step, &p, &err)) == FLOW_OK) {
		if (at + step > PLAIN_BYTES || memcmp(p, plain + at, step) != 0)
			break;
		input_skip(in, step);
		at += step;
		step = step * 7 % 65521;
	}
	while (*st == FLOW_ETRUNCATED && (*st = input_peek(in, 1, &p, &err)) == FLOW_OK &&
	    at < PLAIN_BYTES && *p == plain[at]) {
		input_skip(in, 1);
		at++;
		*st = FLOW_ETRUNCATED;
	}
	is_uint(input_offset(in), at);
	input_close(in);
	return at;
}

static void
test_files(uint8_t *packed, size_t room)
{
	enum flow_status st;
	size_t first, len;

	write_file(plain, PLAIN_BYTES);
	is_uint(read_all(&st), PLAIN_BYTES);
	is_int(st, FLOW_END);
	first = pack(0, 1000001, packed, room);
	len = first + pack(1000001, PLAIN_BYTES, packed + first, room - first);
	write_file(packed, len);
	is_uint(read_all(&st), PLAIN_BYTES);
	is_int(st, FLOW_END);
	write_file(packed, first);
	is_uint(read_all(&st), 1000001);
	is_int(st, FLOW_END);
	/* Without its last byte a member is cut, whatever it has given. */
	write_file(packed, len - 1);
	ok(read_all(&st) <= PLAIN_BYTES);
	is_int(st, FLOW_ETRUNCATED);
	packed[first / 2] ^= 0x55;
	write_file(packed, len);
	ok(read_all(&st) < PLAIN_BYTES);
	ok(st != FLOW_OK && st != FLOW_END);
	write_file("\x1f", 1);
	ok(read_all(&st) == 0);
	write_file("", 0);
	is_uint(read_all(&st), 0);
	is_int(st, FLOW_END);
	(void)unlink(path);
	ok(input_open(path, &(struct input *){ NULL }, NULL) == FLOW_EIO);
}

static void
test_memory(void)
{
	struct input *in = input_memory("abcdef", 6);
	const uint8_t *p;

	ok(in != NULL && input_peek(in, 4, &p, NULL) == FLOW_OK && memcmp(p, "abcd", 4) == 0);
	input_skip(in, 4);
	ok(input_peek(in, 3, &p, NULL) == FLOW_ETRUNCATED);
	is_uint(input_ready(in), 2);
	ok(input_discard(in, 1, NULL) == FLOW_OK);
	ok(input_discard(in, 2, NULL) == FLOW_ETRUNCATED);
	ok(input_peek(in, 1, &p, NULL) == FLOW_END);
	is_uint(input_offset(in), 6);
	input_close(in);
	input_close(NULL);
}

int
main(void)
{
	size_t room = PLAIN_BYTES + 10000, i;
	uint8_t *packed = malloc(room);
	uint32_t x = 1;

	plain = malloc(PLAIN_BYTES);
	(void)snprintf(path, sizeof(path), "test_input.%ld", (long)getpid());
	if (packed == NULL || plain == NULL)
		return 1;
	for (i = 0; i < PLAIN_BYTES; i++) {
		x = x * 1664525 + 1013904223;
		plain[i] = (uint8_t)(x >> 28);
	}
	test_files(packed, room);
	test_memory();
	free(packed);
	free(plain);
	return tap_done();
}
