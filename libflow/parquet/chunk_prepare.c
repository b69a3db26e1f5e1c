/* SPDX-License-Identifier: BSD-2-Clause */
/* Values of a chunk without nulls, and as bytes of an encoding. */
#include <stdlib.h>
#include <string.h>

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

#define WIDEN(type)                                                     \
	do {                                                            \
		const type *from = in->numbers;                         \
		for (i = 0; i < in->rows; i++) {                        \
			to[n] = from[i];                                \
			n += in->valid == NULL || bitmap_get(in->valid, i); \
		}                                                       \
	} while (0)

/* Numbers without nulls, as 64 bits each. */
static enum flow_status
squeeze_numbers(struct work *w)
{
	const struct pq_values *in = w->in;
	uint64_t *to;
	size_t n = 0, i;

	if (in->width == 8 && in->valid == NULL) {
		w->numbers = in->numbers;
		w->count = in->rows;
		return FLOW_OK;
	}
	to = malloc((in->rows + 1) * sizeof(*to));
	if (to == NULL)
		return FLOW_ENOMEM;
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
	w->numbers = w->numbers_owned = to;
	w->count = n;
	return FLOW_OK;
}

/*
 * Puts the dictionary into order, each text once: neighbours share their beginnings, which LZ4
 * sees, and bounds of a page are those of its codes.
 */
static enum flow_status
sort_texts(struct work *w)
{
	struct flow_text *sorted = malloc(((size_t)w->text_count + 1) * sizeof(*sorted));
	uint32_t *rank = malloc(((size_t)w->text_count + 1) * sizeof(*rank));
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

/* Codes without nulls; texts that no row uses are dropped. */
static enum flow_status
squeeze_codes(struct work *w)
{
	const struct pq_values *in = w->in;
	uint32_t *remap = calloc((size_t)in->text_count + 1, sizeof(*remap));
	size_t i;

	w->codes = malloc((in->rows + 1) * sizeof(*w->codes));
	w->texts = malloc(((size_t)in->text_count + 1) * sizeof(*w->texts));
	if (remap == NULL || w->codes == NULL || w->texts == NULL) {
		free(remap);
		return FLOW_ENOMEM;
	}
	for (i = 0; i < in->rows; i++) {
		uint32_t code = in->codes[i];

		if (in->valid != NULL && !bitmap_get(in->valid, i))
			continue;
		if (remap[code] == 0) {
			w->texts[w->text_count++] = in->texts[code];
			remap[code] = w->text_count;
		}
		w->codes[w->count++] = remap[code] - 1;
	}
	free(remap);
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
