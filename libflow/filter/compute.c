/* SPDX-License-Identifier: BSD-2-Clause */
#include "filter/compute.h"

#include "filter/mask.h"
#include "record/derived.h"

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

static bool
in_ranges(const struct ranges *r, uint64_t v)
{
	if (r->count == 1)
		return v - r->range[0].lo <= r->range[0].hi - r->range[0].lo;
	return ranges_have(r, v);
}

/* Keeps, of the remaining rows, those whose NUMBER (an expression of i) is in ranges. */
#define FILTER_EACH(NUMBER)                                                     \
	for (size_t at = 0; at < rows; at += 8) {                               \
		size_t end = at + 8 < rows ? at + 8 : rows;                     \
                                                                                \
		if (load_le64(m + at) == 0)                                     \
			continue;                                               \
		for (size_t i = at; i < end; i++)                               \
			if (m[i] != 0)                                          \
				m[i] = in_ranges(&p->ranges, (NUMBER));         \
	}

static void
filter_duration(const struct predicate *p, const uint64_t *first, const uint64_t *last, uint8_t *m,
    size_t rows)
{
	FILTER_EACH(derived_duration_ms((int64_t)first[i], (int64_t)last[i]))
}

static void
filter_rate(const struct predicate *p, const uint64_t *first, const uint64_t *last,
    const uint64_t *counter, uint8_t *m, size_t rows)
{
	uint64_t per_s = DERIVED_PER_S * p->factor;

	FILTER_EACH(derived_rate(counter[i], per_s, derived_duration_ms((int64_t)first[i], (int64_t)last[i])))
}

static void
filter_ratio(const struct predicate *p, const uint64_t *dividend, const uint64_t *divisor,
    uint8_t *m, size_t rows)
{
	FILTER_EACH(derived_bytes_per_packet(dividend[i], divisor[i]))
}

/* Predicates on arithmetic over 64-bit columns, all of which must have a value. */
static void
filter_arithmetic(const struct predicate *p, const struct flow_batch *b, uint8_t *m)
{
	const uint64_t *v[3] = { NULL, NULL, NULL };

	for (size_t i = 0; i < p->fields; i++) {
		const struct flow_column *c = &b->column[p->field[i]];

		if (c->form != FLOW_FORM_FLAT) {
			memset(m, 0, mask_bytes(b->rows));
			return;
		}
		if (c->valid != NULL)
			mask_and_bitmap(m, c->valid, b->rows, false);
		v[i] = c->values;
	}
	if (p->kind == PREDICATE_DURATION)
		filter_duration(p, v[0], v[1], m, b->rows);
	else if (p->kind == PREDICATE_RATE)
		filter_rate(p, v[0], v[1], v[2], m, b->rows);
	else
		filter_ratio(p, v[0], v[1], m, b->rows);
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
			return ranges_have(&p->ranges, (entry >> p->number.shift) & p->number.mask);
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
holds_equal(const struct predicate *p, const struct flow_batch *b, size_t row)
{
	return has(b, p->field[0], row) && has(b, p->field[1], row) &&
	    value(b, p->field[0], row) == value(b, p->field[1], row);
}

static bool
holds(const struct predicate *p, const struct flow_batch *b, size_t row)
{
	switch (p->kind) {
	case PREDICATE_PORT_BLOCK:
		return holds_port_block(p, b, row);
	case PREDICATE_MPLS_EOS:
		return holds_mpls_eos(p, b, row);
	case PREDICATE_EQUAL:
		return holds_equal(p, b, row);
	default:
		return false;
	}
}

void
compute_filter(const struct predicate *p, const struct flow_batch *batch, uint8_t *m)
{
	if (p->kind == PREDICATE_DURATION || p->kind == PREDICATE_RATE ||
	    p->kind == PREDICATE_RATIO) {
		filter_arithmetic(p, batch, m);
		return;
	}
	for (size_t i = 0; i < batch->rows; i++)
		if (m[i] != 0)
			m[i] = holds(p, batch, i);
}
