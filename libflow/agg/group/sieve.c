/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/group/sieve.h"

#include "agg/group/groups.h"
#include "agg/group/huge_pages.h"
#include "net/proto.h"

/*
 * Counters: so many that those of other groups add an eighth of the least count on average; at most
 * 64 MB of them, which serve for some billion rows.
 */
#define SHARE 8
#define COUNTERS_MIN ((uint64_t)1 << 16)
#define COUNTERS_MAX ((uint64_t)1 << 24)

/* All but those of explicit congestion notification (RFC 3168), as SLOT_SYN has it. */
#define SIX_FLAGS 0x3fu

static size_t
sieve_bytes(const struct sieve *s)
{
	return ((size_t)s->mask + 1) * sizeof(*s->count);
}

enum flow_status
sieve_make(struct sieve *s, uint64_t rows)
{
	uint64_t n = COUNTERS_MIN;

	while (n < COUNTERS_MAX && n < rows / s->rule.least * SHARE)
		n *= 2;
	s->mask = n - 1;
	s->count = pages_alloc(sieve_bytes(s));
	return s->count != NULL ? FLOW_OK : FLOW_ENOMEM;
}

void
sieve_release(struct sieve *s)
{
	if (!s->is_borrowed)
		pages_free(s->count, sieve_bytes(s));
	s->count = NULL;
}

static inline void
add_one(uint32_t *count)
{
	*count += *count != UINT32_MAX;
}

static void
count_syn(struct sieve *s, const struct flow_batch *batch, const struct rows *rows, const uint64_t *hash)
{
	const struct flow_column *c = &batch->column[FLOW_FIELD_TCP_FLAGS];
	uint64_t flags[GROUP_ROWS];

	if (c->form != FLOW_FORM_FLAT)
		return;
	column_widen(c, flow_field_info(FLOW_FIELD_TCP_FLAGS)->type, rows, 0, flags);
	for (uint32_t i = 0; i < rows->n; i++)
		if ((flags[i] & SIX_FLAGS) == TCP_SYN && flow_column_has(c, rows_at(rows, i)))
			add_one(&s->count[hash[i] & s->mask]);
}

void
sieve_count(struct sieve *s, const struct flow_batch *batch, const struct rows *rows, const uint64_t *hash)
{
	if (s->rule.syn) {
		count_syn(s, batch, rows, hash);
		return;
	}
	for (uint32_t i = 0; i < rows->n; i++) {
		__builtin_prefetch(&s->count[hash[i + PREFETCH_ROWS < rows->n ? i + PREFETCH_ROWS : i] & s->mask], 1);
		add_one(&s->count[hash[i] & s->mask]);
	}
}

void
sieve_join(struct sieve *s, struct sieve *other)
{
	for (uint64_t i = 0; i <= s->mask; i++) {
		uint32_t sum = s->count[i] + other->count[i];

		s->count[i] = sum < other->count[i] ? UINT32_MAX : sum;
	}
	sieve_release(other);
	other->count = s->count;
	other->is_borrowed = true;
}

struct rows
sieve_rows(const struct sieve *s, const struct rows *rows, const uint64_t *hash, uint16_t *row)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < rows->n; i++) {
		row[n] = (uint16_t)rows_at(rows, i);
		n += s->count[hash[i] & s->mask] >= s->rule.least;
	}
	return (struct rows){ row, 0, n };
}
