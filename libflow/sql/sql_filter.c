/* SPDX-License-Identifier: BSD-2-Clause */
#include "sql/sql_filter.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "filter/filter_program.h"
#include "net/mac.h"
#include "sql/dialect.h"

/* State while one filter is written. */
struct writer {
	struct buf *out;
	enum flow_sql_dialect d;
	struct flow_error *err;
};

static enum flow_status
refuse(const struct writer *w, const struct predicate *p, const char *why)
{
	return flow_fail(w->err, FLOW_EUNSUPPORTED, FLOW_NO_OFFSET, "no SQL for '%s' of the filter: %s",
	    p->phrase != NULL ? p->phrase : "a condition", why);
}

static void
column(struct writer *w, struct buf *out, enum flow_field field)
{
	sql_name(out, w->d, flow_field_info(field)->name);
}

/* A column as a number; instants as milliseconds. */
static void
number(struct writer *w, struct buf *out, enum flow_field field)
{
	struct buf name = BUF_INIT;

	column(w, &name, field);
	buf_append_u8(&name, '\0');
	if (name.failed)
		out->failed = true;
	else if (flow_field_info(field)->type == FLOW_TYPE_TIME)
		sql_to_ms(out, w->d, (const char *)name.data);
	else
		buf_append_text(out, (const char *)name.data);
	buf_release(&name);
}

/* One bound of a range, in the column's type. */
static void
literal(struct writer *w, enum flow_type type, uint64_t v)
{
	char text[MAC_TEXT_LEN];

	if (type == FLOW_TYPE_TIME) {
		sql_instant(w->out, w->d, (int64_t)v);
	} else if (type == FLOW_TYPE_MAC) {
		size_t len = mac_format(v, text);

		sql_text(w->out, w->d, text, len);
	} else {
		buf_printf(w->out, "%" PRIu64, v);
	}
}

/* expr in ranges; `max` is the greatest possible value. */
static void
ranges(struct writer *w, const char *expr, enum flow_type type, const struct ranges *r, uint64_t max)
{
	const char *join = "";

	buf_append_text(w->out, "(");
	for (size_t i = 0; i < r->count; i++, join = " OR ") {
		uint64_t lo = r->range[i].lo, hi = r->range[i].hi;

		buf_printf(w->out, "%s%s ", join, expr);
		if (lo == hi) {
			buf_append_text(w->out, "= ");
			literal(w, type, lo);
		} else if (hi >= max && lo == 0) {
			buf_append_text(w->out, "IS NOT NULL");
		} else if (hi >= max) {
			buf_append_text(w->out, ">= ");
			literal(w, type, lo);
		} else if (lo == 0 && type != FLOW_TYPE_TIME && type != FLOW_TYPE_MAC) {
			buf_append_text(w->out, "<= ");
			literal(w, type, hi);
		} else {
			buf_append_text(w->out, "BETWEEN ");
			literal(w, type, lo);
			buf_append_text(w->out, " AND ");
			literal(w, type, hi);
		}
	}
	buf_append_text(w->out, r->count == 0 ? "FALSE)" : ")");
}

static enum flow_status
write_number(struct writer *w, const struct predicate *p)
{
	enum flow_type type = flow_field_info(p->field[0])->type;
	struct buf expr = BUF_INIT, shifted = BUF_INIT;

	column(w, &expr, p->field[0]);
	buf_append_u8(&expr, '\0');
	if (!expr.failed && (p->number.shift != 0 || p->number.mask != UINT64_MAX)) {
		sql_shift(&shifted, w->d, (const char *)expr.data, p->number.shift);
		buf_append_u8(&shifted, '\0');
		buf_clear(&expr);
		if (!shifted.failed && p->number.mask != UINT64_MAX)
			sql_mask(&expr, w->d, (const char *)shifted.data, p->number.mask);
		else if (!shifted.failed)
			buf_append_text(&expr, (const char *)shifted.data);
		buf_append_u8(&expr, '\0');
	}
	if (expr.failed || shifted.failed)
		w->out->failed = true;
	else
		ranges(w, (const char *)expr.data, type, &p->ranges, field_max(p->field[0]));
	buf_release(&expr);
	buf_release(&shifted);
	return FLOW_OK;
}

/* A few addresses or networks of whole octets, as texts. */
static void
address_texts(struct writer *w, const struct predicate *p)
{
	buf_append_text(w->out, "(");
	for (size_t i = 0; i < p->texts; i++) {
		buf_append_text(w->out, i > 0 ? " OR " : "");
		column(w, w->out, p->field[0]);
		if (p->by_prefix) {
			buf_append_text(w->out, " LIKE '");
			buf_append(w->out, p->text[i].p, p->text[i].len);
			buf_append_text(w->out, "%'");
		} else {
			buf_append_text(w->out, " = ");
			sql_text(w->out, w->d, p->text[i].p, p->text[i].len);
		}
	}
	buf_append_text(w->out, ")");
}

static void
address_digits(struct buf *out, const struct addr *a)
{
	for (size_t i = 0; i < sizeof(a->b); i++)
		buf_printf(out, "%02x", a->b[i]);
}

/* IPv4 ranges compare as numbers, IPv6 ranges in the order of their digits. */
static void
address_range(struct writer *w, const char *expr, const struct addr_range *r)
{
	bool v4 = addr_is_v4(&r->lo) && addr_is_v4(&r->hi);
	bool all = v4 ? addr_v4(&r->lo) == 0 && addr_v4(&r->hi) == UINT32_MAX :
	    addr_hi(&r->lo) == 0 && addr_lo(&r->lo) == 0 && addr_hi(&r->hi) == UINT64_MAX &&
	    addr_lo(&r->hi) == UINT64_MAX;

	buf_printf(w->out, "(%s %sLIKE '%%:%%'", expr, v4 ? "NOT " : "");
	if (!all && v4) {
		buf_append_text(w->out, " AND ");
		sql_ipv4(w->out, w->d, expr);
		buf_printf(w->out, " BETWEEN %" PRIu32 " AND %" PRIu32, addr_v4(&r->lo), addr_v4(&r->hi));
	} else if (!all) {
		buf_append_text(w->out, " AND ");
		sql_address_digits(w->out, w->d, expr);
		buf_append_text(w->out, " BETWEEN '");
		address_digits(w->out, &r->lo);
		buf_append_text(w->out, "' AND '");
		address_digits(w->out, &r->hi);
		buf_append_text(w->out, "'");
	}
	buf_append_text(w->out, ")");
}

/* A list of ranges, joined by OR. */
static enum flow_status
address_ranges(struct writer *w, const struct predicate *p, const char *expr)
{
	struct addr_list list = { 0 };

	if (!addr_set_list(p->set, &list))
		return flow_fail_memory(w->err);
	buf_append_text(w->out, list.count == 0 ? "(FALSE" : "(");
	for (size_t i = 0; i < list.count; i++) {
		buf_append_text(w->out, i > 0 ? " OR " : "");
		address_range(w, expr, &list.range[i]);
	}
	buf_append_text(w->out, ")");
	addr_list_release(&list);
	return FLOW_OK;
}

static enum flow_status
write_address(struct writer *w, const struct predicate *p)
{
	struct buf expr = BUF_INIT;
	enum flow_status st = FLOW_OK;

	if (p->texts > 0) {
		address_texts(w, p);
		return FLOW_OK;
	}
	column(w, &expr, p->field[0]);
	buf_append_u8(&expr, '\0');
	if (expr.failed)
		st = flow_fail_memory(w->err);
	else
		st = address_ranges(w, p, (const char *)expr.data);
	buf_release(&expr);
	return st;
}

/*
 * Whether the pattern means the same in POSIX, RE2 and Java: only punctuation is escaped, and no brackets are
 * doubled.
 */
static bool
regex_is_common(const char *pattern, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char next = i + 1 < len ? (unsigned char)pattern[i + 1] : 0;

		if (pattern[i] == '\\' && (next == 0 || isalnum(next) || next >= 0x80))
			return false;
		if ((pattern[i] == '[' && (next == ':' || next == '.' || next == '=' || next == '[')) ||
		    (pattern[i] == '&' && next == '&') || (pattern[i] == '(' && next == '?') ||
		    ((unsigned char)pattern[i]) >= 0x80)
			return false;
		if ((pattern[i] == '*' || pattern[i] == '+' || pattern[i] == '?' || pattern[i] == '}') &&
		    (next == '+' || next == '?' || next == '*'))
			return false;
	}
	return true;
}

/* A text that a LIKE pattern takes as it is, and one more for each end that is open. */
static void
append_like(struct writer *w, const char *text, size_t len, bool open_begin, bool open_end, bool glob)
{
	struct buf pattern = BUF_INIT;

	buf_append_text(&pattern, open_begin ? "%" : "");
	for (size_t i = 0; i < len; i++) {
		if (glob && (text[i] == '*' || text[i] == '?')) {
			buf_append_u8(&pattern, text[i] == '*' ? '%' : '_');
			continue;
		}
		if (text[i] == '%' || text[i] == '_' || text[i] == '\\')
			buf_append_u8(&pattern, '\\');
		buf_append_u8(&pattern, (uint8_t)text[i]);
	}
	buf_append_text(&pattern, open_end ? "%" : "");
	buf_append_text(w->out, " LIKE ");
	sql_text(w->out, w->d, (const char *)pattern.data, pattern.len);
	if (w->d == FLOW_SQL_DUCKDB)
		buf_append_text(w->out, " ESCAPE '\\'");
	w->out->failed = w->out->failed || pattern.failed;
	buf_release(&pattern);
}

static enum flow_status
write_match(struct writer *w, const struct predicate *p)
{
	size_t len;
	const char *pattern = matcher_pattern(p->matcher, &len);
	enum match_op op = matcher_op(p->matcher);
	struct buf name = BUF_INIT;

	if (op == MATCH_GLOB && memchr(pattern, '?', len) != NULL)
		return refuse(w, p, "? is a byte in a filter, a character in SQL");
	if (op == MATCH_REGEX && !regex_is_common(pattern, len))
		return refuse(w, p, "engines read this regular expression in other ways");
	buf_append_text(w->out, p->negated ? "NOT " : "");
	if (op == MATCH_REGEX) {
		column(w, &name, p->field[0]);
		buf_append_u8(&name, '\0');
		if (!name.failed)
			sql_regex(w->out, w->d, (const char *)name.data, pattern, len);
		w->out->failed = w->out->failed || name.failed;
		buf_release(&name);
		return FLOW_OK;
	}
	buf_append_text(w->out, "(");
	column(w, w->out, p->field[0]);
	append_like(w, pattern, len, op == MATCH_CONTAINS || op == MATCH_ENDS,
	    op == MATCH_CONTAINS || op == MATCH_BEGINS, op == MATCH_GLOB);
	buf_append_text(w->out, ")");
	return FLOW_OK;
}

static enum flow_status
write_text(struct writer *w, const struct predicate *p)
{
	if (p->texts == 0)
		return write_match(w, p);
	buf_append_text(w->out, "(");
	column(w, w->out, p->field[0]);
	buf_append_text(w->out, p->negated ? " NOT IN (" : " IN (");
	for (size_t i = 0; i < p->texts; i++) {
		buf_append_text(w->out, i > 0 ? ", " : "");
		sql_text(w->out, w->d, p->text[i].p, p->text[i].len);
	}
	buf_append_text(w->out, "))");
	return FLOW_OK;
}

/* Milliseconds from first to last, 0 where it ends before it begins. */
static void
append_duration(struct writer *w, struct buf *out)
{
	buf_append_text(out, "greatest(");
	number(w, out, FLOW_FIELD_LAST);
	buf_append_text(out, " - ");
	number(w, out, FLOW_FIELD_FIRST);
	buf_append_text(out, ", 0)");
}

/* counter * scale / ms, or a quotient of two counters; 0 where there is nothing to divide by. */
static enum flow_status
write_computed(struct writer *w, const struct predicate *p)
{
	struct buf above = BUF_INIT, below = BUF_INIT, expr = BUF_INIT;

	if (p->kind == PREDICATE_DURATION) {
		append_duration(w, &expr);
	} else {
		if (p->kind == PREDICATE_RATE)
			append_duration(w, &below);
		else
			number(w, &below, p->field[1]);
		number(w, &above, p->field[p->kind == PREDICATE_RATE ? 2 : 0]);
		if (p->kind == PREDICATE_RATE)
			buf_printf(&above, " * %u", 1000u * (unsigned)p->factor);
		buf_append_u8(&above, '\0');
		buf_append_u8(&below, '\0');
		if (!above.failed && !below.failed) {
			buf_printf(&expr, "coalesce(CASE WHEN %s > 0 THEN ", (const char *)below.data);
			sql_quotient(&expr, w->d, (const char *)above.data, (const char *)below.data);
			buf_append_text(&expr, " END, 0)");
		}
	}
	buf_append_u8(&expr, '\0');
	if (above.failed || below.failed || expr.failed)
		w->out->failed = true;
	else
		ranges(w, (const char *)expr.data, FLOW_TYPE_U64, &p->ranges, UINT64_MAX);
	buf_release(&above);
	buf_release(&below);
	buf_release(&expr);
	return FLOW_OK;
}

static void
write_bits(struct writer *w, const struct predicate *p)
{
	struct buf name = BUF_INIT;

	column(w, &name, p->field[0]);
	buf_append_u8(&name, '\0');
	if (!name.failed)
		sql_mask(w->out, w->d, (const char *)name.data, p->number.mask);
	buf_printf(w->out, " = %" PRIu64, p->number.mask);
	w->out->failed = w->out->failed || name.failed;
	buf_release(&name);
}

static void
write_port_block(struct writer *w, const struct predicate *p)
{
	column(w, w->out, p->field[0]);
	buf_append_text(w->out, " BETWEEN ");
	column(w, w->out, FLOW_FIELD_PORT_BLOCK_START);
	buf_append_text(w->out, " AND ");
	column(w, w->out, FLOW_FIELD_PORT_BLOCK_END);
}

/* Hours and days of UTC; a remainder is never negative, though % may be.  1970-01-01 was a Thursday. */
static enum flow_status
write_clock(struct writer *w, const struct predicate *p)
{
	bool hour = p->kind == PREDICATE_HOUR;
	struct buf ms = BUF_INIT, rest = BUF_INIT, expr = BUF_INIT;

	if (p->zone != STAMP_UTC)
		return refuse(w, p, "local time is not asked in SQL; --utc is");
	number(w, &ms, p->field[0]);
	buf_append_u8(&ms, '\0');
	if (!ms.failed && hour)
		buf_printf(&rest, "((%s) %% 86400000 + 86400000) %% 86400000", (const char *)ms.data);
	else if (!ms.failed)
		buf_printf(&rest, "((%s) %% 604800000 + 604800000 + 259200000) %% 604800000", (const char *)ms.data);
	buf_append_u8(&rest, '\0');
	if (!rest.failed)
		sql_quotient(&expr, w->d, (const char *)rest.data, hour ? "3600000" : "86400000");
	if (!hour)
		buf_append_text(&expr, " + 1");
	buf_append_u8(&expr, '\0');
	if (ms.failed || rest.failed || expr.failed)
		w->out->failed = true;
	else
		ranges(w, (const char *)expr.data, FLOW_TYPE_U64, &p->ranges, UINT64_MAX);
	buf_release(&ms);
	buf_release(&rest);
	buf_release(&expr);
	return FLOW_OK;
}

static enum flow_status
write_predicate(struct writer *w, const struct predicate *p)
{
	if (p->fields > 0 && p->field[0] >= FLOW_FIELD_STORED)
		return refuse(w, p, "files have no such column");
	switch (p->kind) {
	case PREDICATE_NUMBER:
	case PREDICATE_MAC:
		return write_number(w, p);
	case PREDICATE_BITS:
		write_bits(w, p);
		return FLOW_OK;
	case PREDICATE_ADDR:
		return write_address(w, p);
	case PREDICATE_TEXT:
		return write_text(w, p);
	case PREDICATE_NULL:
		column(w, w->out, p->field[0]);
		buf_append_text(w->out, " IS NULL");
		return FLOW_OK;
	case PREDICATE_DURATION:
	case PREDICATE_RATE:
	case PREDICATE_RATIO:
		return write_computed(w, p);
	case PREDICATE_EQUAL:
		column(w, w->out, p->field[0]);
		buf_append_text(w->out, " = ");
		column(w, w->out, p->field[1]);
		return FLOW_OK;
	case PREDICATE_PORT_BLOCK:
		write_port_block(w, p);
		return FLOW_OK;
	case PREDICATE_HOUR:
	case PREDICATE_WEEKDAY:
		return write_clock(w, p);
	case PREDICATE_SAMPLE:
		return refuse(w, p, "engines have no such hash; USING SAMPLE and the like take other rows");
	case PREDICATE_IF_NAME:
		return refuse(w, p, "names of interfaces stand in the files' metadata");
	case PREDICATE_GEO:
		return refuse(w, p, "databases of addresses are not in the archive");
	case PREDICATE_COUNT:
		return refuse(w, p, "rows of a table have no numbers");
	case PREDICATE_IDENT:
		return refuse(w, p, "it stands in the files' metadata");
	default:
		return refuse(w, p, "it is taken apart here, not stored in a column");
	}
}

static enum flow_status write_node(struct writer *w, const struct node *n, bool below_not);

static enum flow_status
write_children(struct writer *w, const struct node *n, const char *join, bool below_not)
{
	enum flow_status st = FLOW_OK;

	buf_append_text(w->out, "(");
	for (const struct node *c = n->child; c != NULL && st == FLOW_OK; c = c->next) {
		buf_append_text(w->out, c == n->child ? "" : join);
		st = write_node(w, c, below_not);
	}
	buf_append_text(w->out, ")");
	return st;
}

/* The depth of a filter is bounded (AST_MAX_DEPTH). */
static enum flow_status
write_node(struct writer *w, const struct node *n, bool below_not)
{
	enum flow_status st;

	switch (n->kind) {
	case NODE_TRUE:
	case NODE_FALSE:
		buf_append_text(w->out, n->kind == NODE_TRUE ? "TRUE" : "FALSE");
		return FLOW_OK;
	case NODE_NOT:
		buf_append_text(w->out, "NOT ");
		return write_children(w, n, "", true);
	case NODE_AND:
		return write_children(w, n, " AND ", below_not);
	case NODE_OR:
		return write_children(w, n, " OR ", below_not);
	case NODE_PREDICATE:
		break;
	}
	buf_append_text(w->out, below_not ? "coalesce(" : "");
	st = write_predicate(w, n->predicate);
	buf_append_text(w->out, below_not ? ", FALSE)" : "");
	return st;
}

static void
write_window(struct writer *w, const struct flow_sql_from *from)
{
	if (from->from_ms != INT64_MIN) {
		column(w, w->out, FLOW_FIELD_FIRST);
		buf_append_text(w->out, " >= ");
		sql_instant(w->out, w->d, from->from_ms);
	}
	if (from->to_ms != INT64_MAX) {
		buf_append_text(w->out, from->from_ms != INT64_MIN ? " AND " : "");
		column(w, w->out, FLOW_FIELD_FIRST);
		buf_append_text(w->out, " < ");
		sql_instant(w->out, w->d, from->to_ms);
	}
}

enum flow_status
sql_filter(struct buf *out, const struct flow_sql_from *from, const struct flow_filter *filter,
    bool *any, struct flow_error *err)
{
	struct writer w = { .out = out, .d = from->dialect, .err = err };
	bool window = from->from_ms != INT64_MIN || from->to_ms != INT64_MAX;
	bool rows = filter != NULL && !flow_filter_is_any(filter);

	*any = !window && !rows;
	if (window)
		write_window(&w, from);
	if (!rows)
		return FLOW_OK;
	buf_append_text(out, window ? "\n  AND " : "");
	return write_node(&w, filter->root, false);
}
