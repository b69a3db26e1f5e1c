/* SPDX-License-Identifier: BSD-2-Clause */
/* Bloom filters of a file: the part of file_read.h that is about them. */
#include <stdlib.h>
#include <string.h>

#include "parquet/bloom.h"
#include "parquet/file.h"
#include "parquet/thrift.h"

struct pq_bloom {
	size_t bytes;
	uint8_t bits[];
};

/* The bits' length from a BloomFilterHeader that stands before them; 0 if it is not ours to use. */
static size_t
bloom_header(struct cursor *in)
{
	struct thrift_reader t = { .in = *in };
	struct thrift_field f, g;
	int64_t bytes = 0;
	bool known = true;

	thrift_struct(&t);
	while (thrift_field(&t, &f)) {
		if (f.id == 1) {
			bytes = thrift_read_int(&t, &f);
		} else if (f.id >= 2 && f.id <= 4 && f.type == THRIFT_STRUCT) {
			/* Of each union only the first member is defined. */
			thrift_struct(&t);
			while (thrift_field(&t, &g)) {
				known &= g.id == 1;
				thrift_skip(&t, &g);
			}
		} else {
			thrift_skip(&t, &f);
		}
	}
	*in = t.in;
	if (!known || cursor_failed(&t.in) || bytes < BLOOM_BLOCK_BYTES ||
	    bytes % BLOOM_BLOCK_BYTES != 0 || (uint64_t)bytes > cursor_left(&t.in))
		return 0;
	return (size_t)bytes;
}

enum flow_status
pq_bloom_read(const struct pq_file *file, size_t group, size_t column, struct pq_bloom **bloom,
    struct flow_error *err)
{
	const struct file_chunk *c = &file->group[group].chunk[column];
	uint64_t offset = (uint64_t)c->bloom_offset, len = (uint64_t)c->bloom_bytes;
	struct pq_bloom *b = NULL;
	struct cursor in;
	uint8_t *raw;
	size_t bytes;
	enum flow_status st;

	*bloom = NULL;
	if (c->bloom_offset <= 0 || c->bloom_bytes <= 0)
		return FLOW_OK;
	if (offset > file->bytes || len > file->bytes - offset)
		return flow_fail(err, FLOW_EFORMAT, c->bloom_offset,
		    "the Bloom filter of column %s lies outside the file",
		    file->column[column].column.name);
	raw = malloc((size_t)len);
	if (raw == NULL)
		return flow_fail_memory(err);
	st = file_read_at(file, offset, (size_t)len, raw, err);
	in = cursor_make(raw, (size_t)len);
	bytes = st == FLOW_OK ? bloom_header(&in) : 0;
	if (bytes > 0) {
		b = malloc(sizeof(*b) + bytes);
		if (b != NULL) {
			b->bytes = bytes;
			memcpy(b->bits, in.pos, bytes);
		} else {
			st = flow_fail_memory(err);
		}
	}
	free(raw);
	*bloom = b;
	return st;
}

void
pq_bloom_free(struct pq_bloom *bloom)
{
	free(bloom);
}

bool
pq_bloom_may_hold(const struct pq_bloom *bloom, const void *bytes, size_t len)
{
	return bloom_check(bloom->bits, bloom->bytes, bloom_hash(bytes, len));
}
