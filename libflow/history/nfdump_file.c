/* SPDX-License-Identifier: BSD-2-Clause */
#include "history/nfdump_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/bytes.h"
#include "base/vec.h"

#define MAGIC 0xa50c

#define HEADER_1_BYTES 140
#define SUMS_1_BYTES 136
#define HEADER_2_BYTES 40
#define SUMS_2_BYTES 144
#define BLOCK_HEADER_BYTES 12
#define IDENT_BYTES 128

/* Flags of layout 1. */
#define FLAG_LZO 0x01
#define FLAG_BZ2 0x08
#define FLAG_LZ4 0x10

/* Records of the appendix. */
#define TYPE_IDENT 0x8001
#define TYPE_SUMS 0x8002

/* Creators, by number. */
static const char *const creators[] = { "nfdump", "nfcapd", "nfpcapd", "sfcapd", "nfdump", "nfanon", "nfprofile",
	"geolookup", "ft2nfdump", "torlookup" };

struct header {
	uint32_t blocks;	/* the number in the header */
	uint64_t first;		/* where the first one begins */
	uint64_t end;		/* behind the last one */
};

static void
copy_ident(struct old_about *about, const uint8_t *text, size_t len)
{
	size_t n = strnlen((const char *)text, len < IDENT_BYTES ? len : IDENT_BYTES);

	memcpy(about->ident, text, n);
	about->ident[n] = '\0';
	if (strcmp(about->ident, "none") == 0)
		about->ident[0] = '\0';
}

/* Both layouts have the same sums before the times: flows, bytes and packets, then each by protocol. */
static void
read_sums(struct old_about *about, const uint8_t *p)
{
	struct old_sums *part[] = { &about->tcp, &about->udp, &about->icmp, &about->other };

	about->all = (struct old_sums){ load_le64(p), load_le64(p + 16), load_le64(p + 8) };
	for (size_t i = 0; i < ARRAY_LEN(part); i++)
		*part[i] = (struct old_sums){ load_le64(p + 24 + 8 * i), load_le64(p + 88 + 8 * i),
			load_le64(p + 56 + 8 * i) };
	about->has_sums = about->has_parts = true;
}

static void
keep_times(struct old_about *about, uint64_t first_ms, uint64_t last_ms)
{
	if (first_ms == 0 || first_ms > last_ms || last_ms > INT64_MAX / 4)
		return;
	about->has_times = true;
	about->first_ms = (int64_t)first_ms;
	about->last_ms = (int64_t)last_ms;
}

static enum flow_status
read_header_1(struct nfdump_file *f, struct header *h, struct flow_error *err)
{
	uint8_t p[HEADER_1_BYTES + SUMS_1_BYTES], *s = p + HEADER_1_BYTES;
	enum flow_status st = old_bytes_read(&f->bytes, 0, p, sizeof(p), err);
	uint32_t flags;

	if (st != FLOW_OK)
		return st;
	flags = load_le32(p + 4);
	f->codec = (flags & FLAG_LZO) != 0 ? BLOCK_LZO : (flags & FLAG_BZ2) != 0 ? BLOCK_BZ2 :
	    (flags & FLAG_LZ4) != 0 ? BLOCK_LZ4 : BLOCK_PLAIN;
	copy_ident(&f->about, p + 12, IDENT_BYTES);
	read_sums(&f->about, s);
	keep_times(&f->about, load_le32(s + 120) * UINT64_C(1000) + load_le16(s + 128),
	    load_le32(s + 124) * UINT64_C(1000) + load_le16(s + 130));
	(void)snprintf(f->about.creator, sizeof(f->about.creator), "nfdump 1.6 (layout 1)");
	*h = (struct header){ load_le32(p + 8), sizeof(p), f->bytes.size };
	return block_codec_check(f->codec, err);
}

/* One block of the appendix, which is read like any other. */
static void
read_appendix(struct nfdump_file *f, uint64_t offset)
{
	struct nfdump_memory memory = { NULL, NULL };
	struct nfdump_block own = { 0 }, *blocks = f->block;
	struct nfdump_record r;
	uint8_t p[BLOCK_HEADER_BYTES];
	size_t len = 0, at = 0;

	if (old_bytes_read(&f->bytes, offset, p, sizeof(p), NULL) != FLOW_OK)
		return;
	own = (struct nfdump_block){ offset + sizeof(p), load_le32(p + 4), load_le32(p) };
	f->block = &own;
	if (nfdump_block_read(f, 0, &memory, &len, NULL) != FLOW_OK)
		len = 0;
	while (nfdump_record_next(memory.raw, len, &at, &r) == FLOW_OK) {
		if (r.type == TYPE_IDENT)
			copy_ident(&f->about, r.p + NFDUMP_RECORD_HEADER_BYTES, r.size - NFDUMP_RECORD_HEADER_BYTES);
		if (r.type == TYPE_SUMS && r.size >= NFDUMP_RECORD_HEADER_BYTES + SUMS_2_BYTES) {
			const uint8_t *s = r.p + NFDUMP_RECORD_HEADER_BYTES;

			read_sums(&f->about, s);
			keep_times(&f->about, load_le64(s + 120), load_le64(s + 128));
		}
	}
	f->block = blocks;
	nfdump_memory_release(&memory);
}

static enum flow_status
read_header_2(struct nfdump_file *f, struct header *h, struct flow_error *err)
{
	uint8_t p[HEADER_2_BYTES];
	enum flow_status st = old_bytes_read(&f->bytes, 0, p, sizeof(p), err);
	uint64_t appendix;
	uint32_t creator, version;

	if (st == FLOW_OK)
		st = block_codec_check(p[16], err);
	if (st != FLOW_OK)
		return st;
	if (p[17] != 0)
		return flow_fail(err, FLOW_EUNSUPPORTED, 17, "the file is encrypted");
	f->codec = (enum block_codec)p[16];
	version = load_le32(p + 4);
	creator = load_le32(p + 20);
	(void)snprintf(f->about.creator, sizeof(f->about.creator), "%s %u.%u.%u",
	    creators[creator < ARRAY_LEN(creators) ? creator : 0], version >> 24 & 0x0f, version >> 16 & 0xff,
	    version >> 8 & 0xff);
	appendix = load_le64(p + 24);
	*h = (struct header){ load_le32(p + 36), sizeof(p), f->bytes.size };
	if (load_le16(p + 18) > 0 && appendix >= sizeof(p) && appendix < f->bytes.size) {
		h->end = appendix;
		read_appendix(f, appendix);
	}
	return FLOW_OK;
}

static enum flow_status
read_header(struct nfdump_file *f, struct header *h, struct flow_error *err)
{
	uint8_t p[4];
	enum flow_status st = old_bytes_read(&f->bytes, 0, p, sizeof(p), err);

	if (st != FLOW_OK)
		return st;
	f->layout = load_le16(p + 2);
	if (load_be16(p) == MAGIC && load_le16(p) != MAGIC)
		return flow_fail(err, FLOW_EUNSUPPORTED, 0, "a file of nfdump from a big-endian machine: only nfdump "
		    "on such a machine reads it; send its flows to flowcap with nfreplay there");
	if (load_le16(p) != MAGIC)
		return flow_fail(err, FLOW_EFORMAT, 0, "no file of nfdump");
	if (f->layout == 1)
		return read_header_1(f, h, err);
	if (f->layout == 2)
		return read_header_2(f, h, err);
	if (f->layout == 3)
		return flow_fail(err, FLOW_EUNSUPPORTED, 2, "a file of nfdump 1.8 (layout 3), whose form is not "
		    "settled: send its flows to flowcap with nfreplay of nfdump 1.8");
	return flow_fail(err, FLOW_EUNSUPPORTED, 2, "a file of nfdump of layout %u; layouts 1 (nfdump 1.6) and 2 "
	    "(1.7) are read", f->layout);
}

static enum flow_status
add_block(struct nfdump_file *f, size_t *cap, const struct nfdump_block *block)
{
	if (!VEC_RESERVE(f->block, *cap, f->blocks + 1))
		return FLOW_ENOMEM;
	f->block[f->blocks++] = *block;
	f->about.records += block->records;
	return FLOW_OK;
}

static void
end_early(struct nfdump_file *f, uint64_t at, uint32_t left, const char *what)
{
	struct flow_error err;

	(void)flow_fail(&err, FLOW_ECORRUPT, (int64_t)at, "%s; %" PRIu32 " of the blocks that the header counts are "
	    "not there", what, left);
	old_damage_add(&f->damage, 0, &err);
}

/*
 * Finds the blocks.  A header that counts none belongs to a file that was not closed: all blocks up to the file's
 * end are taken then.  In layout 1 nothing follows the blocks.
 */
static enum flow_status
walk_blocks(struct nfdump_file *f, const struct header *h, struct flow_error *err)
{
	bool closed = h->blocks > 0 || h->end < f->bytes.size;
	uint64_t at = h->first;
	size_t cap = 0;

	while (at < h->end && (!closed || f->layout == 1 || f->blocks < h->blocks)) {
		uint8_t p[BLOCK_HEADER_BYTES];
		struct nfdump_block block;
		uint32_t left = h->blocks > f->blocks ? h->blocks - (uint32_t)f->blocks : 0;
		enum flow_status st = old_bytes_read(&f->bytes, at, p, sizeof(p), err);

		if (st == FLOW_EIO)
			return st;
		if (st != FLOW_OK) {
			end_early(f, at, left, "the file ends within the header of a block");
			return FLOW_OK;
		}
		block = (struct nfdump_block){ at + sizeof(p), load_le32(p + 4), load_le32(p) };
		if (block.size > BLOCK_BYTES_MAX || block.size > f->bytes.size - block.offset) {
			end_early(f, at, left, block.size > BLOCK_BYTES_MAX ? "what is here is no header of a block" :
			    "the file ends within a block");
			f->damage.records += block.size <= BLOCK_BYTES_MAX ? block.records : 0;
			return FLOW_OK;
		}
		if (add_block(f, &cap, &block) != FLOW_OK)
			return flow_fail_memory(err);
		at = block.offset + block.size;
	}
	if (closed && f->blocks < h->blocks)
		end_early(f, at, h->blocks - (uint32_t)f->blocks, "the file ends here");
	return FLOW_OK;
}

enum flow_status
nfdump_file_open(const struct old_bytes *bytes, struct nfdump_file **file, struct flow_error *err)
{
	struct nfdump_file *f = calloc(1, sizeof(*f));
	struct header h;
	enum flow_status st;

	if (f == NULL)
		return flow_fail_memory(err);
	f->bytes = *bytes;
	st = read_header(f, &h, err);
	if (st == FLOW_OK)
		st = walk_blocks(f, &h, err);
	if (st == FLOW_OK && (f->definitions = nfdump_definitions_new(f->blocks)) == NULL)
		st = flow_fail_memory(err);
	if (st == FLOW_ETRUNCATED)
		st = flow_fail(err, FLOW_EFORMAT, 0, "a file of nfdump that ends within its header: it holds no flows");
	if (st != FLOW_OK) {
		nfdump_file_close(f);
		return st;
	}
	*file = f;
	return FLOW_OK;
}

void
nfdump_file_close(struct nfdump_file *file)
{
	if (file == NULL)
		return;
	nfdump_definitions_free(file->definitions);
	free(file->block);
	free(file);
}
