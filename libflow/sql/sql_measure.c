/* SPDX-License-Identifier: BSD-2-Clause */
#include "sql/sql_measure.h"

#include <inttypes.h>
#include <stdio.h>

#include "sql/dialect.h"

/* The slot's column; of two that are added, a missing one counts as 0. */
static void
column(struct buf *out, enum flow_sql_dialect d, const struct slot *s)
{
	if (s->field[1] == FLOW_FIELD_NONE) {
		sql_name(out, d, flow_field_info(s->field[0])->name);
		return;
	}
	for (size_t i = 0; i < 2; i++) {
		buf_append_text(out, i > 0 ? " + coalesce(" : "coalesce(");
		sql_name(out, d, flow_field_info(s->field[i])->name);
		buf_append_text(out, ", 0)");
	}
}

static void
call(struct buf *out, enum flow_sql_dialect d, const char *function, const struct slot *s)
{
	buf_printf(out, "%s(", function);
	column(out, d, s);
	buf_append_text(out, ")");
}

/* The value at place ceil(n * percent) of the sorted ones. */
static void
percentile(struct buf *out, enum flow_sql_dialect d, const struct slot *s)
{
	struct buf place = BUF_INIT;

	call(&place, d, "count", s);
	buf_printf(&place, " * %" PRIu32 " + 99999", s->param);
	buf_append_u8(&place, '\0');
	buf_append_text(out, d == FLOW_SQL_DUCKDB ? "list_sort(list(" :
	    d == FLOW_SQL_SPARK ? "element_at(sort_array(collect_list(" : "arrayElement(arraySort(groupArray(");
	column(out, d, s);
	if (d == FLOW_SQL_DUCKDB) {
		buf_append_text(out, ") FILTER (");
		column(out, d, s);
		buf_append_text(out, " IS NOT NULL))[");
	} else {
		buf_append_text(out, d == FLOW_SQL_SPARK ? ")), CAST(" : ")), ");
	}
	if (!place.failed)
		sql_quotient(out, d, (const char *)place.data, "100000");
	buf_append_text(out, d == FLOW_SQL_DUCKDB ? "]" : d == FLOW_SQL_SPARK ? " AS INT))" : ")");
	out->failed = out->failed || place.failed;
	buf_release(&place);
}

/* Rows with SYN as the only one of the six original TCP flags. */
static void
syn(struct buf *out, enum flow_sql_dialect d, const struct slot *s)
{
	struct buf name = BUF_INIT;

	column(&name, d, s);
	buf_append_u8(&name, '\0');
	buf_append_text(out, "coalesce(sum(CASE WHEN ");
	if (!name.failed)
		sql_mask(out, d, (const char *)name.data, 63);
	buf_append_text(out, " = 2 THEN 1 ELSE 0 END), 0)");
	out->failed = out->failed || name.failed;
	buf_release(&name);
}

enum flow_status
sql_slot(struct buf *out, enum flow_sql_dialect d, const struct slot *s, struct flow_error *err)
{
	switch (s->op) {
	case SLOT_ROWS:
		buf_append_text(out, "count(*)");
		break;
	case SLOT_COUNT:
		call(out, d, "count", s);
		break;
	case SLOT_ADD:
		buf_append_text(out, "coalesce(");
		call(out, d, "sum", s);
		buf_append_text(out, ", 0)");
		break;
	case SLOT_MIN:
		call(out, d, "min", s);
		break;
	case SLOT_MAX:
		call(out, d, "max", s);
		break;
	case SLOT_OR:
		call(out, d, d == FLOW_SQL_CLICKHOUSE ? "groupBitOr" : "bit_or", s);
		break;
	case SLOT_SYN:
		syn(out, d, s);
		break;
	case SLOT_HAS:
	case SLOT_DISTINCT:
		if (d == FLOW_SQL_CLICKHOUSE) {
			call(out, d, "uniqExact", s);
			break;
		}
		buf_append_text(out, "count(DISTINCT ");
		column(out, d, s);
		buf_append_text(out, ")");
		break;
	case SLOT_PERCENTILE:
		percentile(out, d, s);
		break;
	case SLOT_APPROX:
		return flow_fail(err, FLOW_EUNSUPPORTED, FLOW_NO_OFFSET,
		    "no SQL for approx(%s): engines estimate in other ways; distinct(%s) is exact",
		    flow_field_info(s->field[0])->name, flow_field_info(s->field[0])->name);
	}
	return FLOW_OK;
}

/* The slot as a number; instants as milliseconds. */
static void
slot_number(struct buf *out, enum flow_sql_dialect d, const struct slots *slots, uint8_t i)
{
	char name[8];

	(void)snprintf(name, sizeof(name), "s%u", i);
	if (slots->slot[i].field[0] != FLOW_FIELD_NONE && slots->slot[i].op != SLOT_COUNT &&
	    slots->slot[i].op != SLOT_HAS && slots->slot[i].op != SLOT_DISTINCT &&
	    flow_field_info(slots->slot[i].field[0])->type == FLOW_TYPE_TIME)
		sql_to_ms(out, d, name);
	else
		buf_append_text(out, name);
}

static const char *
real(enum flow_sql_dialect d)
{
	return d == FLOW_SQL_CLICKHOUSE ? "Float64" : "DOUBLE";
}

/*
 * factor * a / divisor.  Where the divisor is not above 0: 0 for rates of groups (record/derived.h), or null
 * for an average of the rows that have a value.
 */
static void
divided(struct buf *out, enum flow_sql_dialect d, const struct measure *m, unsigned factor, const char *divisor)
{
	buf_printf(out, "CASE WHEN %s > 0 THEN CAST(s%u AS %s) * %u / (%s)%s END", divisor, m->a, real(d),
	    factor, divisor, m->count == 0 ? " ELSE 0" : "");
}

/* Milliseconds between two instants. */
static void
span(struct buf *out, enum flow_sql_dialect d, const struct slots *slots, uint8_t from, uint8_t to)
{
	slot_number(out, d, slots, to);
	buf_append_text(out, " - ");
	slot_number(out, d, slots, from);
}

enum flow_status
sql_measure(struct buf *out, enum flow_sql_dialect d, const struct slots *slots, const struct measure *m,
    struct flow_error *err)
{
	struct buf part = BUF_INIT;

	switch (m->kind) {
	case MEASURE_SLOT:
	case MEASURE_TIME:
		if (m->count != 0)
			buf_printf(out, "CASE WHEN s%u > 0 THEN s%u END", m->count, m->a);
		else
			buf_printf(out, "s%u", m->a);
		break;
	case MEASURE_DURATION:
		buf_append_text(out, "greatest(");
		span(out, d, slots, m->a, m->b);
		buf_append_text(out, ", 0) / 1000.0");
		break;
	case MEASURE_RATE:
		span(&part, d, slots, m->b, m->c);
		buf_append_u8(&part, '\0');
		if (!part.failed)
			divided(out, d, m, m->factor * 1000u, (const char *)part.data);
		break;
	case MEASURE_RATIO:
		buf_printf(&part, "s%u", m->b);
		buf_append_u8(&part, '\0');
		if (!part.failed)
			divided(out, d, m, 1, (const char *)part.data);
		break;
	case MEASURE_SHARE:
		buf_printf(out, "CASE WHEN t%u > 0 THEN CAST(s%u AS %s) * 100 / t%u ELSE 0 END", m->a, m->a,
		    real(d), m->a);
		break;
	case MEASURE_PART:
		buf_printf(out, "CAST(s%u AS %s) * 100 / s%u", m->a, real(d), m->b);
		break;
	case MEASURE_BIN_RATE:
		return flow_fail(err, FLOW_EUNSUPPORTED, FLOW_NO_OFFSET, "no SQL for rates over bins");
	}
	out->failed = out->failed || part.failed;
	buf_release(&part);
	return FLOW_OK;
}
