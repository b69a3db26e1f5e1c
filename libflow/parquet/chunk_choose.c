/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Chooses the encoding that makes a chunk smallest.  In a hurry (LZ4 at its fast level, or no codec) sizes are
 * estimated; otherwise a sample is encoded and compressed in each encoding.
 */
#include <stdlib.h>

#include "parquet/chunk_work.h"
#include "parquet/encoding/bitpack.h"
#include "parquet/encoding/delta.h"

/* Size of the sample, from the middle of the chunk. */
#define SAMPLE ((size_t)16384)

/* The most entries of a dictionary of numbers, when encodings are tried. */
#define TRIED_ENTRIES_MAX ((size_t)65536)

/* The percentage that an encoding has to save to replace one that decodes faster. */
#define WORTH_PERCENT 5

/*
 * This many bytes to decompress weigh as much as one byte in the file.  Otherwise counters were stored PLAIN, ten
 * times their compressed size, and decompressing them was the largest part of a search for one host.
 */
#define RAW_WEIGHT 64

/*
 * The most entries with which a dictionary and its `count` indexes take less than `best` bytes: the wider the
 * indexes are, the less is left for the entries.
 */
static size_t
most_entries(size_t count, unsigned bytes, size_t best)
{
	size_t most = 1;
	unsigned width;

	for (width = 1; width < 31 && count * width / 8 < best; width++) {
		size_t entries = (best - count * width / 8) * 3 / (2 * bytes);

		entries = entries < (size_t)1 << width ? entries : (size_t)1 << width;
		most = entries > most ? entries : most;
	}
	return most;
}

/*
 * fastparquet 2026.9 decodes differences of more than 28 bits wrongly, and without an error, whoever wrote them.
 * They are rare: flows of 256 MiB, times three days apart.
 */
#define DELTA_WIDTH_MAX 28

/* Whether differences are smaller than `plain` bytes (*best gets their size), and all engines read them. */
static bool
choose_delta(const struct work *w, size_t plain, size_t *best)
{
	unsigned bits = work_value_bytes(w) * 8;
	size_t delta = delta_estimate(w->numbers, w->count, bits);

	/* Only integers have differences. */
	if (w->column->physical == PQ_DOUBLE || delta >= plain ||
	    !delta_fits(w->numbers, w->count, bits, DELTA_WIDTH_MAX))
		return false;
	*best = delta;
	return true;
}

/*
 * LZ4 and GZIP compress plain numbers, and a dictionary of numbers, to about two thirds, but packed codes and
 * differences hardly at all.
 */
static enum flow_status
estimate_numbers(struct work *w, const struct pq_encode_options *options)
{
	unsigned bytes = work_value_bytes(w);
	size_t plain = w->count * bytes, best;
	bool failed;

	if (options->codec != PQ_UNCOMPRESSED)
		plain = plain * 2 / 3;
	best = plain;
	w->encoding = choose_delta(w, plain, &best) ? ENCODING_DELTA_BINARY_PACKED : ENCODING_PLAIN;
	if (number_dict_build(&w->number_dict, w->numbers, w->count,
	    most_entries(w->count, bytes, best), w->codes, &failed))
		w->encoding = ENCODING_RLE_DICTIONARY;
	return failed ? FLOW_ENOMEM : FLOW_OK;
}

/* The best encoding of those tried so far. */
struct trial {
	const struct pq_encode_options *options;
	struct buf raw, packed;
	size_t from, count;	/* of the sample */
	size_t best;		/* bytes of the whole chunk; SIZE_MAX: none was tried */
	int encoding;
	unsigned width;
	enum flow_status status;
};

/* Cost of t->raw: its compressed size, plus the weight of decompressing it. */
static size_t
packed_cost(struct work *w, struct trial *t)
{
	buf_clear(&t->packed);
	if (t->status == FLOW_OK)
		t->status = buf_status(&t->raw);
	if (t->status == FLOW_OK)
		t->status = codec_compress(t->options->codec, t->options->level, &w->codec, t->raw.data,
		    t->raw.len, &t->packed);
	if (t->packed.len + t->raw.len / RAW_WEIGHT >= t->raw.len)
		return t->raw.len;
	return t->packed.len + t->raw.len / RAW_WEIGHT;
}

/* Tries an encoding; `fixed` is its cost that does not depend on the number of values. */
static void
try_encoding(struct work *w, struct trial *t, int encoding, unsigned width, size_t fixed)
{
	size_t bytes;

	w->encoding = encoding;
	w->width = width;
	buf_clear(&t->raw);
	work_append_values(w, t->from, t->from + t->count, &t->raw);
	bytes = fixed + packed_cost(w, t) * w->count / t->count;
	if (t->best != SIZE_MAX && bytes >= t->best - t->best * WORTH_PERCENT / 100)
		return;
	t->best = bytes;
	t->encoding = encoding;
	t->width = width;
}

/*
 * Tries indexes of the least width, and of whole bytes: the latter are larger, but a codec finds repetitions in
 * them.
 */
static void
try_dictionary(struct work *w, struct trial *t)
{
	unsigned width = bitpack_width(work_entries(w) - 1), whole = (width + 7) / 8 * 8;
	size_t fixed;

	buf_clear(&t->raw);
	work_append_dictionary(w, &t->raw);
	fixed = packed_cost(w, t);
	try_encoding(w, t, ENCODING_RLE_DICTIONARY, width, fixed);
	if (whole > width && whole <= 16)
		try_encoding(w, t, ENCODING_RLE_DICTIONARY, whole, fixed);
}

static void
try_numbers(struct work *w, struct trial *t)
{
	size_t most = w->count / 2 + 1;
	bool failed = false;

	if (most > TRIED_ENTRIES_MAX)
		most = TRIED_ENTRIES_MAX;
	if (number_dict_build(&w->number_dict, w->numbers, w->count, most, w->codes, &failed)) {
		failed = !number_dict_sort(&w->number_dict, w->codes, w->count);
		if (!failed)
			try_dictionary(w, t);
	}
	if (failed)
		t->status = FLOW_ENOMEM;
	if (w->column->physical != PQ_DOUBLE &&
	    delta_fits(w->numbers, w->count, work_value_bytes(w) * 8, DELTA_WIDTH_MAX))
		try_encoding(w, t, ENCODING_DELTA_BINARY_PACKED, 0, 0);
	try_encoding(w, t, ENCODING_PLAIN, 0, 0);
}

static enum flow_status
try_all(struct work *w, const struct pq_encode_options *options)
{
	struct trial t = { .options = options, .raw = BUF_INIT, .packed = BUF_INIT, .best = SIZE_MAX,
		.count = w->count < SAMPLE ? w->count : SAMPLE };

	t.from = (w->count - t.count) / 2;
	if (w->texts != NULL)
		try_dictionary(w, &t);
	else
		try_numbers(w, &t);
	w->encoding = t.encoding;
	w->width = t.width;
	buf_release(&t.raw);
	buf_release(&t.packed);
	return t.status;
}

static bool
is_in_a_hurry(const struct pq_encode_options *options)
{
	return options->codec == PQ_UNCOMPRESSED || (options->codec == PQ_LZ4_RAW && options->level == 0);
}

enum flow_status
work_choose(struct work *w, const struct pq_encode_options *options)
{
	enum flow_status st = FLOW_OK;

	if (w->texts == NULL) {
		w->codes = malloc((w->count + 1) * sizeof(*w->codes));
		if (w->codes == NULL)
			return FLOW_ENOMEM;
	}
	if (!is_in_a_hurry(options))
		return try_all(w, options);
	w->encoding = ENCODING_RLE_DICTIONARY;
	if (w->texts == NULL)
		st = estimate_numbers(w, options);
	if (st == FLOW_OK && w->encoding == ENCODING_RLE_DICTIONARY)
		w->width = bitpack_width(work_entries(w) - 1);
	return st;
}
