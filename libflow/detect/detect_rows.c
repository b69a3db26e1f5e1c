/* SPDX-License-Identifier: BSD-2-Clause */
#include "detect/detect_rows.h"

#include <stdlib.h>

#include "net/addr_fast.h"

#define PARSED_NOT 0
#define NO_ADDRESS 1

void
detect_rows_fields(struct flow_fieldset *set)
{
	static const enum flow_field field[] = { FLOW_FIELD_FIRST, FLOW_FIELD_LAST, FLOW_FIELD_SRC_ADDR,
	    FLOW_FIELD_DST_ADDR, FLOW_FIELD_SRC_PORT, FLOW_FIELD_DST_PORT, FLOW_FIELD_PROTO, FLOW_FIELD_TCP_FLAGS,
	    FLOW_FIELD_ICMP_TYPE, FLOW_FIELD_PACKETS, FLOW_FIELD_BYTES, FLOW_FIELD_REV_PACKETS,
	    FLOW_FIELD_REV_BYTES, FLOW_FIELD_SAMPLING };

	for (size_t i = 0; i < ARRAY_LEN(field); i++)
		flow_fieldset_add(set, field[i]);
}

void
addr_cache_release(struct addr_cache *cache)
{
	free(cache->addr);
	free(cache->hash);
	free(cache->mark);
	*cache = (struct addr_cache){ .marks = cache->marks };
}

/* Whether nothing needs parsing: the column has no dictionary, or the one that the cache holds. */
static bool
is_known(const struct addr_cache *cache, const struct flow_column *c)
{
	return c->form != FLOW_FORM_DICT || c->dict->count == 0 || cache->serial == c->dict->serial;
}

static bool
cache_begin(struct addr_cache *cache, const struct flow_column *c)
{
	uint32_t count;

	if (is_known(cache, c))
		return true;
	count = c->dict->count;
	if (count > cache->cap) {
		addr_cache_release(cache);
		cache->addr = malloc(count * sizeof(*cache->addr));
		cache->hash = malloc(count * sizeof(*cache->hash));
		if (cache->marks.listed != NULL)
			cache->mark = malloc(count * sizeof(*cache->mark));
		if (cache->addr == NULL || cache->hash == NULL || (cache->marks.listed != NULL && cache->mark == NULL))
			return false;
		cache->cap = count;
	}
	memset(cache->hash, 0, count * sizeof(*cache->hash));
	cache->serial = c->dict->serial;
	return true;
}

/* Parses an entry; returns its hash (never PARSED_NOT), or NO_ADDRESS. */
static uint64_t
parse(struct addr_cache *cache, const struct flow_text *text, uint32_t code)
{
	struct addr *a = &cache->addr[code];

	cache->hash[code] = addr_parse_fast(text->p, text->len, a) ? hash_mix128(addr_hi(a), addr_lo(a)) | 2 :
	    NO_ADDRESS;
	if (cache->mark != NULL && cache->hash[code] != NO_ADDRESS)
		cache->mark[code] = addr_mark(&cache->marks, a);
	return cache->hash[code];
}

static inline bool
text_same(const struct flow_text *a, const struct flow_text *b)
{
	if (a->len != b->len)
		return false;
	if (a->len < 8 || a->len > 16)
		return memcmp(a->p, b->p, a->len) == 0;
	return load_le64(a->p) == load_le64(b->p) &&
	    load_le64(a->p + a->len - 8) == load_le64(b->p + b->len - 8);
}

/*
 * Parses all entries in the order of memory.  Our dictionaries are sorted, so this one is merged with the other
 * column's: most destinations are sources, too, and are copied from there.
 */
static void
parse_all(struct addr_cache *cache, const struct flow_dict *dict, const struct addr_cache *other,
    const struct flow_dict *beside)
{
	uint32_t next = 0;

	for (uint32_t code = 0; code < dict->count; code++) {
		const struct flow_text *text = &dict->text[code];

		while (beside != NULL && next < beside->count && !text_same(&beside->text[next], text) &&
		    text_compare(&beside->text[next], text) < 0)
			next++;
		if (beside != NULL && next < beside->count && text_same(&beside->text[next], text)) {
			cache->addr[code] = other->addr[next];
			if (cache->mark != NULL)
				cache->mark[code] = other->mark[next];
			cache->hash[code] = other->hash[next++];
		} else {
			(void)parse(cache, text, code);
		}
	}
}

bool
detect_rows_begin(struct addr_cache cache[2], const struct flow_batch *batch, const struct flow_selection *sel)
{
	const struct flow_column *src = &batch->column[FLOW_FIELD_SRC_ADDR];
	const struct flow_column *dst = &batch->column[FLOW_FIELD_DST_ADDR];
	bool known[2] = { is_known(&cache[0], src), is_known(&cache[1], dst) };

	if (!cache_begin(&cache[0], src) || !cache_begin(&cache[1], dst))
		return false;
	/* A selection may need few entries; look_up parses those. */
	if (sel != NULL && !sel->all)
		return true;
	if (!known[0])
		parse_all(&cache[0], src->dict, NULL, NULL);
	if (!known[1])
		parse_all(&cache[1], dst->dict, &cache[0], known[0] || src->form != FLOW_FORM_DICT ? NULL : src->dict);
	return true;
}

/* The hash of a row's address, whose place in the cache is *code; NO_ADDRESS: there is none. */
static uint64_t
look_up(struct addr_cache *cache, const struct flow_column *c, uint32_t row, uint32_t *code)
{
	if (!flow_column_has(c, row))
		return NO_ADDRESS;
	*code = c->codes[row];
	if (LIKELY(cache->hash[*code] != PARSED_NOT))
		return cache->hash[*code];
	return parse(cache, &c->dict->text[*code], *code);
}

/* Copies one column of the chosen rows, 0 for null. */
#define FILL(member, type, wide, field) do { \
	const struct flow_column *c = &batch->column[field]; \
	const type *v = c->values; \
\
	for (uint32_t i = 0; i < r->n; i++) \
		r->member[i] = flow_column_has(c, row[i]) ? (wide)v[row[i]] : 0; \
} while (0)

/* Without a column of ICMP types, the type is the upper byte of dst_port (what routers send as RFC 3954's DST_PORT). */
static void
fill_icmp(struct detect_rows *r, const struct flow_batch *batch, const uint32_t *row)
{
	const struct flow_column *c = &batch->column[FLOW_FIELD_ICMP_TYPE];
	const uint8_t *v = c->values;

	for (uint32_t i = 0; i < r->n; i++)
		r->icmp_type[i] = flow_column_has(c, row[i]) ? v[row[i]] : (uint8_t)(r->dport[i] >> 8);
}

static void
fill(struct detect_rows *r, const struct flow_batch *batch, const uint32_t *row)
{
	const struct flow_column *sampling = &batch->column[FLOW_FIELD_SAMPLING];
	const uint32_t *rate = sampling->values;

	FILL(first_ms, int64_t, int64_t, FLOW_FIELD_FIRST);
	FILL(last_ms, int64_t, int64_t, FLOW_FIELD_LAST);
	FILL(sport, uint16_t, uint16_t, FLOW_FIELD_SRC_PORT);
	FILL(dport, uint16_t, uint16_t, FLOW_FIELD_DST_PORT);
	FILL(flags, uint16_t, uint16_t, FLOW_FIELD_TCP_FLAGS);
	FILL(packets, int64_t, uint64_t, FLOW_FIELD_PACKETS);
	FILL(bytes, int64_t, uint64_t, FLOW_FIELD_BYTES);
	FILL(rev_packets, int64_t, uint64_t, FLOW_FIELD_REV_PACKETS);
	FILL(rev_bytes, int64_t, uint64_t, FLOW_FIELD_REV_BYTES);
	fill_icmp(r, batch, row);
	for (uint32_t i = 0; i < r->n; i++)
		r->sampled[i] = flow_column_has(sampling, row[i]) && rate[row[i]] > 1;
}

bool
detect_rows_next(struct detect_rows *r, struct addr_cache cache[2], const struct flow_batch *batch,
    const struct flow_selection *sel, uint32_t *at)
{
	const struct flow_column *src = &batch->column[FLOW_FIELD_SRC_ADDR];
	const struct flow_column *dst = &batch->column[FLOW_FIELD_DST_ADDR];
	const struct flow_column *proto = &batch->column[FLOW_FIELD_PROTO];
	uint32_t row[DETECT_ROWS], count = sel != NULL ? sel->count : (uint32_t)batch->rows;

	r->n = 0;
	for (; *at < count && r->n < DETECT_ROWS; (*at)++) {
		uint32_t one = sel != NULL ? flow_selection_row(sel, *at) : *at, i = r->n, code[2];

		r->src_hash[i] = look_up(&cache[0], src, one, &code[0]);
		r->dst_hash[i] = look_up(&cache[1], dst, one, &code[1]);
		if (r->src_hash[i] == NO_ADDRESS || r->dst_hash[i] == NO_ADDRESS || !flow_column_has(proto, one))
			continue;
		r->src[i] = &cache[0].addr[code[0]];
		r->dst[i] = &cache[1].addr[code[1]];
		r->src_mark[i] = cache[0].mark != NULL ? cache[0].mark[code[0]] : 0;
		r->dst_mark[i] = cache[1].mark != NULL ? cache[1].mark[code[1]] : 0;
		r->proto[i] = ((const uint8_t *)proto->values)[one];
		row[r->n++] = one;
	}
	fill(r, batch, row);
	return r->n > 0 || *at < count;
}
