/* SPDX-License-Identifier: BSD-2-Clause */
/* The hour of the day and the day of the week at which a flow begins. */
#include "filter/compute.h"

#include "filter/mask.h"

#define HOUR_MS INT64_C(3600000)
#define DAY_MS (24 * HOUR_MS)

/* All zones are apart from UTC by whole quarters of an hour at all times since 1972; before, by seconds. */
#define BLOCK_MS INT64_C(900000)

/* Cache of offsets, by block of time. */
#define OFFSETS 64

struct offsets {
	enum stamp_zone zone;
	int64_t block[OFFSETS];
	int64_t ms[OFFSETS];
};

static int64_t
divide_down(int64_t v, int64_t by)
{
	return v / by - (v % by < 0);
}

/* The zone's offset from UTC at an instant. */
static int64_t
offset_ms(struct offsets *o, int64_t ms)
{
	int64_t block = divide_down(ms, BLOCK_MS);
	size_t at = (size_t)block % OFFSETS;
	struct stamp_civil civil;

	if (o->zone == STAMP_UTC)
		return 0;
	if (o->block[at] != block) {
		stamp_civil(block * BLOCK_MS, o->zone, &civil);
		o->block[at] = block;
		o->ms[at] = (int64_t)civil.offset_s * 1000;
	}
	return o->ms[at];
}

/* 0 .. 23, or 1 (Monday) .. 7 (Sunday): 1970-01-01 was a Thursday. */
static uint64_t
clock_number(enum predicate_kind kind, int64_t ms)
{
	int64_t day = divide_down(ms, DAY_MS);

	if (kind == PREDICATE_HOUR)
		return (uint64_t)((ms - day * DAY_MS) / HOUR_MS);
	return (uint64_t)(((day + 3) % 7 + 7) % 7) + 1;
}

void
clock_filter(const struct predicate *p, const struct flow_batch *batch, uint8_t *m)
{
	const struct flow_column *c = &batch->column[p->field[0]];
	struct offsets offsets = { .zone = p->zone };
	const int64_t *first = c->values;

	if (c->form != FLOW_FORM_FLAT) {
		memset(m, 0, mask_bytes(batch->rows));
		return;
	}
	for (size_t i = 0; i < OFFSETS; i++)
		offsets.block[i] = INT64_MAX;
	if (c->valid != NULL)
		mask_and_bitmap(m, c->valid, batch->rows, false);
	for (size_t i = 0; i < batch->rows; i++) {
		int64_t ms;

		if (m[i] != 0)
			m[i] = !__builtin_add_overflow(first[i], offset_ms(&offsets, first[i]), &ms) &&
			    ranges_have(&p->ranges, clock_number(p->kind, ms));
	}
}
