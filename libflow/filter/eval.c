/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>

#include "filter/compute.h"
#include "filter/mask.h"
#include "filter/value_number.h"
#include "filter/filter_program.h"

/* An entry that was not evaluated yet. */
#define ENTRY_UNKNOWN 2

/* A dictionary is evaluated as a whole if at most this many batches like the current one would need all of it. */
#define FILL_BATCHES 16
/* For one host or network: comparing entries in sequence takes a fiftieth of the time of random ones. */
#define FILL_BATCHES_NETWORK 512

/*
 * Most memory for the tables of all caches; beyond it predicates are evaluated
 * for each row.  A filter needs thousands of conditions on texts to get there.
 */
#define TABLES_MAX_BYTES ((size_t)256 << 20)

/* The results of a predicate for the dictionary of that serial. */
struct cache {
	uint64_t serial;
	size_t cap;
	uint8_t *table;		/* by code: 0, 1 or ENTRY_UNKNOWN */
	bool complete;		/* no entry is unknown */
	/* If complete: how many entries hold, the first and the last of them. */
	uint32_t holding;
	uint32_t first, last;
	bool all;		/* all entries hold: rows that have a value pass */
};

struct flow_filter_state {
	const struct flow_filter *filter;
	struct cache *cache;
	uint8_t (*mask)[MASK_ROWS];	/* filter->masks of them */
	char *ident;
	size_t ident_len;
	const struct flow_names *names;	/* NULL: there are none */
	uint64_t next_row;
	size_t table_bytes;		/* of all caches */
};

/* One evaluation. */
struct run {
	struct flow_filter_state *state;
	const struct flow_batch *batch;
	size_t rows;
	uint8_t spare[2][MASK_ROWS];	/* for one predicate */
};

struct flow_filter_state *
flow_filter_state_new(const struct flow_filter *f)
{
	struct flow_filter_state *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->filter = f;
	s->next_row = 1;
	s->mask = calloc(f->masks, sizeof(*s->mask));
	s->cache = calloc(f->caches > 0 ? f->caches : 1, sizeof(*s->cache));
	if (s->mask == NULL || s->cache == NULL) {
		flow_filter_state_free(s);
		return NULL;
	}
	return s;
}

void
flow_filter_state_free(struct flow_filter_state *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; s->cache != NULL && i < s->filter->caches; i++)
		free(s->cache[i].table);
	free(s->cache);
	free(s->mask);
	free(s->ident);
	free(s);
}

enum flow_status
flow_filter_state_ident(struct flow_filter_state *s, const char *text, size_t len)
{
	char *copy = malloc(len + 1);

	if (copy == NULL)
		return FLOW_ENOMEM;
	if (len > 0)
		memcpy(copy, text, len);
	free(s->ident);
	s->ident = copy;
	s->ident_len = len;
	return FLOW_OK;
}

void
flow_filter_state_names(struct flow_filter_state *s, const struct flow_names *names)
{
	s->names = names;
}

void
flow_filter_state_count(struct flow_filter_state *s, uint64_t first)
{
	s->next_row = first;
}

/* Dictionaries */

static bool
cache_is_for(const struct cache *c, const struct flow_dict *dict)
{
	return c->table != NULL && c->serial == dict->serial;
}

/* Makes the cache one for this dictionary; *cached is false if there is no room. */
static enum flow_status
cache_begin(struct flow_filter_state *s, struct cache *c, const struct flow_dict *dict,
    bool *cached)
{
	/* A null row has code 0, even where the dictionary is empty. */
	size_t entries = dict->count > 0 ? dict->count : 1;

	*cached = true;
	if (cache_is_for(c, dict))
		return FLOW_OK;
	if (entries > c->cap) {
		free(c->table);
		c->table = NULL;
		s->table_bytes -= c->cap;
		c->cap = 0;
		*cached = s->table_bytes + entries <= TABLES_MAX_BYTES;
		if (!*cached)
			return FLOW_OK;
		if ((c->table = malloc(entries)) == NULL)
			return FLOW_ENOMEM;
		c->cap = entries;
		s->table_bytes += entries;
	}
	memset(c->table, ENTRY_UNKNOWN, entries);
	if (dict->count == 0)
		c->table[0] = 0;
	c->complete = false;
	c->serial = dict->serial;
	return FLOW_OK;
}

static void
cache_fill(struct cache *c, const struct predicate *p, const struct flow_dict *dict)
{
	c->holding = 0;
	predicate_entries(p, dict, c->table);
	for (uint32_t i = 0; i < dict->count; i++) {
		if (c->table[i] == 0)
			continue;
		if (c->holding++ == 0)
			c->first = i;
		c->last = i;
	}
	c->all = c->holding == dict->count;
	c->complete = true;
}

static void
and_complete(const struct cache *c, const uint32_t *codes, uint8_t *m, size_t rows)
{
	const uint8_t *table = c->table;

	if (c->holding == 0) {
		memset(m, 0, mask_bytes(rows));
		return;
	}
	if (c->all)
		return;
	/* One entry; or, where the dictionary is sorted, a network or a prefix. */
	if (c->holding == c->last - c->first + 1) {
		number_filter_codes(codes, c->first, c->last, m, rows);
		return;
	}
	for (size_t i = 0; i < rows; i += 8) {
		size_t end = i + 8 < rows ? i + 8 : rows;

		if (load_le64(m + i) == 0)
			continue;
		for (size_t j = i; j < end; j++)
			m[j] &= table[codes[j]];
	}
}

static void
and_lazily(struct cache *c, const struct predicate *p, const struct flow_column *col, uint8_t *m,
    size_t rows)
{
	for (size_t i = 0; i < rows; i += 8) {
		size_t end = i + 8 < rows ? i + 8 : rows;

		if (load_le64(m + i) == 0)
			continue;
		for (size_t j = i; j < end; j++) {
			uint32_t code = col->codes[j];

			if (m[j] == 0)
				continue;
			if (c->table[code] == ENTRY_UNKNOWN && col->dict->count > 0)
				c->table[code] = predicate_entry(p, &col->dict->text[code]);
			m[j] = c->table[code];
		}
	}
}

static void
and_directly(const struct predicate *p, const struct flow_column *col, uint8_t *m, size_t rows)
{
	for (size_t i = 0; i < rows; i++)
		if (m[i] != 0)
			m[i] = predicate_entry(p, &col->dict->text[col->codes[i]]);
}

static enum flow_status
filter_entries(struct run *r, const struct predicate *p, const struct flow_column *col, uint8_t *m)
{
	struct cache *c = &r->state->cache[p->id];
	enum flow_status st;
	size_t batches = p->kind == PREDICATE_ADDR && p->texts == 1 ? FILL_BATCHES_NETWORK : FILL_BATCHES;
	bool cached;

	if (col->form != FLOW_FORM_DICT)
		return FLOW_EINVAL;
	if ((st = cache_begin(r->state, c, col->dict, &cached)) != FLOW_OK)
		return st;
	if (!cached) {
		and_directly(p, col, m, r->rows);
		return FLOW_OK;
	}
	if (!c->complete && mask_count(m, r->rows) * batches >= col->dict->count)
		cache_fill(c, p, col->dict);
	if (c->complete)
		and_complete(c, col->codes, m, r->rows);
	else
		and_lazily(c, p, col, m, r->rows);
	return FLOW_OK;
}

/* Predicates */

static void
filter_count(const struct run *r, const struct predicate *p, uint8_t *m)
{
	for (size_t i = 0; i < r->rows; i++)
		if (m[i] != 0)
			m[i] = ranges_have(&p->ranges, r->state->next_row + i);
}

static void
filter_ident(const struct run *r, const struct predicate *p, uint8_t *m)
{
	const struct flow_filter_state *s = r->state;

	if (s->ident == NULL || matcher_test(p->matcher, s->ident, s->ident_len) == p->negated)
		memset(m, 0, mask_bytes(r->rows));
}

static void
filter_null(const struct run *r, const struct flow_column *c, uint8_t *m)
{
	if (c->form == FLOW_FORM_NULL)
		return;
	if (c->valid == NULL)
		memset(m, 0, mask_bytes(r->rows));
	else
		mask_and_bitmap(m, c->valid, r->rows, true);
}

/* Predicates on one column, which has to have a value. */
static enum flow_status
filter_column(struct run *r, const struct predicate *p, uint8_t *m)
{
	const struct flow_column *c = &r->batch->column[p->field[0]];
	enum flow_status st = FLOW_OK;

	if (c->form == FLOW_FORM_NULL) {
		memset(m, 0, mask_bytes(r->rows));
		return FLOW_OK;
	}
	if (c->valid != NULL)
		mask_and_bitmap(m, c->valid, r->rows, false);
	if (predicate_has_cache(p))
		st = filter_entries(r, p, c, m);
	else if (c->form == FLOW_FORM_FLAT)
		number_filter(p, c, m, r->spare, r->rows);
	else
		st = FLOW_EINVAL;
	return st;
}

static enum flow_status
filter_predicate(struct run *r, const struct predicate *p, uint8_t *m)
{
	switch (p->kind) {
	case PREDICATE_NUMBER:
	case PREDICATE_BITS:
	case PREDICATE_ADDR:
	case PREDICATE_MAC:
	case PREDICATE_ACL:
	case PREDICATE_TEXT:
	case PREDICATE_GEO:
	case PREDICATE_PAYLOAD:
	case PREDICATE_EXTRA:
		return filter_column(r, p, m);
	case PREDICATE_NULL:
		filter_null(r, &r->batch->column[p->field[0]], m);
		break;
	case PREDICATE_DURATION:
	case PREDICATE_RATE:
	case PREDICATE_RATIO:
	case PREDICATE_EQUAL:
	case PREDICATE_PORT_BLOCK:
	case PREDICATE_MPLS_EOS:
		compute_filter(p, r->batch, m);
		break;
	case PREDICATE_HOUR:
	case PREDICATE_WEEKDAY:
		clock_filter(p, r->batch, m);
		break;
	case PREDICATE_SAMPLE:
		sample_filter(p, r->batch, m);
		break;
	case PREDICATE_IF_NAME:
		name_filter(p, r->state->names, r->batch, m);
		break;
	case PREDICATE_COUNT:
		filter_count(r, p, m);
		break;
	case PREDICATE_IDENT:
		filter_ident(r, p, m);
		break;
	}
	return FLOW_OK;
}

/* Nodes: each leaves in m its rows that pass; `free` is the first unused mask. */

static enum flow_status filter_node(struct run *r, const struct node *n, uint8_t *m, size_t free);

static enum flow_status
filter_and(struct run *r, const struct node *n, uint8_t *m, size_t free)
{
	enum flow_status st = FLOW_OK;

	for (const struct node *c = n->child; c != NULL && st == FLOW_OK; c = c->next) {
		st = filter_node(r, c, m, free);
		if (c->next != NULL && !mask_any(m, r->rows))
			break;
	}
	return st;
}

static enum flow_status
filter_or(struct run *r, const struct node *n, uint8_t *m, size_t free)
{
	uint8_t *passed = r->state->mask[free], *now = r->state->mask[free + 1];
	size_t bytes = mask_bytes(r->rows);
	enum flow_status st = FLOW_OK;

	/* m: rows that no child has passed yet. */
	memset(passed, 0, bytes);
	for (const struct node *c = n->child; c != NULL; c = c->next) {
		memcpy(now, m, bytes);
		if ((st = filter_node(r, c, now, free + 2)) != FLOW_OK)
			return st;
		/* Each row passes once at most: to take it away is to add it. */
		mask_remove(passed, now, r->rows);
		mask_remove(m, now, r->rows);
		if (c->next != NULL && !mask_any(m, r->rows))
			break;
	}
	memcpy(m, passed, bytes);
	return FLOW_OK;
}

static enum flow_status
filter_not(struct run *r, const struct node *n, uint8_t *m, size_t free)
{
	uint8_t *now = r->state->mask[free];
	enum flow_status st;

	memcpy(now, m, mask_bytes(r->rows));
	if ((st = filter_node(r, n->child, now, free + 1)) != FLOW_OK)
		return st;
	mask_remove(m, now, r->rows);
	return FLOW_OK;
}

static enum flow_status
filter_node(struct run *r, const struct node *n, uint8_t *m, size_t free)
{
	switch (n->kind) {
	case NODE_TRUE:
		break;
	case NODE_FALSE:
		memset(m, 0, mask_bytes(r->rows));
		break;
	case NODE_PREDICATE:
		return filter_predicate(r, n->predicate, m);
	case NODE_NOT:
		return filter_not(r, n, m, free);
	case NODE_AND:
		return filter_and(r, n, m, free);
	case NODE_OR:
		return filter_or(r, n, m, free);
	}
	return FLOW_OK;
}

/* Whether no row can pass, as far as caches tell. */
static bool
hopeless(const struct run *r, const struct node *n)
{
	const struct predicate *p = n->predicate;
	const struct flow_column *col;

	switch (n->kind) {
	case NODE_FALSE:
		return true;
	case NODE_PREDICATE:
		if (!predicate_has_cache(p))
			return false;
		col = &r->batch->column[p->field[0]];
		return col->form == FLOW_FORM_NULL || (col->form == FLOW_FORM_DICT &&
		    cache_is_for(&r->state->cache[p->id], col->dict) &&
		    r->state->cache[p->id].complete && r->state->cache[p->id].holding == 0);
	case NODE_AND:
		for (const struct node *c = n->child; c != NULL; c = c->next)
			if (hopeless(r, c))
				return true;
		return false;
	case NODE_OR:
		for (const struct node *c = n->child; c != NULL; c = c->next)
			if (!hopeless(r, c))
				return false;
		return true;
	default:
		return false;
	}
}

/* The rows of a mask as a selection. */
static void
select_rows(const uint8_t *m, size_t rows, struct flow_selection *sel)
{
	uint32_t n = 0;

	for (size_t i = 0; i < rows; i += 8) {
		uint64_t eight = load_le64(m + i);

		if (eight == UINT64_C(0x0101010101010101)) {
			for (size_t j = 0; j < 8; j++)
				sel->row[n + j] = (uint16_t)(i + j);
			n += 8;
			continue;
		}
		while (eight != 0) {
			sel->row[n++] = (uint16_t)(i + (size_t)__builtin_ctzll(eight) / 8);
			eight &= eight - 1;
		}
	}
	sel->count = n;
	sel->all = n == rows;
}

enum flow_status
flow_filter_select(struct flow_filter_state *s, const struct flow_batch *batch,
    struct flow_selection *sel)
{
	struct run r;
	enum flow_status st = FLOW_OK;
	uint8_t *m = s->mask[0];

	r.state = s;
	r.batch = batch;
	r.rows = batch->rows;

	if (r.rows > FLOW_BATCH_ROWS)
		return FLOW_EINVAL;
	sel->all = false;
	sel->count = 0;
	if (!hopeless(&r, s->filter->root)) {
		memset(m, 1, r.rows);
		memset(m + r.rows, 0, mask_bytes(r.rows) - r.rows);
		if ((st = filter_node(&r, s->filter->root, m, 1)) == FLOW_OK)
			select_rows(m, r.rows, sel);
	}
	s->next_row += r.rows;
	return st;
}
