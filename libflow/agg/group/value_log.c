/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/group/value_log.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

/* Smaller logs are not searched for duplicates: counting them later is faster. */
#define THIN_MIN ((size_t)64 << 20)

/* Entries of the cache of recent records: it fits into the L2 cache beside all else. */
#define RECENT ((size_t)1 << 16)

/* Rows after which the cache is judged; with too few hits it is skipped for RECENT_PAUSE times as many. */
#define RECENT_ROWS 65536
#define RECENT_PAUSE 16

/* A key of one word, or a dense group's number, and a value + 1; value 0: none. */
struct value_recent {
	uint64_t key, value;
};

void
value_log_init(struct value_log *v, const struct value_column *column, const struct grouping *of)
{
	enum flow_type type = key_part_type(&column->part);

	memset(v, 0, sizeof(*v));
	v->column = column;
	v->words = of->dense ? 0 : of->words;
	v->wide = !flow_type_is_text(type) && type >= FLOW_TYPE_U64;
	v->unique = THIN_MIN;
	part_log_init(&v->log, value_record_bytes(v->words, v->wide));
}

void
value_log_release(struct value_log *v)
{
	part_log_release(&v->log);
	free(v->recent);
	v->recent = NULL;
}

size_t
value_log_bytes(const struct value_log *v)
{
	return v->log.bytes + (v->recent != NULL ? RECENT * sizeof(*v->recent) : 0);
}

/* The rows that have a value, and the values. */
struct row_values {
	uint32_t n;
	uint16_t at[GROUP_ROWS];
	uint64_t value[GROUP_ROWS];
};

/* Converts what key_values gives to the plain value. */
static inline uint64_t
plain_value(const struct key_part *part, uint64_t v)
{
	if (key_part_is_atom(part))
		return atom_id(v);
	if (key_part_is_wide(part))
		return key_part_type(part) == FLOW_TYPE_TIME ? v ^ SLOT_TIME_BIAS : v;
	return v - 1;
}

static enum flow_status
take_values(const struct value_log *v, struct key_maps *maps, const struct flow_batch *batch,
    const struct rows *rows, struct row_values *out)
{
	const struct key_part *part = &v->column->part;
	bool wide = key_part_is_wide(part);
	uint8_t has[GROUP_ROWS];
	enum flow_status st = key_values(maps, part, 0, batch, rows, out->value, has);

	out->n = 0;
	for (uint32_t i = 0; i < rows->n && st == FLOW_OK; i++) {
		uint64_t value = out->value[i];

		out->at[out->n] = (uint16_t)i;
		out->value[out->n] = plain_value(part, value);
		out->n += wide ? has[i] : value != 0;
	}
	return st;
}

static inline void
write_value(char *to, uint64_t value, bool wide)
{
	uint32_t half = (uint32_t)value;

	if (wide)
		memcpy(to, &value, sizeof(value));
	else
		memcpy(to, &half, sizeof(half));
}

/* Whether to use the cache of recent records. */
static bool
looks_back(struct value_log *v)
{
	if (v->column->all_rows || v->wide || v->words > 1)
		return false;
	if (v->recent == NULL)
		v->recent = calloc(RECENT, sizeof(*v->recent));
	return v->recent != NULL && v->recent_pause == 0;
}

static void
judge_recent(struct value_log *v, uint32_t rows, uint32_t hits)
{
	if (v->recent_pause > 0) {
		v->recent_pause = v->recent_pause > rows ? v->recent_pause - rows : 0;
		return;
	}
	v->recent_rows += rows;
	v->recent_hits += hits;
	if (v->recent_rows < RECENT_ROWS)
		return;
	if (v->recent_hits < v->recent_rows / 8)
		v->recent_pause = RECENT_ROWS * RECENT_PAUSE;
	v->recent_rows = v->recent_hits = 0;
}

/*
 * Drops values that are in the cache with the same key; key[i] is that of row out->at[i].  An evicted record is
 * logged twice, which changes no result.
 */
static void
drop_recent(struct value_log *v, const uint64_t *key, struct row_values *out)
{
	struct value_recent *recent[GROUP_ROWS];
	uint32_t n = 0;

	for (uint32_t i = 0; i < out->n; i++) {
		recent[i] = &v->recent[hash_mix128(key[i], out->value[i]) % RECENT];
		__builtin_prefetch(recent[i], 1);
	}
	for (uint32_t i = 0; i < out->n; i++) {
		bool same = recent[i]->key == key[i] && recent[i]->value == out->value[i] + 1;

		*recent[i] = (struct value_recent){ key[i], out->value[i] + 1 };
		out->at[n] = out->at[i];
		out->value[n] = out->value[i];
		n += !same;
	}
	judge_recent(v, out->n, out->n - n);
	out->n = n;
}

/* The same by the rows' keys of one word, or by their group numbers. */
static void
drop_recent_of(struct value_log *v, const uint64_t *key, const int32_t *number, struct row_values *out)
{
	uint64_t of[GROUP_ROWS];

	if (!looks_back(v)) {
		judge_recent(v, out->n, 0);
		return;
	}
	for (uint32_t i = 0; i < out->n; i++)
		of[i] = number != NULL ? (uint32_t)number[out->at[i]] : key[out->at[i]];
	drop_recent(v, of, out);
}

/* Inlined with constant words and width. */
__attribute__((always_inline)) static inline enum flow_status
put_rows(struct part_log *log, const struct row_values *v, const uint64_t *key, const uint64_t *hash,
    unsigned words, bool wide)
{
	for (uint32_t i = 0; i < v->n; i++) {
		uint32_t row = v->at[i], tag = (uint32_t)hash[row];
		unsigned part = groups_part_of(hash[row]);
		char *to = part_log_room(log, part);

		if (UNLIKELY(to == NULL))
			return FLOW_ENOMEM;
		for (unsigned w = 0; w < words; w++, to += sizeof(*key))
			memcpy(to, &key[w * GROUP_ROWS + row], sizeof(*key));
		memcpy(to, &tag, sizeof(tag));
		write_value(to + sizeof(tag), v->value[i], wide);
		part_log_done(log, part, value_record_bytes(words, wide));
	}
	return FLOW_OK;
}

enum flow_status
value_log_put(struct value_log *v, struct key_maps *maps, const struct flow_batch *batch,
    const struct rows *rows, const uint64_t *key, const uint64_t *hash)
{
	struct row_values values;
	enum flow_status st = take_values(v, maps, batch, rows, &values);

	if (st != FLOW_OK)
		return st;
	drop_recent_of(v, key, NULL, &values);
	if (v->words == 1 && !v->wide)
		return put_rows(&v->log, &values, key, hash, 1, false);
	if (v->words == 2 && !v->wide)
		return put_rows(&v->log, &values, key, hash, 2, false);
	return put_rows(&v->log, &values, key, hash, v->words, v->wide);
}

/* The part of a dense group: by the hash of the address or text, as ids differ between workers. */
static inline unsigned
dense_part(const uint32_t *atom_hash, int32_t number)
{
	if (atom_hash != NULL)
		return atom_hash[number] >> 24;
	return groups_part_of(hash_mix64((uint64_t)number));
}

/* Inlined with constant width. */
__attribute__((always_inline)) static inline enum flow_status
put_dense(struct part_log *log, const struct row_values *v, const uint32_t *atom_hash,
    const int32_t *number, bool wide)
{
	for (uint32_t i = 0; i < v->n; i++) {
		int32_t group = number[v->at[i]];
		unsigned part;
		char *to;

		if (group < 0)
			continue;
		part = dense_part(atom_hash, group);
		to = part_log_room(log, part);
		if (UNLIKELY(to == NULL))
			return FLOW_ENOMEM;
		memcpy(to, &group, sizeof(group));
		write_value(to + sizeof(group), v->value[i], wide);
		part_log_done(log, part, value_record_bytes(0, wide));
	}
	return FLOW_OK;
}

enum flow_status
value_log_put_dense(struct value_log *v, struct key_maps *maps, const struct grouping *of,
    const struct flow_batch *batch, const struct rows *rows, const int32_t *number)
{
	const struct key_part *key = &of->part[0];
	struct row_values values;
	enum flow_status st = take_values(v, maps, batch, rows, &values);
	const uint32_t *atom_hash;

	if (st != FLOW_OK)
		return st;
	drop_recent_of(v, NULL, number, &values);
	/* NULL if there are no atoms yet: then all rows are in group 0. */
	atom_hash = key_part_is_atom(key) ? key_maps_atoms(maps, key)->hash : NULL;
	if (v->wide)
		return put_dense(&v->log, &values, atom_hash, number, true);
	return put_dense(&v->log, &values, atom_hash, number, false);
}

enum flow_status
value_log_thin(struct value_log *v)
{
	uint64_t left = 0;

	if (v->column->all_rows || v->log.bytes < v->unique)
		return FLOW_OK;
	for (unsigned p = 0; p < LOG_PARTS; p++) {
		if (part_log_unique(&v->log, p) != FLOW_OK)
			return FLOW_ENOMEM;
		left += part_log_count(&v->log, p) * v->log.record_bytes;
	}
	/* The next search pays after as much again. */
	v->unique = v->log.bytes + (left > THIN_MIN / 2 ? (size_t)left : THIN_MIN / 2);
	return FLOW_OK;
}
