/* SPDX-License-Identifier: BSD-2-Clause */
/* The blocks of an open file, and the records in them. */
#include "history/nfdump_file.h"

#include <stdlib.h>

#include "base/bytes.h"

void
nfdump_memory_release(struct nfdump_memory *memory)
{
	free(memory->packed);
	free(memory->raw);
	*memory = (struct nfdump_memory){ NULL, NULL };
}

enum flow_status
nfdump_block_read(const struct nfdump_file *file, size_t block, struct nfdump_memory *memory, size_t *len,
    struct flow_error *err)
{
	const struct nfdump_block *b = &file->block[block];
	enum flow_status st;

	if (memory->packed == NULL)
		memory->packed = malloc(BLOCK_BYTES_MAX);
	if (memory->raw == NULL)
		memory->raw = malloc(BLOCK_BYTES_MAX);
	if (memory->packed == NULL || memory->raw == NULL)
		return flow_fail_memory(err);
	*len = b->size;
	if (b->size > BLOCK_BYTES_MAX)
		return flow_fail(err, FLOW_ECORRUPT, (int64_t)b->offset, "what is here is no block");
	if (file->codec == BLOCK_PLAIN)
		return old_bytes_read(&file->bytes, b->offset, memory->raw, b->size, err);
	st = old_bytes_read(&file->bytes, b->offset, memory->packed, b->size, err);
	if (st == FLOW_OK)
		st = block_decompress(file->codec, memory->packed, b->size, memory->raw, len, err);
	if (st != FLOW_OK && err != NULL && err->offset == FLOW_NO_OFFSET)
		err->offset = (int64_t)b->offset;
	return st;
}

enum flow_status
nfdump_record_next(const uint8_t *block, size_t len, size_t *at, struct nfdump_record *record)
{
	size_t left = len - *at;
	uint16_t size;

	if (left == 0)
		return FLOW_END;
	if (left < NFDUMP_RECORD_HEADER_BYTES)
		return FLOW_ECORRUPT;
	size = load_le16(block + *at + 2);
	if (size < NFDUMP_RECORD_HEADER_BYTES || size > left)
		return FLOW_ECORRUPT;
	*record = (struct nfdump_record){ block + *at, load_le16(block + *at), size };
	*at += size;
	return FLOW_OK;
}
