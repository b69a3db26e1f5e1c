/* SPDX-License-Identifier: BSD-2-Clause */
/* Groups as rows: their first flows, with the counters of all flows, and ends exchanged if requested. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "nfdump/merge_key.h"
#include "nfdump/merge_inner.h"

/* Columns of the rows shown, in place of those of their first flows. */
struct merge_view {
	struct flow_batch batch;
	int64_t first[FLOW_BATCH_ROWS], last[FLOW_BATCH_ROWS];
	int64_t counter[5][FLOW_BATCH_ROWS];
	uint64_t answered[BITMAP_WORDS(FLOW_BATCH_ROWS)];	/* rows with a reverse direction */
	uint16_t flags[FLOW_BATCH_ROWS];
	uint32_t codes[NFDUMP_KEYS][FLOW_BATCH_ROWS];
	uint64_t coded[NFDUMP_KEYS][BITMAP_WORDS(FLOW_BATCH_ROWS)];
	/* Pairs of columns to be exchanged. */
	uint64_t value[8][FLOW_BATCH_ROWS];
	uint64_t valid[8][BITMAP_WORDS(FLOW_BATCH_ROWS)];
};

void
merge_view_free(struct merge_view *view)
{
	free(view);
}

enum way {
	BOTH,
	IN,
	OUT,
};

/* Orders by word: the counter, the direction, and the divisor. */
static const struct order {
	const char *word;
	enum way way;
	bool bytes;
	char by;		/* t: duration; p: packets; blank: nothing */
} order[] = {
	{ "packets", BOTH, false, ' ' }, { "ipackets", IN, false, ' ' }, { "opackets", OUT, false, ' ' },
	{ "bytes", BOTH, true, ' ' }, { "ibytes", IN, true, ' ' }, { "obytes", OUT, true, ' ' },
	{ "pps", BOTH, false, 't' }, { "ipps", IN, false, 't' }, { "opps", OUT, false, 't' },
	{ "bps", BOTH, true, 't' }, { "ibps", IN, true, 't' }, { "obps", OUT, true, 't' },
	{ "bpp", BOTH, true, 'p' }, { "ibpp", IN, true, 'p' }, { "obpp", OUT, true, 'p' },
};

static const char *const plain_order[] = { "flows", "tstart", "tend", "duration" };

static const struct order *
find_order(const char *word, size_t len)
{
	for (size_t i = 0; i < ARRAY_LEN(order); i++)
		if (strlen(order[i].word) == len && strncasecmp(order[i].word, word, len) == 0)
			return &order[i];
	return NULL;
}

static bool
is_plain(const char *word, size_t len, size_t which)
{
	return strlen(plain_order[which]) == len && strncasecmp(plain_order[which], word, len) == 0;
}

bool
merge_order_known(const char *word, size_t len)
{
	for (size_t i = 0; i < ARRAY_LEN(plain_order); i++)
		if (is_plain(word, len, i))
			return true;
	return find_order(word, len) != NULL;
}

static uint64_t
counted(const struct nfdump_counters *c, enum way way, bool bytes)
{
	uint64_t in = bytes ? c->bytes : c->packets, out = bytes ? c->out_bytes : c->out_packets;

	return way == IN ? in : way == OUT ? out : nfdump_sum(in, out);
}

static uint64_t
rank_of(const struct nfdump_counters *c, const struct order *o)
{
	uint64_t n = counted(c, o->way, o->bytes);

	if (o->by == 't')
		return derived_rate(n, o->bytes ? DERIVED_BITS_PER_S : DERIVED_PER_S,
		    derived_duration_ms(c->first_ms, c->last_ms));
	return o->by == 'p' ? derived_bytes_per_packet(n, counted(c, o->way, false)) : n;
}

static uint64_t
rank_group(const struct nfdump_counters *c, const char *word, size_t len)
{
	const struct order *o = find_order(word, len);

	if (o != NULL)
		return rank_of(c, o);
	if (is_plain(word, len, 1))
		return (uint64_t)c->first_ms ^ UINT64_C(1) << 63;
	if (is_plain(word, len, 2))
		return (uint64_t)c->last_ms ^ UINT64_C(1) << 63;
	if (is_plain(word, len, 3))
		return derived_duration_ms(c->first_ms, c->last_ms);
	return len > 0 ? c->flows : 0;
}

static int
compare(const void *a, const void *b)
{
	const struct merge_place *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return x->group < y->group ? -1 : x->group > y->group;
}

enum flow_status
merge_sort(struct merge *g, const char *word, size_t len, bool ascending)
{
	if (g->place == NULL)
		g->place = malloc((g->count + 1) * sizeof(*g->place));
	if (g->place == NULL)
		return FLOW_ENOMEM;
	for (size_t i = 0; i < g->count; i++)
		g->place[i] = (struct merge_place){ rank_group(&g->group[i].sum, word, len), (uint32_t)i };
	qsort(g->place, g->count, sizeof(*g->place), compare);
	for (size_t i = 0; i < g->count / 2 && !ascending; i++) {
		struct merge_place other = g->place[g->count - 1 - i];

		g->place[g->count - 1 - i] = g->place[i];
		g->place[i] = other;
	}
	return FLOW_OK;
}

uint64_t
merge_rank(const struct merge *g, size_t place)
{
	return g->place[place].rank;
}

static void
set_flat(struct flow_batch *b, enum flow_field field, const void *values, const uint64_t *valid)
{
	b->column[field] = (struct flow_column){ .form = FLOW_FORM_FLAT, .values = values, .valid = valid };
}

static void
set_counters(const struct merge *g, struct merge_view *v, size_t from, size_t n)
{
	memset(v->answered, 0, sizeof(v->answered));
	for (size_t i = 0; i < n; i++) {
		const struct group *group = &g->group[g->place[from + i].group];
		const struct nfdump_counters *c = &group->sum;
		/* nfdump exchanges counters only if its record has those of the other direction. */
		bool turned = group->turned && (c->flows > 1 || c->out_packets > 0);

		if (turned || c->out_packets > 0 || c->out_bytes > 0)
			bitmap_set(v->answered, i);
		v->first[i] = c->first_ms;
		v->last[i] = c->last_ms;
		v->counter[0][i] = (int64_t)c->flows;
		v->counter[1][i] = (int64_t)(turned ? c->out_packets : c->packets);
		v->counter[2][i] = (int64_t)(turned ? c->out_bytes : c->bytes);
		v->counter[3][i] = (int64_t)(turned ? c->packets : c->out_packets);
		v->counter[4][i] = (int64_t)(turned ? c->bytes : c->out_bytes);
		v->flags[i] = group->flags;
	}
	set_flat(&v->batch, FLOW_FIELD_FIRST, v->first, NULL);
	set_flat(&v->batch, FLOW_FIELD_LAST, v->last, NULL);
	set_flat(&v->batch, FLOW_FIELD_FLOWS, v->counter[0], NULL);
	set_flat(&v->batch, FLOW_FIELD_PACKETS, v->counter[1], NULL);
	set_flat(&v->batch, FLOW_FIELD_BYTES, v->counter[2], NULL);
	set_flat(&v->batch, FLOW_FIELD_REV_PACKETS, v->counter[3], v->answered);
	set_flat(&v->batch, FLOW_FIELD_REV_BYTES, v->counter[4], v->answered);
	v->batch.column[FLOW_FIELD_POST_PACKETS] = (struct flow_column){ .form = FLOW_FORM_NULL };
	v->batch.column[FLOW_FIELD_POST_BYTES] = (struct flow_column){ .form = FLOW_FORM_NULL };
	set_flat(&v->batch, FLOW_FIELD_TCP_FLAGS, v->flags, NULL);
}

/* Shows a text of the key in place of the first flow's: a network, or the other end. */
static void
set_text(const struct merge *g, struct merge_view *v, size_t part, size_t from_part, size_t from, size_t n)
{
	enum flow_field field = merge_key_asked(g->maker)->key[part].field;
	size_t words = merge_key_words(g->maker);

	memset(v->coded[part], 0, sizeof(v->coded[part]));
	for (size_t i = 0; i < n; i++) {
		size_t group = g->place[from + i].group;
		size_t shown = g->group[group].turned ? from_part : part;
		uint64_t word = g->words[group * words + merge_key_at(g->maker, shown)];

		v->codes[part][i] = word > 0 ? (uint32_t)(word - 1) : 0;
		if (word > 0)
			bitmap_set(v->coded[part], i);
	}
	v->batch.column[field] = (struct flow_column){ .form = FLOW_FORM_DICT, .codes = v->codes[part],
		.dict = merge_key_texts(g->maker), .valid = v->coded[part] };
}

/* Exchanges two columns of numbers of one type for reversed groups. */
static void
exchange(const struct merge *g, struct merge_view *v, unsigned pair, enum flow_field a, enum flow_field b, size_t from,
    size_t n)
{
	const struct flow_column old[2] = { v->batch.column[a], v->batch.column[b] };
	enum flow_type type = flow_field_info(a)->type;
	enum flow_field field[2] = { a, b };

	for (unsigned side = 0; side < 2; side++) {
		uint8_t *values = (uint8_t *)v->value[2 * pair + side];
		uint64_t *valid = v->valid[2 * pair + side];

		memset(valid, 0, sizeof(v->valid[0]));
		for (size_t i = 0; i < n; i++) {
			bool turned = g->group[g->place[from + i].group].turned;
			const struct flow_column *c = &old[turned ? 1 - side : side];
			bool has = flow_column_has(c, i);

			flow_type_store(type, values + i * flow_type_size(type),
			    has ? flow_column_number(c, type, i) : 0);
			if (has)
				bitmap_set(valid, i);
		}
		set_flat(&v->batch, field[side], values, valid);
	}
}

static void
turn_round(const struct merge *g, struct merge_view *v, size_t from, size_t n)
{
	exchange(g, v, 0, FLOW_FIELD_SRC_PORT, FLOW_FIELD_DST_PORT, from, n);
	exchange(g, v, 1, FLOW_FIELD_SRC_AS, FLOW_FIELD_DST_AS, from, n);
	exchange(g, v, 2, FLOW_FIELD_IN_IF, FLOW_FIELD_OUT_IF, from, n);
	exchange(g, v, 3, FLOW_FIELD_SRC_MASK, FLOW_FIELD_DST_MASK, from, n);
	set_text(g, v, 1, 2, from, n);
	set_text(g, v, 2, 1, from, n);
}

const struct flow_batch *
merge_batch(struct merge *g, size_t from, size_t n)
{
	const struct nfdump_keys *keys = merge_key_asked(g->maker);
	bool turned = false;

	if (g->view == NULL && (g->view = malloc(sizeof(*g->view))) == NULL)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		g->fresh[i] = g->place[from + i].group;
		turned |= g->group[g->fresh[i]].turned;
	}
	gather_clear(g->shown);
	if (gather_add_rows(g->shown, gather_batch(g->firsts), g->fresh, n) != FLOW_OK)
		return NULL;
	g->view->batch = *gather_batch(g->shown);
	set_counters(g, g->view, from, n);
	for (size_t i = 0; i < keys->count; i++)
		if (keys->key[i].bits > 0)
			set_text(g, g->view, i, i, from, n);
	if (turned)
		turn_round(g, g->view, from, n);
	return &g->view->batch;
}
