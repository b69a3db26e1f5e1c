/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * What the parts of chunk_read.h share: chunk_dict.c has the dictionary, chunk_page.c goes from page to
 * page, chunk_read.c reads rows of the current one.
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

/* Values that go from step to step of decoding while they are in the nearest cache. */
#define CHUNK_BLOCK 1024

/* What has the dictionary's texts. */
enum chunk_texts {
	TEXTS_IN_ARRAY,			/* `texts`, which also has those of other pages */
	TEXTS_FOLDED,			/* `folded` */
	TEXTS_IN_PIECES			/* `pieces` */
};

struct pq_chunk_reader {
	const struct pq_column *column;
	unsigned type_length;
	unsigned want;			/* enum pq_want */
	unsigned width;			/* of numbers wanted; 0: codes */
	uint64_t forbidden;		/* bits that no number wanted has, of 64 */
	struct page_source pages;
	uint64_t rows;			/* of the chunk */
	uint64_t rows_left;		/* after the current page */

	/* Page by page: */
	const struct pq_file *file;
	const struct file_chunk *chunk;
	struct page_places places;	/* none: the chunk is read as a whole */
	size_t next_place;
	bool head_taken;		/* what stands before the first data page, a dictionary */

	/* The current page. */
	struct buf page;		/* decompressed body, and slack; unused if it was not compressed */
	struct buf unsplit;		/* PLAIN values made of another encoding */
	uint32_t page_left;		/* rows */
	bool has_levels;
	struct rle_decoder levels;
	struct cursor values;
	int encoding;
	struct rle_decoder indexes;	/* dictionary encodings */
	struct delta_decoder deltas;
	uint32_t next_text;		/* texts of pages without dictionary: the next code */
	uint32_t end_text;

	/* The dictionary. */
	bool has_dictionary;
	struct texts texts;
	bool wants_few;			/* then it stays folded, or in pieces, until all texts are wanted */
	const struct flow_text *sought;
	enum chunk_texts where;
	struct text_dict folded;
	struct buf packed;		/* what it is decompressed from */
	struct dict_pieces pieces;
	bool has_sought;
	uint32_t sought_code;		/* in the pieces */
	uint32_t dictionary_count;
	uint64_t *dictionary;
	void *narrow;			/* the dictionary in the width wanted */
	size_t dictionary_cap;
	struct number_frames frames;	/* count > 0: the dictionary's numbers are read as they are wanted */

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

/* Checks n numbers of 64 bits, `values`, against what is wanted; FLOW_ERANGE. */
enum flow_status chunk_check_numbers(const struct pq_chunk_reader *r, const uint64_t *values, size_t n,
    struct flow_error *err) NODISCARD;

/*
 * Reads `present` floating-point values of the current page, of rows whose bits are set from `at` on, as
 * numbers wanted.  NaN is null: its bit is cleared, and *kept values are left.
 */
enum flow_status chunk_read_floats(struct pq_chunk_reader *r, size_t present, uint8_t *out,
    uint64_t *valid, size_t at, size_t *kept, struct flow_error *err) NODISCARD;

/* Indexes of n values of the current page, all within the dictionary; false for malformed ones. */
bool chunk_read_indexes(struct pq_chunk_reader *r, size_t n, uint32_t *out);

/* The same for numbers that turned out not to fit r->width. */
enum flow_status chunk_too_wide(const struct pq_chunk_reader *r, const uint64_t *values, size_t n,
    struct flow_error *err);

/* For messages. */
static inline int64_t
chunk_offset(const struct pq_chunk_reader *r)
{
	return page_source_offset(&r->pages);
}

/* Where a page is decompressed: texts that are no dictionary's indexes are kept.  NULL: out of memory. */
struct buf *chunk_body_room(struct pq_chunk_reader *r, const struct page_header *h);

/* Whether a dictionary that comes now may stay as it is: no other page's texts have codes yet. */
static inline bool
chunk_may_fold(const struct pq_chunk_reader *r)
{
	return r->wants_few && !r->has_dictionary && chunk_is_text(r) && r->texts.count == 0;
}

/*
 * Takes the index of the dictionary's pieces, if the chunk has one and nothing of it has been taken yet.
 */
enum flow_status chunk_take_index(struct pq_chunk_reader *r, struct flow_error *err) NODISCARD;

/*
 * Begins with a dictionary that may be read in pieces, and steps over its body: TEXTS_IN_PIECES.  Else
 * the page's body is still to be taken.
 */
enum flow_status chunk_open_pieces(struct pq_chunk_reader *r, const struct page_header *h,
    struct flow_error *err) NODISCARD;

enum flow_status chunk_load_dictionary(struct pq_chunk_reader *r, const struct page_header *h,
    const uint8_t *body, struct flow_error *err) NODISCARD;

/* Has the numbers of the dictionary ready that n indexes, all below its count, are of. */
enum flow_status chunk_want_numbers(struct pq_chunk_reader *r, const uint32_t *index, size_t n,
    struct flow_error *err) NODISCARD;

/* All texts of the dictionary to the array. */
enum flow_status chunk_unfold(struct pq_chunk_reader *r, struct flow_error *err) NODISCARD;

/*
 * Makes the next data page current, or steps over it where all of its rows are
 * among the *skip rows to be skipped.
 */
enum flow_status chunk_enter_page(struct pq_chunk_reader *r, size_t *skip, struct flow_error *err)
    NODISCARD;
