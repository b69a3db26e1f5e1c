/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/cluster.h"

#include <stdlib.h>
#include <string.h>

#include "parquet/dict/text_sort.h"

enum flow_status
flow_cluster_parse(const char *text, struct flow_cluster *cluster, struct flow_error *err)
{
	struct flow_cluster c = { .count = 0 };
	char hint[NEAREST_HINT_ROOM];
	struct nearest meant;

	if (strcmp(text, "none") == 0) {
		*cluster = c;
		return FLOW_OK;
	}
	for (;;) {
		size_t len = strcspn(text, ",");
		enum flow_field field = flow_field_find_stored(text, len);

		if (field == FLOW_FIELD_NONE) {
			nearest_begin(&meant, text, len);
			flow_field_nearest(&meant);
			return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "'%.*s' is no column%s", (int)len, text,
			    nearest_hint(&meant, hint));
		}
		if (c.count == FLOW_CLUSTER_MAX)
			return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "more than %d columns", FLOW_CLUSTER_MAX);
		c.field[c.count++] = field;
		if (text[len] == '\0')
			break;
		text += len + 1;
	}
	*cluster = c;
	return FLOW_OK;
}

/* Buffers that the sorts share. */
struct work {
	size_t rows;
	uint64_t *key;		/* of each row */
	uint32_t *from, *to;	/* row numbers: source and target of a pass */
};

/* Keys of texts: their ranks, from 1 on. */
static bool
text_keys(struct work *w, const struct flow_column *c)
{
	uint32_t *rank = malloc(((size_t)c->dict->count + 1) * sizeof(*rank)), distinct;
	bool good = rank != NULL && text_rank(c->dict->text, c->dict->count, rank, &distinct);

	for (size_t i = 0; good && i < w->rows; i++)
		w->key[i] = flow_column_has(c, i) ? (uint64_t)rank[c->codes[i]] + 1 : 0;
	free(rank);
	return good;
}

/* Keys of a column: null is 0, like the number 0. */
static bool
make_keys(struct work *w, const struct flow_column *c, enum flow_type type)
{
	if (c->form == FLOW_FORM_DICT)
		return text_keys(w, c);
	for (size_t i = 0; i < w->rows; i++)
		w->key[i] = flow_column_has(c, i) ? flow_column_number(c, type, i) : 0;
	return true;
}

/* Sorts by one byte of the keys; stable. */
static void
sort_by_byte(struct work *w, unsigned shift)
{
	size_t place[256] = { 0 }, at = 0, i;
	uint32_t *swap;

	for (i = 0; i < w->rows; i++)
		place[w->key[i] >> shift & 0xff]++;
	for (i = 0; i < 256; i++) {
		size_t n = place[i];

		place[i] = at;
		at += n;
	}
	for (i = 0; i < w->rows; i++)
		w->to[place[w->key[w->from[i]] >> shift & 0xff]++] = w->from[i];
	swap = w->from;
	w->from = w->to;
	w->to = swap;
}

/* Radix sort over the bytes in which keys differ, lowest first. */
static void
sort_by_keys(struct work *w)
{
	uint64_t differ = 0;

	for (size_t i = 1; i < w->rows; i++)
		differ |= w->key[i] ^ w->key[0];
	for (unsigned shift = 0; shift < 64; shift += 8)
		if ((differ >> shift & 0xff) != 0)
			sort_by_byte(w, shift);
}

enum flow_status
cluster_order(const struct flow_batch *batch, const struct flow_cluster *cluster, uint32_t *row)
{
	struct work w = { .rows = batch->rows, .from = row };
	uint32_t *spare = malloc((batch->rows + 1) * sizeof(*spare));
	bool good;

	w.key = malloc((batch->rows + 1) * sizeof(*w.key));
	w.to = spare;
	good = spare != NULL && w.key != NULL;
	for (size_t i = 0; i < w.rows; i++)
		row[i] = (uint32_t)i;
	/* By the last column first: each sort keeps the order of the ones before. */
	for (unsigned k = cluster->count; good && k-- > 0;) {
		const struct flow_column *c = &batch->column[cluster->field[k]];

		if (c->form == FLOW_FORM_NULL)
			continue;
		good = make_keys(&w, c, flow_field_info(cluster->field[k])->type);
		if (good)
			sort_by_keys(&w);
	}
	if (good && w.from != row)
		memcpy(row, w.from, w.rows * sizeof(*row));
	free(spare);
	free(w.key);
	return good ? FLOW_OK : FLOW_ENOMEM;
}
