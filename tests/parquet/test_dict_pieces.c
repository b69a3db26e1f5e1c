/* SPDX-License-Identifier: BSD-2-Clause */
/* A large dictionary, packed in pieces, has the entries that it was made of, wherever one begins. */
#include "parquet/dict/dict_pieces.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/hash.h"
#include "parquet/encoding/bitpack.h"
#include "parquet/chunk.h"
#include "parquet/chunk_read.h"
#include "parquet/crc.h"
#include "parquet/dict/dict_pack.h"
#include "parquet/file_write.h"
#include "parquet/meta/page_header.h"
#include "tap.h"

#define COUNT 20000

/* What dictionaries are compressed with. */
static enum pq_codec codec = PQ_LZ4_RAW;
static struct codec_state state;

static char name[COUNT][24];
static struct flow_text entry[COUNT];

/* Addresses that ascend as texts: 10.N.a.b with N of three digits. */
static void
make_entries(void)
{
	for (uint32_t i = 0; i < COUNT; i++) {
		int len = snprintf(name[i], sizeof(name[i]), "10.%03u.%u.%u", 100 + i / 200,
		    10 + i / 20 % 10 * 7, 10 + i % 20 * 2);

		entry[i] = (struct flow_text){ name[i], (uint32_t)len };
	}
}

/* A PLAIN page of entries, packed; what reads it. */
struct packed {
	struct buf page, body, index, room;
	struct pq_file file;
	struct page_header header;
	struct dict_pieces d;
};

static void
pack(struct packed *p, uint32_t count, int level)
{
	*p = (struct packed){ .page = BUF_INIT, .file = { .fd = -1 } };
	for (uint32_t i = 0; i < count; i++) {
		buf_append_le32(&p->page, entry[i].len);
		buf_append(&p->page, entry[i].p, entry[i].len);
	}
	ok(dict_pack(codec, level, &state, p->page.data, p->page.len, count, &p->body, &p->index) == FLOW_OK);
	p->file.memory = p->body.data;
	p->file.bytes = p->body.len;
	p->header = (struct page_header){ .bytes = (uint32_t)p->body.len,
		.raw_bytes = (uint32_t)p->page.len, .values = count, .has_crc = true,
		.crc = crc_page(p->body.data, p->body.len) };
	ok(buf_reserve(&p->room, p->page.len + BITPACK_SLACK));
}

static void
release(struct packed *p)
{
	buf_release(&p->page);
	buf_release(&p->body);
	buf_release(&p->index);
	buf_release(&p->room);
	dict_pieces_release(&p->d);
}

/* Begins anew: no piece is read. */
static enum flow_status
begin(struct packed *p)
{
	enum flow_status st = dict_index_take(&p->d.index, p->index.data, p->index.len, NULL);

	if (st == FLOW_OK)
		st = dict_index_read(&p->d.index, codec, &p->header, NULL);
	memset(p->room.data, 0xff, p->page.len);
	return st == FLOW_OK ?
	    dict_pieces_open(&p->d, &p->file, codec, 0, &p->header, p->room.data, NULL) : st;
}

static size_t
parts_read(const struct packed *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->d.index.count; i++)
		n += p->d.part[i].count > 0;
	return n;
}

static bool
finds(struct packed *p, const struct flow_text *text, uint32_t want)
{
	bool found;
	uint32_t code;

	return dict_pieces_find(&p->d, text, &found, &code, NULL) == FLOW_OK && found && code == want;
}

static bool
lacks(struct packed *p, const char *text)
{
	const struct flow_text t = { text, (uint32_t)strlen(text) };
	bool found;
	uint32_t code;

	return dict_pieces_find(&p->d, &t, &found, &code, NULL) == FLOW_OK && !found;
}

static bool
has(struct packed *p, uint32_t code)
{
	struct flow_text text = { "", 0 };

	return dict_pieces_entry(&p->d, code, &text, NULL) == FLOW_OK &&
	    text_compare(&text, &entry[code]) == 0;
}

/* All of them, each from its one piece; texts that are not there. */
static void
looked_up(int level)
{
	struct packed p;
	size_t wrong = 0;
	uint8_t *raw;
	struct cursor in;

	pack(&p, COUNT, level);
	raw = malloc(p.page.len);
	ok(begin(&p) == FLOW_OK);
	ok(p.d.index.count >= 5 && p.d.index.count <= 20);
	ok(codec_decompress(codec, &state, p.body.data, p.body.len, raw, p.page.len, NULL) == FLOW_OK);
	is_mem(raw, p.page.len, p.page.data, p.page.len);
	for (uint32_t i = 0; i < COUNT; i++)
		wrong += !finds(&p, &entry[i], i) || !has(&p, i);
	is_uint(wrong, 0);
	/* One piece for each, the first and last of each piece too. */
	for (size_t i = 0; i < p.d.index.count; i++) {
		uint32_t first = p.d.index.piece[i].code, last = p.d.index.piece[i + 1].code - 1;

		ok(begin(&p) == FLOW_OK && parts_read(&p) == 0);
		ok(finds(&p, &entry[first], first) && finds(&p, &entry[last], last) && has(&p, first) &&
		    has(&p, last) && parts_read(&p) == 1);
	}
	ok(lacks(&p, "") && lacks(&p, "1") && lacks(&p, "10.1") && lacks(&p, "10.150.10.101") &&
	    lacks(&p, "9") && lacks(&p, "10.150.10.1"));
	/* All bytes, some pieces of which were read before. */
	ok(begin(&p) == FLOW_OK && has(&p, COUNT / 2));
	ok(dict_pieces_bytes(&p.d, &in, NULL) == FLOW_OK);
	is_mem(in.pos, cursor_left(&in), p.page.data, p.page.len);
	ok(begin(&p) == FLOW_OK && dict_pieces_verify(&p.d, p.page.data, NULL) == FLOW_OK);
	free(raw);
	release(&p);
}

/* Few entries are one block, and so are ones that the index cannot tell of. */
static void
one_block(void)
{
	struct flow_text was = entry[0];
	char text[400] = "";
	struct packed p;

	pack(&p, 1000, 0);
	is_uint(p.index.len, 0);
	release(&p);
	pack(&p, 5000, 0);
	ok(p.index.len > 0);
	release(&p);
	entry[0] = (struct flow_text){ text, 65 };
	pack(&p, 5000, 0);
	is_uint(p.index.len, 0);
	ok(codec_decompress(codec, &state, p.body.data, p.body.len, p.room.data, p.page.len, NULL) == FLOW_OK &&
	    memcmp(p.room.data, p.page.data, p.page.len) == 0);
	release(&p);
	entry[0] = (struct flow_text){ text, 64 };
	pack(&p, 5000, 0);
	ok(p.index.len > 0);
	release(&p);
	entry[0] = was;
}

/* A byte of the body is wrong: the piece that has it fails, others do not. */
static void
damaged(void)
{
	struct packed p;
	struct flow_text text;
	struct cursor in;
	size_t failed = 0;

	pack(&p, COUNT, 0);
	for (size_t at = 0; at < p.body.len; at += 997) {
		p.body.data[at] ^= 0x40;
		ok(begin(&p) == FLOW_OK);
		failed = 0;
		for (size_t i = 0; i < p.d.index.count; i++) {
			const struct dict_piece *piece = &p.d.index.piece[i];
			bool within = piece->lz4.in <= at && at < piece[1].lz4.literals;
			enum flow_status st = dict_pieces_entry(&p.d, piece->code, &text, NULL);

			ok(st == (within ? FLOW_ECORRUPT : FLOW_OK));
			failed += st != FLOW_OK;
		}
		ok(failed == 1 || failed == 2);
		ok(dict_pieces_bytes(&p.d, &in, NULL) == FLOW_ECORRUPT);
		ok(dict_pieces_verify(&p.d, p.page.data, NULL) == FLOW_ECORRUPT);
		p.body.data[at] ^= 0x40;
	}
	release(&p);
}

/* Pieces whose checksums are right, but not what their index tells of them. */
static void
contradicting(void)
{
	struct packed p;
	struct dict_piece piece[64];
	struct flow_text text;
	size_t count;

	pack(&p, COUNT, 0);
	ok(begin(&p) == FLOW_OK);
	count = p.d.index.count;
	ok(count <= sizeof(piece) / sizeof(piece[0]));
	for (int turn = 0; turn < 4; turn++) {
		struct packed q = p;

		q.d = (struct dict_pieces){ .parts = 0 };
		q.index = (struct buf)BUF_INIT;
		memcpy(piece, p.d.index.piece, count * sizeof(*piece));
		if (turn == 0)
			piece[2].first.len--;	/* ascends still */
		else if (turn == 1)
			piece[2].code++;
		else if (turn == 2)
			piece[2].code--;
		else
			piece[2].lz4.out += 17;
		dict_index_write(piece, count, &q.index);
		ok(begin(&q) == FLOW_OK);
		ok(dict_pieces_entry(&q.d, piece[2].code, &text, NULL) == FLOW_EFORMAT);
		ok(dict_pieces_entry(&q.d, 0, &text, NULL) == FLOW_OK);
		ok(dict_pieces_verify(&q.d, p.page.data, NULL) == FLOW_EFORMAT);
		dict_pieces_release(&q.d);
		buf_release(&q.index);
	}
	/* Bytes of the page that the pieces do not become. */
	ok(begin(&p) == FLOW_OK);
	p.page.data[p.page.len / 2] ^= 1;
	ok(dict_pieces_verify(&p.d, p.page.data, NULL) == FLOW_EFORMAT);
	release(&p);
}

static const struct pq_column addr = { .name = "addr", .physical = PQ_BYTE_ARRAY, .logical = PQ_STRING,
    .required = true };

/* Row i has entry i * 7 % COUNT, which is given twice: as one of two equal texts. */
static uint32_t
entry_of(uint32_t row)
{
	return row * 7 % COUNT;
}

/* Moves the index into the page's header, field 32767, where version 0.1.0 has it. */
static void
make_old(struct pq_chunk *c)
{
	struct buf bytes = BUF_INIT;
	struct page_header h;
	struct cursor in = cursor_make(c->bytes.data, c->bytes.len);
	size_t head, more;

	ok(c->dict_index.len > 128 && c->dict_index.len < 1 << 14 && page_header_read(&in, &h));
	head = cursor_offset(&in) - 1;		/* without the stop */
	buf_append(&bytes, c->bytes.data, head);
	/* Binary, 32767 in zigzag, and the length, both as varints. */
	buf_append(&bytes, "\x08\xfe\xff\x03", 4);
	buf_append_u8(&bytes, (uint8_t)(c->dict_index.len | 0x80));
	buf_append_u8(&bytes, (uint8_t)(c->dict_index.len >> 7));
	buf_append(&bytes, c->dict_index.data, c->dict_index.len);
	more = bytes.len - head;
	buf_append(&bytes, c->bytes.data + head, c->bytes.len - head);
	for (size_t i = 0; i < c->pages; i++)
		c->page[i].offset += more;
	c->data_offset += more;
	c->uncompressed_bytes += more;
	buf_release(&c->bytes);
	buf_clear(&c->dict_index);
	c->bytes = bytes;
}

static void
write_file(struct buf *out, bool old)
{
	struct flow_text *texts = malloc(2 * sizeof(entry));
	uint32_t *codes = malloc(COUNT * sizeof(*codes));
	const struct pq_values values = { .rows = COUNT, .codes = codes, .texts = texts,
		.text_count = 2 * COUNT };
	const struct pq_encode_options options = { .codec = codec };
	struct pq_chunk *chunk;
	struct pq_writer *w;

	memcpy(texts, entry, sizeof(entry));
	memcpy(texts + COUNT, entry, sizeof(entry));
	for (uint32_t i = 0; i < COUNT; i++)
		codes[i] = entry_of(i) + (i % 2 == 0 ? COUNT : 0);
	ok(pq_writer_new_buf(out, &addr, 1, &w, NULL) == FLOW_OK &&
	    pq_chunk_encode(&addr, &values, &options, &chunk, NULL) == FLOW_OK);
	if (old)
		make_old(chunk);
	ok(pq_writer_group(w, &chunk, COUNT, NULL) == FLOW_OK && pq_writer_finish(w, NULL) == FLOW_OK);
	pq_writer_free(w);
	free(texts);
	free(codes);
}

/* 1: rows have their entries, few of which are looked at; 0: an error; 2: others. */
static int
few_rows(const struct buf *bytes, bool by_page, uint32_t row)
{
	struct pq_chunk_reader *r = pq_chunk_reader_new();
	struct flow_error err = { .status = FLOW_OK };
	const struct flow_text *sought = &entry[entry_of(row)];
	uint32_t code, hit[TEXT_DICT_HITS_MAX];
	struct flow_text text;
	struct pq_file *f;
	uint64_t valid[1];
	size_t hits;
	bool nulls;
	int verdict = 0;

	if (pq_file_open_memory(bytes->data, bytes->len, &f, &err) != FLOW_OK) {
		pq_chunk_reader_free(r);
		return 0;
	}
	if (pq_chunk_reader_open(r, f, 0, 0, 0, &err) == FLOW_OK &&
	    (!by_page || pq_chunk_reader_by_page(r, &err) == FLOW_OK)) {
		pq_chunk_reader_want_few(r, sought);
		if (pq_chunk_reader_skip(r, row, &err) == FLOW_OK &&
		    pq_chunk_reader_codes(r, 1, &code, valid, &nulls, &err) == FLOW_OK &&
		    pq_chunk_reader_text(r, code, &text, &err) == FLOW_OK)
			verdict = text_compare(&text, sought) == 0 && pq_chunk_reader_sought(r, hit, &hits) &&
			    hits == 1 && hit[0] == code ? 1 : 2;
	}
	pq_chunk_reader_free(r);
	pq_file_close(f);
	return verdict;
}

/* Some texts first, then all. */
static void
some_then_all(const struct buf *bytes)
{
	struct pq_chunk_reader *r = pq_chunk_reader_new();
	const struct flow_text *texts;
	uint32_t *codes = malloc(COUNT * sizeof(*codes)), count = 0;
	uint64_t *valid = malloc(COUNT / 8 + 8);
	struct flow_text text;
	struct pq_file *f;
	size_t wrong = 0;
	bool nulls;

	ok(pq_file_open_memory(bytes->data, bytes->len, &f, NULL) == FLOW_OK);
	ok(pq_chunk_reader_open(r, f, 0, 0, 0, NULL) == FLOW_OK);
	pq_chunk_reader_want_few(r, NULL);
	ok(pq_chunk_reader_codes(r, COUNT, codes, valid, &nulls, NULL) == FLOW_OK && !nulls);
	for (uint32_t i = 0; i < COUNT; i += 401)
		ok(pq_chunk_reader_text(r, codes[i], &text, NULL) == FLOW_OK &&
		    text_compare(&text, &entry[entry_of(i)]) == 0);
	ok(pq_chunk_reader_texts(r, &texts, &count, NULL) == FLOW_OK);
	is_uint(count, COUNT);		/* each once */
	for (uint32_t i = 0; i < COUNT && count == COUNT; i++)
		wrong += codes[i] >= count || text_compare(&texts[codes[i]], &entry[entry_of(i)]) != 0;
	is_uint(wrong, 0);
	ok(pq_pages_verify(f, 0, 0, NULL) == FLOW_OK);
	pq_chunk_reader_free(r);
	pq_file_close(f);
	free(codes);
	free(valid);
}

static enum flow_status
verify(const struct buf *bytes)
{
	struct pq_file *f;
	enum flow_status st = pq_file_open_memory(bytes->data, bytes->len, &f, NULL);

	if (st == FLOW_OK) {
		st = pq_pages_verify(f, 0, 0, NULL);
		pq_file_close(f);
	}
	return st;
}

/* An index that tells another first code of its second piece, with a checksum that is right. */
static void
verified(const struct buf *bytes, uint8_t *index, size_t len)
{
	size_t body = len - 4, code;

	code = 16 + 4 + 21 + index[16 + 4 + 20] + 12;
	ok(verify(bytes) == FLOW_OK);
	index[code]++;
	ok(verify(bytes) == FLOW_ECORRUPT);
	store_le32(index + body, crc_page(index, body));
	ok(verify(bytes) == FLOW_EFORMAT);
	index[code]--;
	store_le32(index + body, crc_page(index, body));
	ok(verify(bytes) == FLOW_OK);
}

/* How many bytes of an index stand before the pages, by the chunk's metadata. */
static size_t
index_bytes(const struct buf *bytes)
{
	struct pq_file *f;
	size_t len = 0;

	if (pq_file_open_memory(bytes->data, bytes->len, &f, NULL) == FLOW_OK) {
		len = (size_t)f->group[0].chunk[0].dict_index_bytes;
		pq_file_close(f);
	}
	return len;
}

/* Where the index is; its first page's header begins behind it, or has it. */
static uint8_t *
find_index(struct buf *bytes, bool old, size_t *len, size_t *head)
{
	size_t before = index_bytes(bytes);
	struct cursor in = cursor_make(bytes->data + 4 + before, bytes->len - 4 - before);
	struct page_header h;

	ok(page_header_read(&in, &h) && h.type == PAGE_DICTIONARY);
	ok(old ? before == 0 && h.extension_bytes > 0 : before > 0 && h.extension_bytes == 0);
	*head = 4 + before + cursor_offset(&in);
	*len = old ? h.extension_bytes : before;
	return bytes->data + (old ? (size_t)(h.extension - bytes->data) : 4);
}

/* In a file; any bit of index and header wrong, and some others, give an error or the same rows. */
static void
in_file(bool old)
{
	struct buf bytes = BUF_INIT;
	size_t head, len, at, seen[3] = { 0 };
	uint8_t *index;

	write_file(&bytes, old);
	some_then_all(&bytes);
	for (uint32_t row = 0; row < COUNT; row += 1999)
		ok(few_rows(&bytes, false, row) == 1 && few_rows(&bytes, true, row) == 1);
	index = find_index(&bytes, old, &len, &head);
	verified(&bytes, index, len);
	/* Somebody else's bytes: then the dictionary is read as a whole, and --verify tells. */
	index[0] ^= 1;
	ok(few_rows(&bytes, false, 77) == 1);
	ok(verify(&bytes) == (old ? FLOW_OK : FLOW_ECORRUPT));
	index[0] ^= 1;
	for (at = 4; at < head + 3000; at += at < head ? 1 : 37) {
		bytes.data[at] ^= (uint8_t)(1 << at % 8);
		seen[few_rows(&bytes, at % 2 == 0, 12345)]++;
		bytes.data[at] ^= (uint8_t)(1 << at % 8);
	}
	ok(seen[0] > 100 && seen[1] > 10);
	is_uint(seen[2], 0);
	buf_release(&bytes);
}

static void
all(void)
{
	looked_up(0);
	looked_up(9);
	one_block();
	damaged();
	contradicting();
	in_file(false);
}

int
main(void)
{
	make_entries();
	all();
	in_file(true);
	codec = PQ_ZSTD;
	if (zstandard_is_here())
		all();
	else
		tap_skip("built without libzstd");
	codec_state_release(&state);
	return tap_done();
}
