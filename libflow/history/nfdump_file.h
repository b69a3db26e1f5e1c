/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Files of nfdump and its collectors (nfcapd, sfcapd, nfpcapd): layout 1 of version 1.6 and layout 2 of
 * version 1.7, as nfdump's own headers (nffile.h, nffileV2.h) describe them.  All numbers are in the byte order of
 * the machine that wrote the file; only little-endian files are read.
 *
 *	layout 1   header (140 bytes) | sums (136) | block | block ...
 *	layout 2   header (40) | block | block ... | blocks of the appendix: ident and sums
 *	block      NumRecords u32 | size u32 | type u16 | flags u16 | size bytes, compressed as the header says
 *	           which are records: type u16 | size u16 | ...
 *
 * An open file is read by any number of threads.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "history/block_codec.h"
#include "history/nfdump_definitions.h"
#include "history/old_about.h"
#include "history/old_bytes.h"
#include "history/old_damage.h"

struct nfdump_block {
	uint64_t offset;	/* of its bytes, behind the header */
	uint32_t size;		/* in the file */
	uint32_t records;	/* the number in the block's header */
};

struct nfdump_file {
	struct old_bytes bytes;
	unsigned layout;		/* 1 or 2 */
	enum block_codec codec;
	struct nfdump_block *block;
	size_t blocks;
	struct old_damage damage;	/* what ended the search for blocks before the file's end */
	struct old_about about;
	struct nfdump_definitions *definitions;	/* of the blocks; filled by nfdump_definitions_read */
};

/*
 * Opens a file and finds its blocks, but decompresses none.  A file whose blocks end too early is opened, and
 * file->damage says where; FLOW_EUNSUPPORTED for layout 3 and unknown ones, encrypted files, other byte orders
 * and codecs, FLOW_EFORMAT for an incomplete header.
 */
enum flow_status nfdump_file_open(const struct old_bytes *bytes, struct nfdump_file **file,
    struct flow_error *err) NODISCARD;
void nfdump_file_close(struct nfdump_file *file);

/* Buffers for a block, compressed and decompressed: BLOCK_BYTES_MAX each; begins zeroed. */
struct nfdump_memory {
	uint8_t *packed, *raw;
};

void nfdump_memory_release(struct nfdump_memory *memory);

/* Reads a block into memory->raw.  Errors (FLOW_ECORRUPT, FLOW_EIO, FLOW_ENOMEM) tell the block's offset. */
enum flow_status nfdump_block_read(const struct nfdump_file *file, size_t block, struct nfdump_memory *memory,
    size_t *len, struct flow_error *err) NODISCARD;

/* A record within a block; its header is its type and size. */
#define NFDUMP_RECORD_HEADER_BYTES 4

struct nfdump_record {
	const uint8_t *p;	/* begins with the header */
	uint16_t type, size;
};

/*
 * Takes the record at *at and moves *at behind it.  FLOW_END at the end of the block; FLOW_ECORRUPT if the bytes
 * there are no record: the rest of the block cannot be read.
 */
enum flow_status nfdump_record_next(const uint8_t *block, size_t len, size_t *at, struct nfdump_record *record)
    NODISCARD;
