/* SPDX-License-Identifier: BSD-2-Clause */
/* Removes nulls from the values of a chunk, and encodes values and dictionary. */
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/bitmap.h"
#include "base/bytes.h"
#include "parquet/chunk_work.h"
#include "parquet/dict/text_sort.h"
#include "parquet/encoding/delta.h"
#include "parquet/encoding/rle.h"

void
work_release(struct work *w)
{
	free(w->numbers_owned);
	free(w->codes);
	free(w->texts);
	number_dict_release(&w->number_dict);
	buf_release(&w->raw);
	codec_state_release(&w->codec);
}

#define WIDEN(type)                                     \
	do {                                            \
		const type *from = in->numbers;         \
		if (in->valid == NULL) {                \
			for (i = 0; i < rows; i++)      \
				to[i] = from[i];        \
			return rows;                    \
		}                                       \
		for (i = 0; i < rows; i++) {            \
			to[n] = from[i];                \
			n += bitmap_get(in->valid, i);  \
		}                                       \
	} while (0)

/* Widens the numbers of rows that have one to 64 bits; returns their count. */
static size_t
widen_numbers(const struct pq_values *in, uint64_t *to)
{
	size_t rows = in->rows, n = 0, i;

	switch (in->width) {
	case 1:
		WIDEN(uint8_t);
		break;
	case 2:
		WIDEN(uint16_t);
		break;
	case 4:
		WIDEN(uint32_t);
		break;
	default:
		WIDEN(uint64_t);
		break;
	}
	return n;
}

/* Collects the numbers that are not null, 64 bits each. */
static enum flow_status
squeeze_numbers(struct work *w)
{
	const struct pq_values *in = w->in;
	uint64_t *to;

	if (in->width == 8 && in->valid == NULL) {
		w->numbers = in->numbers;
		w->count = in->rows;
		return FLOW_OK;
	}
	to = malloc((in->rows + 1) * sizeof(*to));
	if (to == NULL)
		return FLOW_ENOMEM;
	w->numbers = w->numbers_owned = to;
	w->count = widen_numbers(in, to);
	return FLOW_OK;
}

/*
 * Sorts the dictionary and makes its texts distinct: neighbours share prefixes, which LZ4 finds, and the bounds
 * of a page are those of its codes.
 */
static enum flow_status
sort_texts(struct work *w)
{
	struct flow_text *sorted = malloc(((size_t)w->text_count + 1) * sizeof(*sorted));
	uint32_t *rank = calloc((size_t)w->text_count + 1, sizeof(*rank));
	uint32_t distinct;
	bool done = sorted != NULL && rank != NULL &&
	    text_rank(w->texts, w->text_count, rank, &distinct);
	size_t i;

	if (done) {
		for (i = 0; i < w->text_count; i++)
			sorted[rank[i]] = w->texts[i];
		for (i = 0; i < w->count; i++)
			w->codes[i] = rank[w->codes[i]];
		free(w->texts);
		w->texts = sorted;
		w->text_count = distinct;
		sorted = NULL;
	}
	free(sorted);
	free(rank);
	return done ? FLOW_OK : FLOW_ENOMEM;
}

/* Copies codes of rows with a value; true if all texts are used, and first used in the order of their codes. */
static bool
copy_codes(struct work *w)
{
	const struct pq_values *in = w->in;
	uint32_t used = 0;
	bool in_turn = true;
	size_t i;

	w->count = 0;
	for (i = 0; i < in->rows; i++) {
		uint32_t code = in->codes[i];

		if (in->valid != NULL && !bitmap_get(in->valid, i))
			continue;
		in_turn &= code <= used;
		used += code == used;
		w->codes[w->count++] = code;
	}
	return in_turn && used == in->text_count;
}

/* Drops texts that no row uses, and renumbers the others in order of first use; sort_texts sorts them later. */
static bool
drop_unused(struct work *w)
{
	const struct pq_values *in = w->in;
	uint32_t *remap = calloc((size_t)in->text_count + 1, sizeof(*remap));
	size_t i;

	if (remap == NULL)
		return false;
	for (i = 0; i < w->count; i++) {
		uint32_t code = w->codes[i];

		if (remap[code] == 0) {
			w->texts[w->text_count++] = in->texts[code];
			remap[code] = w->text_count;
		}
		w->codes[i] = remap[code] - 1;
	}
	free(remap);
	return true;
}

static enum flow_status
squeeze_codes(struct work *w)
{
	const struct pq_values *in = w->in;

	w->codes = malloc((in->rows + 1) * sizeof(*w->codes));
	w->texts = malloc(((size_t)in->text_count + 1) * sizeof(*w->texts));
	if (w->codes == NULL || w->texts == NULL)
		return FLOW_ENOMEM;
	if (copy_codes(w)) {
		if (in->text_count > 0)
			memcpy(w->texts, in->texts, in->text_count * sizeof(*w->texts));
		w->text_count = in->text_count;
	} else if (!drop_unused(w)) {
		return FLOW_ENOMEM;
	}
	return sort_texts(w);
}

enum flow_status
work_squeeze(struct work *w)
{
	return w->column->physical == PQ_BYTE_ARRAY ? squeeze_codes(w) : squeeze_numbers(w);
}

static void
append_plain(struct buf *out, const uint64_t *numbers, size_t n, unsigned bytes)
{
	size_t i;

	if (!buf_reserve(out, n * bytes))
		return;
	for (i = 0; i < n; i++) {
		if (bytes == 4)
			store_le32(buf_end(out) + i * 4, (uint32_t)numbers[i]);
		else
			store_le64(buf_end(out) + i * 8, numbers[i]);
	}
	out->len += n * bytes;
}

void
work_append_dictionary(const struct work *w, struct buf *out)
{
	uint32_t i;

	if (w->texts == NULL) {
		append_plain(out, w->number_dict.value, w->number_dict.count,
		    work_value_bytes(w));
		return;
	}
	for (i = 0; i < w->text_count; i++) {
		buf_append_le32(out, w->texts[i].len);
		buf_append(out, w->texts[i].p, w->texts[i].len);
	}
}

void
work_append_values(const struct work *w, size_t from, size_t to, struct buf *out)
{
	if (w->encoding == ENCODING_RLE_DICTIONARY) {
		buf_append_u8(out, (uint8_t)w->width);
		rle_encode(w->codes + from, to - from, w->width, out);
	} else if (w->encoding == ENCODING_DELTA_BINARY_PACKED) {
		delta_encode(w->numbers + from, to - from, work_value_bytes(w) * 8, out);
	} else if (to > from) {
		append_plain(out, w->numbers + from, to - from, work_value_bytes(w));
	}
}
