/* SPDX-License-Identifier: BSD-2-Clause */
/* Bloom filters of a file: part of file_read.h. */
#include <stdlib.h>

#include "parquet/meta/bloom.h"
#include "parquet/file_inner.h"
#include "parquet/meta/thrift.h"

/* The most bytes of a BloomFilterHeader. */
#define HEADER_BYTES_MAX 256

/*
 * Reads the BloomFilterHeader before the bits; both together have `len` bytes.  False if the filter cannot be
 * used.
 */
static bool
bloom_header(struct cursor in, uint64_t len, size_t *head_bytes, uint64_t *bytes)
{
	struct thrift_reader t = { .in = in };
	struct thrift_field f, g;
	int64_t told = 0;
	bool known = true;

	thrift_struct(&t);
	while (thrift_field(&t, &f)) {
		if (f.id == 1) {
			told = thrift_read_int(&t, &f);
		} else if (f.id >= 2 && f.id <= 4 && f.type == THRIFT_STRUCT) {
			/* Each union has one member that is defined, the first. */
			thrift_struct(&t);
			while (thrift_field(&t, &g)) {
				known &= g.id == 1;
				thrift_skip(&t, &g);
			}
		} else {
			thrift_skip(&t, &f);
		}
	}
	if (!known || cursor_failed(&t.in) || told < BLOOM_BLOCK_BYTES ||
	    told % BLOOM_BLOCK_BYTES != 0)
		return false;
	*head_bytes = cursor_offset(&t.in);
	*bytes = (uint64_t)told;
	return *bytes <= len - *head_bytes;
}

/* Finds the bits of a chunk's filter: *bytes of them at *offset; 0 bytes: no filter. */
static enum flow_status
find_bits(const struct pq_file *file, size_t group, size_t column, uint64_t *offset, uint64_t *bytes,
    struct flow_error *err)
{
	const struct file_chunk *c = &file->group[group].chunk[column];
	uint64_t at = (uint64_t)c->bloom_offset, len = (uint64_t)c->bloom_bytes;
	uint8_t head[HEADER_BYTES_MAX];
	enum flow_status st;
	size_t head_len;

	*bytes = 0;
	if (c->bloom_offset <= 0 || c->bloom_bytes <= 0)
		return FLOW_OK;
	if (at > file->bytes || len > file->bytes - at)
		return flow_fail(err, FLOW_EFORMAT, c->bloom_offset,
		    "the Bloom filter of column %s lies outside the file",
		    file->column[column].column.name);
	head_len = len < sizeof(head) ? (size_t)len : sizeof(head);
	st = file_read_at(file, at, head_len, head, err);
	if (st == FLOW_OK && !bloom_header(cursor_make(head, head_len), len, &head_len, bytes))
		*bytes = 0;
	*offset = at + head_len;
	return st;
}

enum flow_status
pq_bloom_may_hold(const struct pq_file *file, size_t group, size_t column,
    const struct flow_text *text, size_t count, bool *may, struct flow_error *err)
{
	uint8_t block[BLOOM_BLOCK_BYTES];
	uint64_t offset, bytes;
	enum flow_status st = find_bits(file, group, column, &offset, &bytes, err);
	size_t i;

	*may = true;
	if (st != FLOW_OK || bytes == 0)
		return st;
	*may = false;
	for (i = 0; i < count && !*may && st == FLOW_OK; i++) {
		uint64_t hash = bloom_hash(text[i].p, text[i].len);

		st = file_read_at(file, offset + bloom_block(bytes, hash), sizeof(block), block, err);
		*may = st != FLOW_OK || bloom_check(block, sizeof(block), hash);
	}
	return st;
}

struct pq_bloom {
	size_t bytes;
	uint8_t bits[];
};

enum flow_status
pq_bloom_read(const struct pq_file *file, size_t group, size_t column, struct pq_bloom **bloom,
    struct flow_error *err)
{
	uint64_t offset, bytes;
	enum flow_status st = find_bits(file, group, column, &offset, &bytes, err);
	struct pq_bloom *b;

	*bloom = NULL;
	if (st != FLOW_OK || bytes == 0)
		return st;
	b = malloc(sizeof(*b) + (size_t)bytes);
	if (b == NULL)
		return flow_fail_memory(err);
	b->bytes = (size_t)bytes;
	st = file_read_at(file, offset, b->bytes, b->bits, err);
	if (st == FLOW_OK)
		*bloom = b;
	else
		free(b);
	return st;
}

void
pq_bloom_free(struct pq_bloom *bloom)
{
	free(bloom);
}

const uint8_t *
pq_bloom_bits(const struct pq_bloom *bloom, size_t *bytes)
{
	*bytes = bloom->bytes;
	return bloom->bits;
}

bool
pq_bloom_check(const struct pq_bloom *bloom, const struct flow_text *text)
{
	return bloom_check(bloom->bits, bloom->bytes, bloom_hash(text->p, text->len));
}
