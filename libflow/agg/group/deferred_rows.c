/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/group/deferred_rows.h"

#include <string.h>

#include "agg/group/accumulate.h"
#include "agg/group/packed_counters.h"

/* Numbers behind the key of a record. */
enum { TAG, BYTES, FIRST, PACKETS_DURATION, NUMBERS };

/* Bits of the last one. */
#define DURATION_BITS 17
#define PACKETS_BITS (32 - DURATION_BITS)

static size_t
record_bytes(unsigned words)
{
	return words * sizeof(uint64_t) + NUMBERS * sizeof(uint32_t);
}

void
backlog_init(struct backlog *b, const struct grouping *grouping)
{
	memset(b, 0, sizeof(*b));
	if (!grouping->dense && grouping->words <= 2 && grouping->slots.plain &&
	    grouping->spread_ms == 0 && grouping->pairing.how == FLOW_AGG_ONE_WAY)
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

/* Between a record and the request for memory when it is read; a page's end stops the machine's own. */
#define BYTES_AHEAD 2048

/* Some records of a part on their way to their groups. */
struct step {
	uint64_t key[STEP_ROWS * 2];
	uint32_t tag[STEP_ROWS];
	uint64_t *state[STEP_ROWS];
};

static void
step_read(struct step *s, const char *record, size_t n, unsigned words, const struct translation *t)
{
	for (size_t i = 0; i < n; i++, record += record_bytes(words)) {
		/* Beyond the end of a chunk this asks for what nobody needs. */
		__builtin_prefetch(record + BYTES_AHEAD);
		memcpy(&s->key[i * words], record, words * sizeof(*s->key));
		memcpy(&s->tag[i], record + words * sizeof(*s->key), sizeof(*s->tag));
	}
	translate_keys(t, s->key, n, words);
}

static void
step_add(const struct step *s, const char *record, size_t n, unsigned words, uint64_t base)
{
	for (size_t i = 0; i < n; i++, record += record_bytes(words)) {
		uint64_t *state = s->state[i], first, last;
		uint32_t number[NUMBERS], packets;

		memcpy(number, record + words * sizeof(*s->key), sizeof(number));
		first = base + number[FIRST];
		last = first + (number[PACKETS_DURATION] & ((1u << DURATION_BITS) - 1));
		packets = number[PACKETS_DURATION] >> DURATION_BITS;
		state[0]++;
		state[1] = add_saturated(state[1], 1);
		state[2] = add_saturated(state[2], packets);
		state[3] = add_saturated(state[3], number[BYTES]);
		state[4] = first < state[4] ? first : state[4];
		state[5] = last > state[5] ? last : state[5];
	}
}

/* Where records go. */
struct apply {
	const struct backlog *b;
	const struct translation *t;
	struct groups *into;
	struct group_part *part;
};

/* Inlined where `words` is known. */
static inline enum flow_status
apply_records(const struct apply *a, const char *record, size_t count, unsigned words)
{
	struct step s;

	for (size_t n; count > 0; count -= n, record += n * record_bytes(words)) {
		n = count < STEP_ROWS ? count : STEP_ROWS;
		step_read(&s, record, n, words, a->t);
		if (groups_find_in(a->into, a->part, s.key, s.tag, n, s.state) != FLOW_OK)
			return FLOW_ENOMEM;
		for (size_t i = 0; i < n; i++)
			s.state[i] = groups_state(a->into, s.state[i]);
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
