/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/group/deferred_rows.h"

#include <string.h>

#include "agg/group/accumulate.h"
#include "agg/group/packed_counters.h"

/* The numbers after the key of a record. */
enum { TAG, BYTES, FIRST, PACKETS_DURATION, NUMBERS };

/* The bits of PACKETS_DURATION. */
#define DURATION_BITS 17
#define PACKETS_BITS (32 - DURATION_BITS)

static size_t
record_bytes(unsigned words)
{
	return words * sizeof(uint64_t) + NUMBERS * sizeof(uint32_t);
}

/* The record's value for a column; a row with reverse counters is not deferred. */
static enum backlog_source
source_of(enum flow_field field)
{
	switch (field) {
	case FLOW_FIELD_FLOWS:
		return BACKLOG_ONE;
	case FLOW_FIELD_PACKETS:
		return BACKLOG_PACKETS;
	case FLOW_FIELD_BYTES:
		return BACKLOG_BYTES;
	case FLOW_FIELD_FIRST:
		return BACKLOG_FIRST;
	case FLOW_FIELD_LAST:
		return BACKLOG_LAST;
	default:
		return BACKLOG_NOTHING;
	}
}

/* Whether a record has the values of a slot's columns. */
static bool
fields_are_known(const enum flow_field field[2])
{
	for (size_t f = 0; f < 2; f++)
		if (field[f] != FLOW_FIELD_NONE && field[f] != FLOW_FIELD_REV_PACKETS &&
		    field[f] != FLOW_FIELD_REV_BYTES && source_of(field[f]) == BACKLOG_NOTHING)
			return false;
	return true;
}

/* Sets the sources of a slot; false if records lack what it counts. */
static bool
take_slot(struct backlog *b, uint8_t k, const struct slot *s)
{
	if (s->op == SLOT_ROWS)
		b->source[0][k] = b->source[1][k] = BACKLOG_ONE;
	if (s->op == SLOT_ROWS)
		return true;
	if ((s->op != SLOT_ADD && s->op != SLOT_MIN && s->op != SLOT_MAX) ||
	    !fields_are_known(s->field) || !fields_are_known(s->back))
		return false;
	for (size_t f = 0; f < 2; f++) {
		if (source_of(s->field[f]) != BACKLOG_NOTHING)
			b->source[0][k] = (uint8_t)source_of(s->field[f]);
		if (source_of(s->back[f]) != BACKLOG_NOTHING)
			b->source[1][k] = (uint8_t)source_of(s->back[f]);
	}
	return true;
}

/* Whether rows of pairs can be deferred: records have their slots' values, and the key a bit for the direction. */
static bool
take_pairs(struct backlog *b, const struct grouping *g)
{
	for (size_t k = 0; k < g->parts; k++) {
		const struct key_part *part = &g->part[k];
		unsigned bits = key_part_is_atom(part) ? 32 : 8 * (unsigned)flow_type_size(key_part_type(part)) + 1;

		if (key_part_is_wide(part) || (part->word == 1 && part->shift + bits > 63))
			return false;
	}
	for (uint8_t k = 0; k < g->slots.count; k++)
		if (!take_slot(b, k, &g->slots.slot[k]))
			return false;
	return g->words == 2;
}

void
backlog_init(struct backlog *b, const struct grouping *grouping)
{
	memset(b, 0, sizeof(*b));
	b->slots = &grouping->slots;
	b->paired = grouping->pairing.how != FLOW_AGG_ONE_WAY;
	if (!grouping->dense && grouping->words <= 2 && grouping->spread_ms == 0 &&
	    (b->paired ? take_pairs(b, grouping) : grouping->slots.plain))
		b->words = grouping->words;
	part_log_init(&b->log, record_bytes(b->words));
}

void
backlog_release(struct backlog *b)
{
	part_log_release(&b->log);
}

static inline void
record_write(char *to, const uint64_t *key, unsigned words, const uint32_t number[NUMBERS])
{
	for (unsigned w = 0; w < words; w++)
		memcpy(to + w * sizeof(*key), &key[w * GROUP_ROWS], sizeof(*key));
	memcpy(to + words * sizeof(*key), number, NUMBERS * sizeof(*number));
}

static inline enum flow_status
put_rows(struct backlog *b, const struct usual_columns *c, const struct rows *rows,
    const uint64_t *key, const uint64_t *hash, unsigned words, uint16_t *left, uint32_t *n_left)
{
	const uint64_t from = b->base ^ SLOT_TIME_BIAS;
	char *record;

	*n_left = 0;
	for (uint32_t i = 0; i < rows->n; i++) {
		uint32_t r = rows_at(rows, i);
		uint64_t packets = c->packets[r], octets = c->bytes[r];
		uint64_t first = c->first[r] - from, lasting = c->last[r] - c->first[r];
		unsigned part = groups_part_of(hash[i]);
		const uint32_t number[NUMBERS] = { (uint32_t)hash[i], (uint32_t)octets, (uint32_t)first,
			(uint32_t)(packets << DURATION_BITS | lasting) };

		if (UNLIKELY(((octets | first) >> 32 | packets >> PACKETS_BITS |
		    lasting >> DURATION_BITS | (c->flows[r] ^ 1)) != 0)) {
			left[(*n_left)++] = (uint16_t)i;
			continue;
		}
		record = part_log_room(&b->log, part);
		if (UNLIKELY(record == NULL))
			return FLOW_ENOMEM;
		record_write(record, key + i, words, number);
		part_log_done(&b->log, part, record_bytes(words));
	}
	return FLOW_OK;
}

enum flow_status
backlog_put(struct backlog *b, const struct flow_batch *batch, const struct rows *rows,
    const uint64_t *key, const uint64_t *hash, uint16_t *left, uint32_t *n_left)
{
	const struct usual_columns c = usual_columns_from(batch, 0);

	if (!usual_columns_whole(batch, rows)) {
		for (uint32_t i = 0; i < rows->n; i++)
			left[i] = (uint16_t)i;
		*n_left = rows->n;
		return FLOW_OK;
	}
	if (!b->based) {
		b->base = narrow_base(c.first[rows_at(rows, 0)] ^ SLOT_TIME_BIAS);
		b->based = true;
	}
	if (b->words == 1)
		return put_rows(b, &c, rows, key, hash, 1, left, n_left);
	return put_rows(b, &c, rows, key, hash, 2, left, n_left);
}

#define STEP_ROWS 256

/* Prefetch distance when records are read: the hardware prefetcher stops at the end of a page. */
#define BYTES_AHEAD 2048

/* Records of a part that are applied together. */
struct step {
	uint64_t key[STEP_ROWS * 2];
	uint32_t tag[STEP_ROWS];
	uint64_t *state[STEP_ROWS];
	bool back[STEP_ROWS];		/* of pairs */
};

/* Moves the bit for the direction from keys to s->back. */
static void
step_ways(struct step *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		s->back[i] = (s->key[2 * i + 1] & BACKLOG_BACK) != 0;
		s->key[2 * i + 1] &= ~BACKLOG_BACK;
	}
}

static void
step_read(struct step *s, const char *record, size_t n, unsigned words)
{
	for (size_t i = 0; i < n; i++, record += record_bytes(words)) {
		/* At the end of a chunk this is useless, and harmless. */
		__builtin_prefetch(record + BYTES_AHEAD);
		memcpy(&s->key[i * words], record, words * sizeof(*s->key));
		memcpy(&s->tag[i], record + words * sizeof(*s->key), sizeof(*s->tag));
	}
}

/* The values of a record by enum backlog_source. */
struct record_numbers {
	uint64_t of[BACKLOG_LAST + 1];
};

static inline struct record_numbers
numbers_of(const char *record, unsigned words, uint64_t base)
{
	uint32_t number[NUMBERS];
	struct record_numbers n;

	memcpy(number, record + words * sizeof(uint64_t), sizeof(number));
	n.of[BACKLOG_NOTHING] = 0;
	n.of[BACKLOG_ONE] = 1;
	n.of[BACKLOG_PACKETS] = number[PACKETS_DURATION] >> DURATION_BITS;
	n.of[BACKLOG_BYTES] = number[BYTES];
	n.of[BACKLOG_FIRST] = base + number[FIRST];
	n.of[BACKLOG_LAST] = n.of[BACKLOG_FIRST] + (number[PACKETS_DURATION] & ((1u << DURATION_BITS) - 1));
	return n;
}

static void
step_add(const struct step *s, const char *record, size_t n, unsigned words, uint64_t base)
{
	for (size_t i = 0; i < n; i++, record += record_bytes(words)) {
		const struct record_numbers r = numbers_of(record, words, base);
		uint64_t *state = s->state[i];

		state[0]++;
		state[1] = add_saturated(state[1], 1);
		state[2] = add_saturated(state[2], r.of[BACKLOG_PACKETS]);
		state[3] = add_saturated(state[3], r.of[BACKLOG_BYTES]);
		state[4] = r.of[BACKLOG_FIRST] < state[4] ? r.of[BACKLOG_FIRST] : state[4];
		state[5] = r.of[BACKLOG_LAST] > state[5] ? r.of[BACKLOG_LAST] : state[5];
	}
}

/* The same for pairs, by the rows' directions. */
static void
step_add_pairs(const struct backlog *b, const struct step *s, const char *record, size_t n)
{
	for (size_t i = 0; i < n; i++, record += record_bytes(2)) {
		const struct record_numbers r = numbers_of(record, 2, b->base);
		const uint8_t *source = b->source[s->back[i]];
		uint64_t *state = s->state[i];

		for (uint8_t k = 0; k < b->slots->count; k++) {
			uint64_t v = r.of[source[k]];
			enum slot_op op = b->slots->slot[k].op;

			if (source[k] == BACKLOG_NOTHING)
				continue;
			if (op == SLOT_MIN)
				state[k] = v < state[k] ? v : state[k];
			else if (op == SLOT_MAX)
				state[k] = v > state[k] ? v : state[k];
			else
				state[k] = add_saturated(state[k], v);
		}
	}
}

/* The context of apply_piece. */
struct apply {
	const struct backlog *b;
	const struct translation *t;
	struct groups *into;
	struct group_part *part;
};

/* Inlined with constant `words`. */
static inline enum flow_status
apply_records(const struct apply *a, const char *record, size_t count, unsigned words)
{
	struct step s;

	for (size_t n; count > 0; count -= n, record += n * record_bytes(words)) {
		n = count < STEP_ROWS ? count : STEP_ROWS;
		step_read(&s, record, n, words);
		if (a->b->paired)
			step_ways(&s, n);
		translate_keys(a->t, s.key, n, words);
		if (groups_find_in(a->into, a->part, s.key, s.tag, n, s.state) != FLOW_OK)
			return FLOW_ENOMEM;
		for (size_t i = 0; i < n; i++)
			s.state[i] = groups_state(a->into, s.state[i]);
		if (a->b->paired)
			step_add_pairs(a->b, &s, record, n);
		else
			step_add(&s, record, n, words, a->b->base);
	}
	return FLOW_OK;
}

static enum flow_status
apply_piece(void *context, const char *records, size_t n)
{
	const struct apply *a = context;

	return a->b->words == 1 ? apply_records(a, records, n, 1) : apply_records(a, records, n, 2);
}

enum flow_status
backlog_apply(struct backlog *b, unsigned part, const struct translation *t, struct groups *into,
    struct flow_error *err)
{
	struct apply a = { b, t, into, &into->part[part] };
	enum flow_status st = part_log_each(&b->log, part, apply_piece, &a, err);

	part_log_forget(&b->log, part);
	return st;
}
