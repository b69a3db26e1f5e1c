/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * A chunk before it becomes pages: chunk_prepare.c removes nulls, chunk_choose.c chooses the encoding,
 * chunk_write.c makes the pages.
 */

#include "base/buf.h"
#include "parquet/chunk.h"
#include "parquet/codec/codec.h"
#include "parquet/dict/number_dict.h"

/* The values that are not null, and their encoding. */
struct work {
	const struct pq_column *column;
	const struct pq_values *in;
	size_t count;			/* values that are not null */
	const uint64_t *numbers;
	uint64_t *numbers_owned;
	uint32_t *codes;		/* into the dictionary; owned */
	struct number_dict number_dict;
	struct flow_text *texts;	/* dictionary of a text column; owned */
	uint32_t text_count;
	int encoding;
	unsigned width;			/* of codes */
	struct buf raw;			/* bodies of all pages, uncompressed */
	struct codec_state codec;
};

void work_release(struct work *w);

/* Bytes of a number in the column. */
static inline unsigned
work_value_bytes(const struct work *w)
{
	return w->column->physical == PQ_INT32 ? 4 : 8;
}

/* Entries of the dictionary. */
static inline size_t
work_entries(const struct work *w)
{
	return w->texts != NULL ? w->text_count : w->number_dict.count;
}

/*
 * Collects the values that are not null; texts become codes into a sorted dictionary of distinct texts.
 * FLOW_ENOMEM.
 */
enum flow_status work_squeeze(struct work *w) NODISCARD;

/* Chooses encoding and width, and makes the dictionary of numbers if that is chosen.  FLOW_ENOMEM. */
enum flow_status work_choose(struct work *w, const struct pq_encode_options *options) NODISCARD;

/* Appends values [from, to) of those that are not null, in the encoding chosen. */
void work_append_values(const struct work *w, size_t from, size_t to, struct buf *out);

/* Appends the dictionary's entries, PLAIN. */
void work_append_dictionary(const struct work *w, struct buf *out);
