/* SPDX-License-Identifier: BSD-2-Clause */
#include "filter/compute.h"

#include "filter/mask.h"

static uint64_t
value(const struct flow_batch *b, enum flow_field field, size_t row)
{
	return flow_column_number(&b->column[field], flow_field_info(field)->type, row);
}

static bool
has(const struct flow_batch *b, enum flow_field field, size_t row)
{
	return flow_column_has(&b->column[field], row);
}

/* Milliseconds; a flow that ends before it begins took no time. */
static uint64_t
duration(const struct flow_batch *b, size_t row)
{
	int64_t first = (int64_t)value(b, FLOW_FIELD_FIRST, row);
	int64_t last = (int64_t)value(b, FLOW_FIELD_LAST, row);

	return last > first ? (uint64_t)last - (uint64_t)first : 0;
}

/* counter * factor * 1000 / ms, rounded down, without overflow; 0 in no time. */
static uint64_t
rate(uint64_t counter, unsigned factor, uint64_t ms)
{
	uint64_t scale = 1000 * (uint64_t)factor, whole;

	if (ms == 0)
		return 0;
	if (counter <= UINT64_MAX / scale)
		return counter * scale / ms;
	whole = counter / ms;
	return whole <= UINT64_MAX / scale ? whole * scale : UINT64_MAX;
}

static bool
holds_mpls_eos(const struct predicate *p, const struct flow_batch *b, size_t row)
{
	for (size_t i = 0; i < p->fields; i++) {
		uint64_t entry;

		if (!has(b, p->field[i], row))
			continue;
		entry = value(b, p->field[i], row);
		if (entry & 1)
			return ranges_have(&p->ranges, (entry >> p->shift) & p->mask);
	}
	return false;
}

static bool
holds_port_block(const struct predicate *p, const struct flow_batch *b, size_t row)
{
	uint64_t port;

	if (!has(b, p->field[0], row) || !has(b, FLOW_FIELD_PORT_BLOCK_START, row) ||
	    !has(b, FLOW_FIELD_PORT_BLOCK_END, row))
		return false;
	port = value(b, p->field[0], row);
	return port >= value(b, FLOW_FIELD_PORT_BLOCK_START, row) &&
	    port <= value(b, FLOW_FIELD_PORT_BLOCK_END, row);
}

static bool
holds(const struct predicate *p, const struct flow_batch *b, size_t row)
{
	uint64_t divisor;

	switch (p->kind) {
	case PREDICATE_PORT_BLOCK:
		return holds_port_block(p, b, row);
	case PREDICATE_MPLS_EOS:
		return holds_mpls_eos(p, b, row);
	default:
		break;
	}
	for (size_t i = 0; i < p->fields; i++)
		if (!has(b, p->field[i], row))
			return false;
	switch (p->kind) {
	case PREDICATE_DURATION:
		return ranges_have(&p->ranges, duration(b, row));
	case PREDICATE_RATE:
		return ranges_have(&p->ranges,
		    rate(value(b, p->field[2], row), p->shift, duration(b, row)));
	case PREDICATE_RATIO:
		divisor = value(b, p->field[1], row);
		return ranges_have(&p->ranges,
		    divisor != 0 ? value(b, p->field[0], row) / divisor : 0);
	case PREDICATE_EQUAL:
		return value(b, p->field[0], row) == value(b, p->field[1], row);
	default:
		return false;
	}
}

void
compute_filter(const struct predicate *p, const struct flow_batch *batch, uint8_t *m)
{
	for (size_t i = 0; i < batch->rows; i += 8) {
		if (load_le64(m + i) == 0)
			continue;
		for (size_t j = i; j < i + 8 && j < batch->rows; j++)
			if (m[j] != 0)
				m[j] = holds(p, batch, j);
	}
}
