/* SPDX-License-Identifier: BSD-2-Clause */
/* Row groups copied as they stand: a copy of a file is that file, and damage is not passed on. */
#include "store/group_copy.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "parquet/file_inner.h"
#include "record/builder.h"
#include "store/verify.h"
#include "tap.h"

#define ROWS 20000
#define GROUPS 3

static char folder[] = "/tmp/test_copy.XXXXXX";
static char one[64], two[64];

/* Rows of one row group: many and few addresses, nulls in other rows of each. */
static void
fill(struct flow_builder *b, size_t group)
{
	int64_t *bytes = flow_builder_flat(b, FLOW_FIELD_BYTES, ROWS);
	uint32_t *in_if = flow_builder_flat(b, FLOW_FIELD_IN_IF, ROWS);
	struct addr *src = flow_builder_flat(b, FLOW_FIELD_SRC_ADDR, ROWS);
	struct addr *dst = flow_builder_flat(b, FLOW_FIELD_DST_ADDR, ROWS);
	bool good = true;

	for (size_t i = 0; i < ROWS; i++) {
		bytes[i] = (int64_t)(i * 2654435761u % 1000000) << (group * 20);
		in_if[i] = (uint32_t)(i % 7);
		if (i % 3 == group)
			good = good && flow_builder_null(b, FLOW_FIELD_IN_IF, i) == FLOW_OK;
		src[i] = addr_from_v4(0xc0000000u + (uint32_t)(i * (group + 1) % 15000));
		dst[i] = addr_from_v4(0x0a000000u + (uint32_t)(i % 40));
	}
	flow_builder_commit(b, ROWS);
	ok(good);
}

static void
write_file(enum flow_codec codec)
{
	struct flow_writer_options options = FLOW_WRITER_OPTIONS_INIT;
	struct flow_writer *w;

	options.codec = codec;
	ok(flow_writer_open(one, &options, &w, NULL) == FLOW_OK);
	for (size_t g = 0; g < GROUPS; g++) {
		struct flow_builder *b = flow_builder_new();
		struct flow_group *group;

		ok(flow_builder_reserve(b, ROWS) == FLOW_OK);
		fill(b, g);
		ok(flow_group_encode(flow_builder_batch(b), &options, &group, NULL) == FLOW_OK);
		ok(flow_writer_append(w, group, NULL) == FLOW_OK);
		flow_builder_free(b);
	}
	ok(flow_writer_close(w, NULL) == FLOW_OK);
}

/* Copies the row groups of the first file into the second, `times` over; what the first that failed says. */
static enum flow_status
copy_file(const enum flow_codec *codec, unsigned times, struct flow_error *err)
{
	struct flow_writer_options options = FLOW_WRITER_OPTIONS_INIT;
	struct source_input input = { BUF_INIT };
	struct source source;
	struct flow_writer *w;
	enum flow_status st = source_open(&source, one, &input, NULL, err);

	if (st != FLOW_OK)
		return st;
	st = flow_writer_open(two, &options, &w, err);
	if (st != FLOW_OK) {
		source_close(&source);
		return st;
	}
	for (size_t i = 0; st == FLOW_OK && i < times * pq_file_groups(source.file); i++) {
		struct flow_group *group;

		st = group_copy(&source, i % pq_file_groups(source.file), codec, &group, err);
		if (st == FLOW_OK)
			st = flow_writer_append(w, group, err);
	}
	source_close(&source);
	if (st == FLOW_OK)
		return flow_writer_close(w, err);
	flow_writer_abort(w);
	return st;
}

/* Whether all but flow.stats, which are counted by the caller, is the same to the byte. */
static void
pages_are_same(void)
{
	struct source_input input = { BUF_INIT };
	struct source a, b;
	uint8_t *x, *y;
	size_t len;

	ok(source_open(&a, one, &input, NULL, NULL) == FLOW_OK);
	ok(source_open(&b, two, &input, NULL, NULL) == FLOW_OK);
	is_uint(pq_file_groups(b.file), GROUPS);
	for (size_t g = 0; g < GROUPS; g++) {
		/* Chunks, their indexes' places, Bloom filters, statistics: what the footer says of them. */
		len = (size_t)(a.file->group[g].chunk[FLOW_FIELD_STORED - 1].head -
		    a.file->group[g].chunk[0].head);

		is_mem(b.file->group[g].chunk[0].head, len, a.file->group[g].chunk[0].head, len);
	}
	/* What stands before the footer. */
	len = (size_t)a.file->footer_offset;
	x = malloc(len);
	y = malloc(len);
	is_uint(b.file->footer_offset, len);
	ok(pread(a.fd, x, len, 0) == (ssize_t)len && pread(b.fd, y, len, 0) == (ssize_t)len);
	ok(memcmp(x, y, len) == 0);
	free(x);
	free(y);
	source_close(&a);
	source_close(&b);
}

static void
test_same(void)
{
	static const enum flow_codec codecs[] = { FLOW_CODEC_LZ4, FLOW_CODEC_GZIP, FLOW_CODEC_NONE };
	const enum flow_codec other = FLOW_CODEC_ZSTD;
	struct flow_error err;

	for (size_t i = 0; i < 3; i++) {
		write_file(codecs[i]);
		ok(copy_file(NULL, 1, &err) == FLOW_OK);
		pages_are_same();
		ok(copy_file(&codecs[i], 1, &err) == FLOW_OK);
		ok(copy_file(&other, 1, &err) == FLOW_EUNSUPPORTED);
	}
}

/* But for the sums of its rows, which nobody counted here. */
static bool
is_good(const char *path)
{
	struct flow_error err = { .message = "" };
	uint64_t rows;

	return flow_verify(path, &rows, &err) == FLOW_OK || strstr(err.message, "flow.stats says") != NULL;
}

static void
test_moved(void)
{
	struct flow_error err;

	write_file(FLOW_CODEC_LZ4);
	ok(copy_file(NULL, 4, &err) == FLOW_OK);
	ok(is_good(two));
}

/* Every so many bytes one bit is turned: in pages it is found, elsewhere nothing good becomes bad. */
static void
test_damage(void)
{
	size_t unseen = 0, worse = 0, seen = 0, in_pages = 0, begin, end;
	struct source_input input = { BUF_INIT };
	struct source source;
	struct flow_error err;
	bool turned = true;
	int fd;

	write_file(FLOW_CODEC_LZ4);
	ok(source_open(&source, one, &input, NULL, NULL) == FLOW_OK);
	begin = (size_t)source.file->group[1].chunk[FLOW_FIELD_SRC_ADDR].begin -
	    (size_t)source.file->group[1].chunk[FLOW_FIELD_SRC_ADDR].dict_index_bytes;
	end = (size_t)source.file->group[1].chunk[FLOW_FIELD_SRC_ADDR].begin +
	    (size_t)source.file->group[1].chunk[FLOW_FIELD_SRC_ADDR].bytes;
	fd = open(one, O_RDWR | O_CLOEXEC);
	for (size_t at = 4; at < source.file->bytes; at += at >= begin && at < end ? 251 : 1999) {
		uint8_t was = 0, wrong;
		bool good;

		turned = turned && pread(fd, &was, 1, (off_t)at) == 1;
		wrong = (uint8_t)(was ^ 1u << at % 8);
		turned = turned && pwrite(fd, &wrong, 1, (off_t)at) == 1;
		good = is_good(one);
		if (copy_file(NULL, 1, &err) == FLOW_OK) {
			unseen += at >= begin && at < end;
			worse += good && !is_good(two);
		} else {
			seen++;
		}
		in_pages += at >= begin && at < end;
		turned = turned && pwrite(fd, &was, 1, (off_t)at) == 1;
	}
	ok(turned);
	is_uint(unseen, 0);
	is_uint(worse, 0);
	ok(seen >= in_pages && in_pages > 100);
	(void)close(fd);
	source_close(&source);
}

int
main(void)
{
	ok(mkdtemp(folder) != NULL);
	(void)snprintf(one, sizeof(one), "%s/one.parquet", folder);
	(void)snprintf(two, sizeof(two), "%s/two.parquet", folder);
	test_same();
	test_moved();
	test_damage();
	(void)unlink(one);
	(void)unlink(two);
	(void)rmdir(folder);
	return tap_done();
}
