/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/group/deferred_rows.h"

#include <stdlib.h>
#include <string.h>

#include "agg/group/accumulate.h"
#include "agg/group/packed_counters.h"
#include "agg/group/huge_pages.h"

#define CHUNK_MIN ((size_t)4 << 10)
#define CHUNK_MAX ((size_t)64 << 10)

/*
 * In huge pages: small ones took a seventh of the time of pairs.  As much is mapped at a time, and used
 * only as far as it is written to, because no thread can map memory while another waits for such a page.
 */
#define BLOCK_BYTES ((size_t)32 << 20)

/* Numbers behind the key of a record. */
enum { TAG, BYTES, FIRST, PACKETS_DURATION, NUMBERS };

/* Bits of the last one. */
#define DURATION_BITS 17
#define PACKETS_BITS (32 - DURATION_BITS)

/*
 * Between where a part's next record goes and the request for memory to put one in: the machine itself
 * does not see that hundreds of parts are written to in order, which took pairs 5 % longer.
 */
#define PUT_AHEAD_BYTES 128

/* Chunks follow it. */
struct backlog_block {
	struct backlog_block *next;
};

/* Records follow it. */
struct backlog_chunk {
	struct backlog_chunk *next;
	size_t bytes;		/* of it and its room */
	char *end;		/* of its records, once there is a next one */
};

void
backlog_init(struct backlog *b, const struct grouping *grouping)
{
	memset(b, 0, sizeof(*b));
	if (!grouping->dense && grouping->words <= 2 && grouping->slots.plain &&
	    grouping->spread_ms == 0 && grouping->pairing.how == FLOW_AGG_ONE_WAY)
		b->words = grouping->words;
}

static size_t
record_bytes(unsigned words)
{
	return words * sizeof(uint64_t) + NUMBERS * sizeof(uint32_t);
}

static void
part_forget(struct backlog *b, unsigned part)
{
	b->first[part] = b->last[part] = NULL;
	b->at[part] = b->end[part] = NULL;
}

void
backlog_release(struct backlog *b)
{
	struct backlog_block *block, *next;

	for (unsigned p = 0; p < GROUP_PARTS; p++)
		part_forget(b, p);
	for (block = b->block; block != NULL; block = next) {
		next = block->next;
		pages_free(block, BLOCK_BYTES);
	}
	b->block = NULL;
	b->block_at = b->block_end = NULL;
	b->bytes = 0;
}

static enum flow_status
block_add(struct backlog *b)
{
	struct backlog_block *block = pages_alloc_unset(BLOCK_BYTES);

	if (block == NULL)
		return FLOW_ENOMEM;
	block->next = b->block;
	b->block = block;
	b->block_at = (char *)block + PAGES_LINE;
	b->block_end = (char *)block + BLOCK_BYTES;
	return FLOW_OK;
}

/* Room for at least one more record of a part. */
static enum flow_status
chunk_add(struct backlog *b, unsigned part)
{
	struct backlog_chunk *last = b->last[part], *c;
	size_t bytes = last == NULL ? CHUNK_MIN : 2 * last->bytes, left;

	if ((size_t)(b->block_end - b->block_at) < CHUNK_MIN && block_add(b) != FLOW_OK)
		return FLOW_ENOMEM;
	left = (size_t)(b->block_end - b->block_at);
	if (bytes > CHUNK_MAX)
		bytes = CHUNK_MAX;
	if (bytes > left)
		bytes = left;
	c = (void *)b->block_at;
	*c = (struct backlog_chunk){ .next = NULL, .bytes = bytes };
	if (last == NULL) {
		b->first[part] = c;
	} else {
		last->end = b->at[part];
		last->next = c;
	}
	b->last[part] = c;
	b->at[part] = (char *)(c + 1);
	b->end[part] = (char *)c + bytes;
	b->block_at += bytes;
	b->bytes += bytes;
	return FLOW_OK;
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
	const size_t bytes = record_bytes(words);

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
		if (UNLIKELY((size_t)(b->end[part] - b->at[part]) < bytes) &&
		    chunk_add(b, part) != FLOW_OK)
			return FLOW_ENOMEM;
		record_write(b->at[part], key + i, words, number);
		b->at[part] += bytes;
		__builtin_prefetch(b->at[part] + PUT_AHEAD_BYTES, 1);
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

/* The records from .. end-1 of a chunk. */
static inline enum flow_status
apply_records(const struct backlog *b, const char *from, const char *end, unsigned words,
    const struct translation *t, struct groups *into, struct group_part *p)
{
	const size_t bytes = record_bytes(words);
	struct step s;

	while (from < end) {
		size_t n = (size_t)(end - from) / bytes;

		if (n > STEP_ROWS)
			n = STEP_ROWS;
		step_read(&s, from, n, words, t);
		if (groups_find_in(into, p, s.key, s.tag, n, s.state) != FLOW_OK)
			return FLOW_ENOMEM;
		for (size_t i = 0; i < n; i++)
			s.state[i] = groups_state(into, s.state[i]);
		step_add(&s, from, n, words, b->base);
		from += n * bytes;
	}
	return FLOW_OK;
}

enum flow_status
backlog_apply(struct backlog *b, unsigned part, const struct translation *t, struct groups *into)
{
	struct group_part *p = &into->part[part];
	enum flow_status st = FLOW_OK;

	for (struct backlog_chunk *c = b->first[part]; c != NULL && st == FLOW_OK; c = c->next) {
		const char *from = (const char *)(c + 1), *end = c->next != NULL ? c->end : b->at[part];

		if (b->words == 1)
			st = apply_records(b, from, end, 1, t, into, p);
		else
			st = apply_records(b, from, end, 2, t, into, p);
	}
	part_forget(b, part);
	return st;
}
