/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * The state that the parts of chunk_read.h share: chunk_dict.c reads the dictionary, chunk_page.c goes from page
 * to page, chunk_read.c decodes rows of the current page.
 */

#include "base/buf.h"
#include "parquet/chunk_read.h"
#include "parquet/encoding/delta.h"
#include "parquet/dict/dict_pieces.h"
#include "parquet/dict/number_frames.h"
#include "parquet/file_inner.h"
#include "parquet/meta/page_index.h"
#include "parquet/page_source.h"
#include "parquet/encoding/rle.h"
#include "parquet/encoding/texts.h"

/* Values decoded at a time, few enough to stay in the L1 cache. */
#define CHUNK_BLOCK 1024

/* Where the dictionary's texts are. */
enum chunk_texts {
	TEXTS_IN_ARRAY,			/* `texts`, which also holds those of other pages */
	TEXTS_FOLDED,			/* `folded`: the page as it is, without an array */
	TEXTS_IN_PIECES			/* `pieces`: read one by one */
};

struct pq_chunk_reader {
	const struct pq_column *column;
	unsigned type_length;
	unsigned want;			/* enum pq_want */
	unsigned width;			/* bytes of a number wanted; 0: codes */
	uint64_t forbidden;		/* bits, of 64, that must be 0 in numbers */
	struct page_source pages;
	uint64_t rows;			/* of the chunk */
	uint64_t rows_left;		/* after the current page */

	/* For reading page by page: */
	const struct pq_file *file;
	const struct file_chunk *chunk;
	struct page_places places;	/* none: the chunk is read as a whole */
	size_t next_place;
	bool head_taken;		/* the bytes before the first data page, a dictionary, were read */

	/* The current page. */
	struct buf page;		/* decompressed body and slack; unused if it is not compressed */
	struct buf unsplit;		/* values of another encoding, made PLAIN */
	uint32_t page_left;		/* rows */
	bool has_levels;
	struct rle_decoder levels;
	struct cursor values;
	int encoding;
	struct rle_decoder indexes;	/* dictionary encodings */
	struct delta_decoder deltas;
	uint32_t next_text;		/* of a page without dictionary: code of the next text */
	uint32_t end_text;

	/* The dictionary. */
	bool has_dictionary;
	struct texts texts;
	bool wants_few;			/* TEXTS_FOLDED or TEXTS_IN_PIECES until all texts are wanted */
	const struct flow_text *sought;
	enum chunk_texts where;
	struct text_dict folded;
	struct buf packed;		/* the body of a page of `frames` */
	struct dict_pieces pieces;
	bool has_sought;
	uint32_t sought_code;		/* of `sought`, if has_sought */
	uint32_t dictionary_count;
	uint64_t *dictionary;
	void *narrow;			/* the dictionary in the width wanted */
	size_t dictionary_cap;
	struct number_frames frames;	/* count > 0: numbers are decompressed on demand */

	uint64_t wide[CHUNK_BLOCK];
	uint32_t index[CHUNK_BLOCK];
};

static inline bool
chunk_is_text(const struct pq_chunk_reader *r)
{
	return r->width == 0;
}

/* Whether values of the current page are indexes of the dictionary. */
static inline bool
chunk_is_indexed(const struct pq_chunk_reader *r)
{
	return r->encoding == ENCODING_PLAIN_DICTIONARY || r->encoding == ENCODING_RLE_DICTIONARY;
}

/* Checks that n 64-bit numbers are valid for r->want; FLOW_ERANGE. */
enum flow_status chunk_check_numbers(const struct pq_chunk_reader *r, const uint64_t *values, size_t n,
    struct flow_error *err) NODISCARD;

/*
 * Reads `present` floating-point values of the current page as numbers of r->width; their rows are those whose
 * bits are set from `at` on.  NaN becomes null: its bit is cleared, and *kept counts the others.
 */
enum flow_status chunk_read_floats(struct pq_chunk_reader *r, size_t present, uint8_t *out,
    uint64_t *valid, size_t at, size_t *kept, struct flow_error *err) NODISCARD;

/* Reads n dictionary indexes of the current page; false if they are malformed or beyond the dictionary. */
bool chunk_read_indexes(struct pq_chunk_reader *r, size_t n, uint32_t *out);

/* Returns the error for numbers one of which does not fit r->width. */
enum flow_status chunk_too_wide(const struct pq_chunk_reader *r, const uint64_t *values, size_t n,
    struct flow_error *err);

/* For messages. */
static inline int64_t
chunk_offset(const struct pq_chunk_reader *r)
{
	return page_source_offset(&r->pages);
}

/* The buffer to decompress a page into; texts that are not indexes must stay in it.  NULL: out of memory. */
struct buf *chunk_body_room(struct pq_chunk_reader *r, const struct page_header *h);

/* Whether a dictionary can stay folded: it is the first page with texts, so that codes are its indexes. */
static inline bool
chunk_may_fold(const struct pq_chunk_reader *r)
{
	return r->wants_few && !r->has_dictionary && chunk_is_text(r) && r->texts.count == 0;
}

/* Reads the index of the dictionary's pieces if the chunk has one; before its first page is taken. */
enum flow_status chunk_take_index(struct pq_chunk_reader *r, struct flow_error *err) NODISCARD;

/*
 * If the dictionary page has an index of pieces, opens it and skips its body (TEXTS_IN_PIECES); otherwise the
 * body is still to be taken.
 */
enum flow_status chunk_open_pieces(struct pq_chunk_reader *r, const struct page_header *h,
    struct flow_error *err) NODISCARD;

enum flow_status chunk_load_dictionary(struct pq_chunk_reader *r, const struct page_header *h,
    const uint8_t *body, struct flow_error *err) NODISCARD;

/* Decompresses the parts of the number dictionary that n indexes, all below its count, refer to. */
enum flow_status chunk_want_numbers(struct pq_chunk_reader *r, const uint32_t *index, size_t n,
    struct flow_error *err) NODISCARD;

/* Moves all texts of the dictionary to the array (TEXTS_IN_ARRAY). */
enum flow_status chunk_unfold(struct pq_chunk_reader *r, struct flow_error *err) NODISCARD;

/* Makes the next data page current, or skips it, and subtracts its rows from *skip, if *skip covers all of them. */
enum flow_status chunk_enter_page(struct pq_chunk_reader *r, size_t *skip, struct flow_error *err)
    NODISCARD;
