/* SPDX-License-Identifier: BSD-2-Clause */
#include "nfdump/row_counters.h"

#include <inttypes.h>
#include <stdio.h>

void
nfdump_counters_fields(struct flow_fieldset *fields)
{
	static const enum flow_field used[] = { FLOW_FIELD_FIRST, FLOW_FIELD_LAST, FLOW_FIELD_FLOWS, FLOW_FIELD_PACKETS,
		FLOW_FIELD_BYTES, FLOW_FIELD_REV_PACKETS, FLOW_FIELD_REV_BYTES, FLOW_FIELD_POST_PACKETS,
		FLOW_FIELD_POST_BYTES };

	for (size_t i = 0; i < ARRAY_LEN(used); i++)
		flow_fieldset_add(fields, used[i]);
}

static uint64_t
number(const struct flow_batch *batch, enum flow_field field, uint32_t row)
{
	const struct flow_column *c = &batch->column[field];

	return flow_column_has(c, row) ? flow_column_number(c, flow_field_info(field)->type, row) : 0;
}

static uint64_t
first_of(const struct flow_batch *batch, enum flow_field field, enum flow_field other, uint32_t row)
{
	return number(batch, flow_column_has(&batch->column[field], row) ? field : other, row);
}

void
nfdump_counters_get(const struct flow_batch *batch, uint32_t row, struct nfdump_counters *c)
{
	c->first_ms = (int64_t)number(batch, FLOW_FIELD_FIRST, row);
	c->last_ms = (int64_t)number(batch, FLOW_FIELD_LAST, row);
	c->flows = number(batch, FLOW_FIELD_FLOWS, row);
	if (c->flows == 0)
		c->flows = 1;
	c->packets = number(batch, FLOW_FIELD_PACKETS, row);
	c->bytes = number(batch, FLOW_FIELD_BYTES, row);
	c->out_packets = first_of(batch, FLOW_FIELD_REV_PACKETS, FLOW_FIELD_POST_PACKETS, row);
	c->out_bytes = first_of(batch, FLOW_FIELD_REV_BYTES, FLOW_FIELD_POST_BYTES, row);
}

uint64_t
nfdump_sum(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

void
nfdump_totals_add(struct nfdump_totals *t, const struct nfdump_counters *c)
{
	t->flows = nfdump_sum(t->flows, c->flows);
	t->packets = nfdump_sum(t->packets, nfdump_sum(c->packets, c->out_packets));
	t->bytes = nfdump_sum(t->bytes, nfdump_sum(c->bytes, c->out_bytes));
	if (t->rows == 0 || c->first_ms < t->first_ms)
		t->first_ms = c->first_ms;
	if (t->rows == 0 || c->last_ms > t->last_ms)
		t->last_ms = c->last_ms;
	t->rows++;
}

void
nfdump_totals_join(struct nfdump_totals *t, const struct nfdump_totals *other)
{
	if (other->rows == 0)
		return;
	if (t->rows == 0 || other->first_ms < t->first_ms)
		t->first_ms = other->first_ms;
	if (t->rows == 0 || other->last_ms > t->last_ms)
		t->last_ms = other->last_ms;
	t->rows += other->rows;
	t->flows = nfdump_sum(t->flows, other->flows);
	t->packets = nfdump_sum(t->packets, other->packets);
	t->bytes = nfdump_sum(t->bytes, other->bytes);
}

uint64_t
nfdump_a_second(double n, double seconds)
{
	double rate = seconds > 0 ? n / seconds : 0;

	return rate < 0x1p64 ? (uint64_t)rate : UINT64_MAX;
}

void
nfdump_append_counter(struct buf *out, uint64_t value, bool plain, int width)
{
	static const struct {
		double size;
		char name;
	} unit[] = { { 1e12, 'T' }, { 1e9, 'G' }, { 1e6, 'M' } };
	char text[32];

	(void)snprintf(text, sizeof(text), "%" PRIu64, value);
	for (size_t i = 0; i < ARRAY_LEN(unit) && !plain; i++) {
		if ((double)value < unit[i].size)
			continue;
		(void)snprintf(text, sizeof(text), "%.1f %c", (double)value / unit[i].size, unit[i].name);
		break;
	}
	buf_printf(out, "%*s", width, text);
}
