/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A table as one statement, from the inside out:
 *
 *	flows    the rows that pass, with a column k0, k1, ... for each part of the key;
 *	         where several columns count alike (`ip`), a row for each distinct one
 *	sums     a row for each key, with the slots s0, s1, ...
 *	totals   t0, t1, ...: the slots over all rows that pass, where percentages want them
 *	SELECT   the measures of the groups that are wanted, in the table's order
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "agg/ask/question.h"
#include "sql/dialect.h"
#include "sql/sql_filter.h"
#include "sql/sql_key.h"
#include "sql/sql_measure.h"

struct statement {
	struct buf *out;
	const struct flow_sql_from *from;
	enum flow_sql_dialect d;
	const struct grouping *g;
	const struct view *v;
	const struct buf *where;
	bool any;
	struct flow_error *err;
};

static enum flow_status
refuse(const struct statement *s, const char *what)
{
	return flow_fail(s->err, FLOW_EUNSUPPORTED, FLOW_NO_OFFSET, "no SQL for %s (%s)", what, s->v->title);
}

static enum flow_status
check(const struct statement *s)
{
	if (s->v->billing)
		return refuse(s, "bills");
	if (s->v->spikes)
		return refuse(s, "spikes");
	if (s->v->series)
		return refuse(s, "series; keys such as first/5m have bins");
	if (s->g->pairing.how != FLOW_AGG_ONE_WAY)
		return refuse(s, "rows of both directions in one");
	return FLOW_OK;
}

static void
from_where(struct statement *s)
{
	buf_append_text(s->out, "\n    FROM ");
	sql_source(s->out, s->from);
	if (s->any)
		return;
	buf_append_text(s->out, "\n    WHERE ");
	buf_append(s->out, s->where->data, s->where->len);
}

/* A row counts for an alternative only if no earlier one has the same value. */
static enum flow_status
differs(struct statement *s, size_t alt)
{
	const struct key_part *part = &s->g->part[0];
	struct buf own = BUF_INIT, other = BUF_INIT;
	enum flow_status st = sql_key(&own, s->d, part, alt, s->err);

	for (size_t before = 0; before < alt && st == FLOW_OK; before++) {
		buf_clear(&other);
		st = sql_key(&other, s->d, part, before, s->err);
		buf_append_text(s->out, s->any && before == 0 ? "\n    WHERE NOT (" : "\n      AND NOT (");
		buf_append(s->out, own.data, own.len);
		buf_append_text(s->out, s->d == FLOW_SQL_DUCKDB ? " IS NOT DISTINCT FROM " : " <=> ");
		buf_append(s->out, other.data, other.len);
		buf_append_text(s->out, ")");
	}
	s->out->failed = s->out->failed || own.failed || other.failed;
	buf_release(&own);
	buf_release(&other);
	return st;
}

static enum flow_status
keyed_rows(struct statement *s, size_t alt)
{
	enum flow_status st = FLOW_OK;

	buf_append_text(s->out, "    SELECT *");
	for (size_t i = 0; i < s->g->parts && st == FLOW_OK; i++) {
		buf_append_text(s->out, ", ");
		st = sql_key(s->out, s->d, &s->g->part[i], i == 0 ? alt : 0, s->err);
		buf_printf(s->out, " AS k%zu", i);
	}
	from_where(s);
	return st == FLOW_OK && alt > 0 ? differs(s, alt) : st;
}

static enum flow_status
write_flows(struct statement *s)
{
	enum flow_status st = FLOW_OK;

	buf_append_text(s->out, "WITH flows AS (\n");
	for (size_t alt = 0; alt < s->g->part[0].alts && st == FLOW_OK; alt++) {
		buf_append_text(s->out, alt > 0 ? "\n    UNION ALL\n" : "");
		st = keyed_rows(s, alt);
	}
	buf_append_text(s->out, "\n)");
	return st;
}

/* The slots, each as PREFIXn. */
static enum flow_status
write_slots(struct statement *s, char prefix)
{
	enum flow_status st = FLOW_OK;

	for (size_t i = 0; i < s->g->slots.count && st == FLOW_OK; i++) {
		buf_append_text(s->out, i > 0 ? ", " : "");
		st = sql_slot(s->out, s->d, &s->g->slots.slot[i], s->err);
		buf_printf(s->out, " AS %c%zu", prefix, i);
	}
	return st;
}

static void
write_key_list(struct statement *s)
{
	for (size_t i = 0; i < s->g->parts; i++)
		buf_printf(s->out, "%sk%zu", i > 0 ? ", " : "", i);
}

static enum flow_status
write_sums(struct statement *s)
{
	enum flow_status st;

	buf_append_text(s->out, ", sums AS (\n    SELECT ");
	write_key_list(s);
	buf_append_text(s->out, ", ");
	st = write_slots(s, 's');
	buf_append_text(s->out, "\n    FROM flows GROUP BY ");
	write_key_list(s);
	buf_append_text(s->out, "\n)");
	return st;
}

static bool
has_shares(const struct view *v)
{
	for (size_t i = 0; i < v->columns; i++)
		if (v->column[i].kind == MEASURE_SHARE)
			return true;
	for (size_t i = 0; i < v->mins; i++)
		if (v->min[i].measure.kind == MEASURE_SHARE)
			return true;
	for (size_t i = 0; i < v->having.tests; i++)
		if (v->having.test[i].measure.kind == MEASURE_SHARE)
			return true;
	for (size_t i = 0; i < v->thens; i++)
		if (!v->then[i].is_key && v->then[i].measure.kind == MEASURE_SHARE)
			return true;
	return !v->by_key && v->order.kind == MEASURE_SHARE;
}

static enum flow_status
write_totals(struct statement *s)
{
	enum flow_status st;

	if (!has_shares(s->v))
		return FLOW_OK;
	buf_append_text(s->out, ", totals AS (\n    SELECT ");
	st = write_slots(s, 't');
	from_where(s);
	buf_append_text(s->out, "\n)");
	return st;
}

/* A key with the name of a measure ("packets" by packets) gets another one, because ClickHouse requires that. */
static void
write_key_name(struct statement *s, const char *name)
{
	char text[FLOW_TABLE_NAME_MAX + 8];
	bool twice = false;

	for (size_t i = 0; i < s->v->columns; i++)
		twice = twice || strcmp(s->v->column[i].name, name) == 0;
	(void)snprintf(text, sizeof(text), "%s%s", name, twice ? "_key" : "");
	sql_name(s->out, s->d, text);
}

static enum flow_status
write_select(struct statement *s)
{
	enum flow_status st = FLOW_OK;

	buf_append_text(s->out, "\nSELECT ");
	for (size_t i = 0; i < s->g->parts; i++) {
		if (s->g->part[i].hidden)
			continue;
		buf_printf(s->out, "%sk%zu AS ", i > 0 ? ", " : "", i);
		write_key_name(s, s->g->part[i].name);
	}
	for (size_t i = 0; i < s->v->columns && st == FLOW_OK; i++) {
		buf_append_text(s->out, ",\n    ");
		st = sql_measure(s->out, s->d, &s->g->slots, &s->v->column[i], s->err);
		buf_append_text(s->out, " AS ");
		sql_name(s->out, s->d, s->v->column[i].name);
	}
	buf_append_text(s->out, has_shares(s->v) ? "\nFROM sums CROSS JOIN totals" : "\nFROM sums");
	return st;
}

/* Leaves out groups whose measure is too small; one without a value counts as 0. */
static enum flow_status
write_mins(struct statement *s)
{
	enum flow_status st = FLOW_OK;

	for (size_t i = 0; i < s->v->mins && st == FLOW_OK; i++) {
		const struct measure *m = &s->v->min[i].measure;

		if (m->kind == MEASURE_TIME)
			return refuse(s, "a threshold of an instant");
		buf_append_text(s->out, i > 0 ? " AND coalesce(" : "\nWHERE coalesce(");
		st = sql_measure(s->out, s->d, &s->g->slots, m, s->err);
		/* Thresholds of durations are in milliseconds. */
		buf_printf(s->out, ", 0)%s >= %.17g", m->kind == MEASURE_DURATION ? " * 1000" : "",
		    s->v->min[i].least);
	}
	return st;
}

/* One test of --having; durations are compared in milliseconds, and a measure without a value passes none. */
static enum flow_status
write_test(struct statement *s, struct buf *out, const struct having_test *test)
{
	enum flow_status st;

	buf_append_text(out, "coalesce((");
	st = sql_measure(out, s->d, &s->g->slots, &test->measure, s->err);
	buf_printf(out, ")%s %s %.17g, %s)", test->measure.kind == MEASURE_DURATION ? " * 1000" : "",
	    having_sign(test->how), test->value, s->d == FLOW_SQL_CLICKHOUSE ? "0" : "FALSE");
	return st;
}

/* Joins the top two conditions of a stack. */
static void
join_conditions(struct buf *a, struct buf *b, const char *word)
{
	struct buf both = BUF_INIT;

	buf_append_text(&both, "(");
	buf_append(&both, a->data, a->len);
	buf_printf(&both, " %s ", word);
	buf_append(&both, b->data, b->len);
	buf_append_text(&both, ")");
	both.failed = both.failed || a->failed || b->failed;
	buf_release(a);
	buf_release(b);
	*a = both;
}

static void
negate_condition(struct buf *a)
{
	struct buf negated = BUF_INIT;

	buf_append_text(&negated, "NOT (");
	buf_append(&negated, a->data, a->len);
	buf_append_text(&negated, ")");
	negated.failed = negated.failed || a->failed;
	buf_release(a);
	*a = negated;
}

static enum flow_status
write_having(struct statement *s)
{
	const struct having *h = &s->v->having;
	struct buf stack[HAVING_TESTS] = { BUF_INIT };
	enum flow_status st = FLOW_OK;
	size_t n = 0;

	if (h->steps == 0)
		return FLOW_OK;
	for (size_t i = 0; i < h->steps && st == FLOW_OK; i++) {
		if (h->step[i] == HAVING_NOT) {
			negate_condition(&stack[n - 1]);
		} else if (h->step[i] < HAVING_TESTS) {
			stack[n] = (struct buf)BUF_INIT;
			st = write_test(s, &stack[n++], &h->test[h->step[i]]);
		} else {
			join_conditions(&stack[n - 2], &stack[n - 1], h->step[i] == HAVING_AND ? "AND" : "OR");
			n--;
		}
	}
	if (st == FLOW_OK) {
		buf_append_text(s->out, s->v->mins > 0 ? " AND " : "\nWHERE ");
		buf_append(s->out, stack[0].data, stack[0].len);
	}
	for (size_t i = 0; i < n; i++) {
		s->out->failed |= stack[i].failed;
		buf_release(&stack[i]);
	}
	return st;
}

/* A group without a value counts as the least. */
static enum flow_status
write_measure_order(struct statement *s, const struct measure *m, bool ascending)
{
	enum flow_status st;

	buf_append_text(s->out, "coalesce(");
	st = sql_measure(s->out, s->d, &s->g->slots, m, s->err);
	if (m->kind == MEASURE_TIME) {
		buf_append_text(s->out, ", ");
		sql_instant(s->out, s->d, 0);
		buf_append_text(s->out, ")");
	} else {
		buf_append_text(s->out, ", 0)");
	}
	buf_append_text(s->out, ascending ? " ASC, " : " DESC, ");
	return st;
}

static void
write_key_order(struct statement *s, size_t part, bool ascending)
{
	char name[8];

	(void)snprintf(name, sizeof(name), "k%zu", part);
	sql_key_order(s->out, s->d, &s->g->part[part], name, ascending);
}

static enum flow_status
write_order(struct statement *s)
{
	enum flow_status st = FLOW_OK;

	buf_append_text(s->out, "\nORDER BY ");
	for (size_t i = 0; i < s->v->thens && st == FLOW_OK; i++) {
		const struct view_order *by = &s->v->then[i];

		if (by->is_key) {
			write_key_order(s, by->part, by->ascending);
			buf_append_text(s->out, ", ");
		} else {
			st = write_measure_order(s, &by->measure, by->ascending);
		}
	}
	if (s->v->thens == 0 && !s->v->by_key)
		st = write_measure_order(s, &s->v->order, s->v->ascending);
	for (size_t i = 0; i < s->g->parts; i++) {
		buf_append_text(s->out, i > 0 ? ", " : "");
		write_key_order(s, i, s->v->thens > 0 || !s->v->by_key || s->v->ascending);
	}
	if (s->v->limit > 0)
		buf_printf(s->out, "\nLIMIT %" PRIu64, s->v->limit);
	buf_append_text(s->out, ";\n");
	return st;
}

/* Writes the title in a comment, which no byte of it can end. */
static void
write_title(struct statement *s)
{
	buf_append_text(s->out, "-- ");
	for (const char *p = s->v->title; *p != '\0'; p++)
		buf_append_u8(s->out, (unsigned char)*p < ' ' ? ' ' : (uint8_t)*p);
	buf_append_text(s->out, "\n");
}

static enum flow_status
write_statement(struct statement *s)
{
	static enum flow_status (*const step[])(struct statement *) = {
		write_flows, write_sums, write_totals, write_select, write_mins, write_having, write_order,
	};
	enum flow_status st = check(s);

	if (st != FLOW_OK)
		return st;
	write_title(s);
	for (size_t i = 0; i < ARRAY_LEN(step) && st == FLOW_OK; i++)
		st = step[i](s);
	return st;
}

static enum flow_status
write_tables(struct statement *s, const struct flow_agg_spec *spec)
{
	enum flow_status st = FLOW_OK;

	for (size_t i = 0; i < spec->views && st == FLOW_OK; i++) {
		s->v = &spec->view[i];
		s->g = &spec->grouping[s->v->grouping];
		buf_append_text(s->out, i > 0 ? "\n" : "");
		st = write_statement(s);
	}
	return st;
}

enum flow_status
flow_sql_tables(const struct flow_sql_from *from, const struct flow_filter *filter,
    const struct flow_agg_spec *spec, struct buf *out, struct flow_error *err)
{
	struct buf where = BUF_INIT;
	struct statement s = { .out = out, .from = from, .d = from->dialect, .where = &where, .err = err };
	enum flow_status st = sql_filter(&where, from, filter, &s.any, err);

	if (st == FLOW_OK) {
		sql_before(out, from);
		st = write_tables(&s, spec);
	}
	if (st == FLOW_OK && (out->failed || where.failed))
		st = flow_fail_memory(err);
	buf_release(&where);
	return st;
}
