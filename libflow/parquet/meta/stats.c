/* SPDX-License-Identifier: BSD-2-Clause */
#include "parquet/meta/stats.h"

#include <string.h>

#include "base/attr.h"
#include "base/bytes.h"

void
stats_init(struct chunk_stats *stats, uint64_t null_count)
{
	memset(stats, 0, sizeof(*stats));
	stats->null_count = null_count;
}

/* A key whose order as int64_t is the column's order. */
static int64_t
order_key(const struct pq_column *column, uint64_t v)
{
	if (column->logical == PQ_UINT_64)
		return (int64_t)(v ^ UINT64_C(1) << 63);
	return (int64_t)v;
}

static uint64_t
key_value(const struct pq_column *column, int64_t key)
{
	return column->logical == PQ_UINT_64 ? (uint64_t)key ^ UINT64_C(1) << 63 : (uint64_t)key;
}

static uint8_t
put_number(const struct pq_column *column, uint64_t v, uint8_t *out)
{
	if (column->physical == PQ_INT32) {
		store_le32(out, (uint32_t)v);
		return 4;
	}
	store_le64(out, v);
	return 8;
}

/* Independent lanes, as each comparison waits for the one before. */
#define LANES 4

/* The least and the greatest key of n numbers, at least one. */
static void
key_bounds(const struct pq_column *column, const uint64_t *numbers, size_t n, int64_t *min, int64_t *max)
{
	const uint64_t flip = (uint64_t)order_key(column, 0);
	int64_t least[LANES], most[LANES];
	size_t i, k;

	for (k = 0; k < LANES; k++)
		least[k] = most[k] = (int64_t)(numbers[0] ^ flip);
	for (i = 0; i + LANES <= n; i += LANES) {
		for (k = 0; k < LANES; k++) {
			int64_t key = (int64_t)(numbers[i + k] ^ flip);

			least[k] = key < least[k] ? key : least[k];
			most[k] = key > most[k] ? key : most[k];
		}
	}
	for (; i < n; i++) {
		int64_t key = (int64_t)(numbers[i] ^ flip);

		least[0] = key < least[0] ? key : least[0];
		most[0] = key > most[0] ? key : most[0];
	}
	for (k = 1; k < LANES; k++) {
		least[0] = least[k] < least[0] ? least[k] : least[0];
		most[0] = most[k] > most[0] ? most[k] : most[0];
	}
	*min = least[0];
	*max = most[0];
}

void
stats_numbers(struct chunk_stats *stats, const struct pq_column *column, const uint64_t *numbers,
    size_t n)
{
	int64_t min, max;

	key_bounds(column, numbers, n, &min, &max);
	stats->min_len = put_number(column, key_value(column, min), stats->min);
	stats->max_len = put_number(column, key_value(column, max), stats->max);
	stats->has_bounds = true;
}

static bool
put_text(const struct flow_text *t, uint8_t *out, uint8_t *len)
{
	if (t->len > CHUNK_STAT_BYTES)
		return false;
	if (t->len > 0)
		memcpy(out, t->p, t->len);
	*len = (uint8_t)t->len;
	return true;
}

void
stats_texts(struct chunk_stats *stats, const struct flow_text *texts, const uint32_t *codes,
    size_t n)
{
	uint32_t min = codes[0], max = codes[0];
	size_t i;

	for (i = 1; i < n; i++) {
		min = codes[i] < min ? codes[i] : min;
		max = codes[i] > max ? codes[i] : max;
	}
	stats->has_bounds = true;
	stats->unbounded = !put_text(&texts[min], stats->min, &stats->min_len) ||
	    !put_text(&texts[max], stats->max, &stats->max_len);
}

static int
compare_bounds(const struct pq_column *column, const uint8_t *a, uint8_t a_len, const uint8_t *b,
    uint8_t b_len)
{
	int64_t x, y;

	if (column->physical == PQ_BYTE_ARRAY)
		return text_compare(&(struct flow_text){ (const char *)a, a_len },
		    &(struct flow_text){ (const char *)b, b_len });
	if (column->physical == PQ_INT32) {
		bool is_unsigned = column->logical == PQ_UINT_8 || column->logical == PQ_UINT_16 ||
		    column->logical == PQ_UINT_32;

		x = is_unsigned ? (int64_t)load_le32(a) : (int32_t)load_le32(a);
		y = is_unsigned ? (int64_t)load_le32(b) : (int32_t)load_le32(b);
	} else {
		x = order_key(column, load_le64(a));
		y = order_key(column, load_le64(b));
	}
	return (x > y) - (x < y);
}

void
stats_merge(struct chunk_stats *to, const struct chunk_stats *more, const struct pq_column *column)
{
	bool empty = !to->has_bounds;

	to->null_count += more->null_count;
	to->unbounded |= more->unbounded;
	if (!more->has_bounds)
		return;
	if (empty || compare_bounds(column, more->min, more->min_len, to->min, to->min_len) < 0) {
		memcpy(to->min, more->min, sizeof(to->min));
		to->min_len = more->min_len;
	}
	if (empty || compare_bounds(column, more->max, more->max_len, to->max, to->max_len) > 0) {
		memcpy(to->max, more->max, sizeof(to->max));
		to->max_len = more->max_len;
	}
	to->has_bounds = true;
}
