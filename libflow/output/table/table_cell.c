/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/decimal.h"
#include "net/mac.h"
#include "net/proto.h"
#include "output/escape.h"
#include "output/table/table_format.h"

/* Longest text shown to people, in bytes; then an ellipsis follows. */
#define TEXT_SHOWN_MAX 128

static void
put_u64(struct buf *out, uint64_t v)
{
	if (buf_reserve(out, DECIMAL_ROOM))
		out->len += decimal_u64(v, (char *)buf_end(out));
}

static void
put_addr(struct buf *out, const struct addr *a)
{
	if (buf_reserve(out, ADDR_TEXT_MAX))
		out->len += addr_format(a, (char *)buf_end(out));
}

/* printf's %.*f */
static void
put_fixed(struct buf *out, double v, unsigned places)
{
	if (!(v >= 0 && v < DECIMAL_REAL_END) || signbit(v))
		buf_printf(out, "%.*f", (int)places, v);
	else if (buf_reserve(out, DECIMAL_ROOM))
		out->len += decimal_real(v, places, (char *)buf_end(out));
}

/* Milliseconds as seconds: 3.250 */
static void
put_seconds(struct buf *out, uint64_t ms)
{
	char rest[DECIMAL_PLACES];

	put_u64(out, ms / 1000);
	rest[0] = (char)('0' + ms % 1000 / 100);
	decimal_2((uint32_t)(ms % 100), rest + 1);
	buf_append_u8(out, '.');
	buf_append(out, rest, sizeof(rest));
}

/* Three significant digits and a letter, from 10^6 on as in nfdump; exact below. */
static void
put_scaled(const struct flow_table_printer *p, struct buf *out, double v, bool whole)
{
	static const char letters[] = "MGTPE";
	size_t i = 0;

	if (p->options.plain_numbers || v < 1e6) {
		put_fixed(out, v, whole ? 0 : 1);
		return;
	}
	for (v /= 1e6; v >= 999.95 && letters[i + 1] != '\0'; v /= 1000)
		i++;
	put_fixed(out, v, 1);
	buf_append_u8(out, ' ');
	buf_append_u8(out, (uint8_t)letters[i]);
}

static void
put_count(const struct flow_table_printer *p, struct buf *out, uint64_t v)
{
	if (p->options.plain_numbers || v < 1000000)
		put_u64(out, v);
	else
		put_scaled(p, out, (double)v, true);
}

static void
put_real(const struct flow_table_printer *p, struct buf *out, enum flow_kind kind, double v,
    bool pretty)
{
	if (kind == FLOW_KIND_RATE && pretty)
		put_scaled(p, out, v, true);
	else if (kind == FLOW_KIND_RATE || pretty)
		put_fixed(out, v, 1);
	else
		put_fixed(out, v, 3);
	if (kind == FLOW_KIND_PERCENT && pretty)
		buf_append_u8(out, '%');
}

static void
put_time(struct flow_table_printer *p, struct buf *out, int64_t ms, bool pretty)
{
	if (!buf_reserve(out, STAMP_TEXT_MAX))
		return;
	if (pretty)
		out->len += stamp_format_text(&p->stamps, ms, p->options.zone,
		    (char *)buf_end(out));
	else
		out->len += stamp_format_iso(&p->stamps, ms, (char *)buf_end(out));
}

static void
put_number(struct flow_table_printer *p, struct buf *out, enum flow_kind kind, uint64_t v,
    bool pretty)
{
	switch (kind) {
	case FLOW_KIND_PROTO:
		if (!pretty || v > UINT8_MAX)
			put_u64(out, v);
		else if (buf_reserve(out, PROTO_TEXT_MAX))
			out->len += proto_format((uint8_t)v, (char *)buf_end(out));
		break;
	case FLOW_KIND_FLAGS:
		if (!pretty || v > UINT8_MAX) {
			put_u64(out, v);
		} else if (buf_reserve(out, TCP_FLAGS_TEXT_LEN)) {
			tcp_flags_format((uint16_t)v, (char *)buf_end(out));
			out->len += TCP_FLAGS_TEXT_LEN;
		}
		break;
	case FLOW_KIND_MAC:
		if (buf_reserve(out, MAC_TEXT_LEN))
			out->len += mac_format(v, (char *)buf_end(out));
		break;
	case FLOW_KIND_TIME:
		put_time(p, out, (int64_t)v, pretty);
		break;
	case FLOW_KIND_DURATION:
		put_seconds(out, v);
		break;
	case FLOW_KIND_COUNT:
		if (pretty)
			put_count(p, out, v);
		else
			put_u64(out, v);
		break;
	default:
		put_u64(out, v);
		break;
	}
}

static void
put_text(struct buf *out, struct flow_text t, bool pretty, bool whole)
{
	size_t shown = t.len;

	if (!pretty) {
		buf_append(out, t.p, t.len);
		return;
	}
	/* An exporter may send a name of 60 KB, which would widen each row.  Cuts between characters. */
	if (t.len > TEXT_SHOWN_MAX && !whole)
		for (shown = TEXT_SHOWN_MAX; shown > 0 && ((unsigned char)t.p[shown] & 0xc0) == 0x80;)
			shown--;
	if (buf_reserve(out, escape_room(shown)))
		out->len += escape_plain(t.p, shown, (char *)buf_end(out));
	if (shown < t.len)
		buf_append_text(out, "\xe2\x80\xa6");
}

static void
put_cell(struct flow_table_printer *p, const struct flow_table_column *c, size_t row, bool pretty,
    struct buf *out)
{
	const struct flow_prefix *prefix;

	switch (c->kind) {
	case FLOW_KIND_RATE:
	case FLOW_KIND_RATIO:
	case FLOW_KIND_PERCENT:
		put_real(p, out, c->kind, ((const double *)c->values)[row], pretty);
		break;
	case FLOW_KIND_ADDR:
		put_addr(out, &((const struct addr *)c->values)[row]);
		break;
	case FLOW_KIND_PREFIX:
		prefix = &((const struct flow_prefix *)c->values)[row];
		put_addr(out, &prefix->addr);
		if (prefix->bits >= 0)
			buf_printf(out, "/%d", prefix->bits);
		break;
	case FLOW_KIND_TEXT:
		put_text(out, ((const struct flow_text *)c->values)[row], pretty, c->whole);
		break;
	default:
		put_number(p, out, c->kind, ((const uint64_t *)c->values)[row], pretty);
		break;
	}
}

void
table_plain(struct flow_table_printer *p, const struct flow_table *t, size_t column, size_t row,
    struct buf *out)
{
	if (table_has(t, column, row))
		put_cell(p, &t->column[column], row, false, out);
	else if (table_is_rest(t, column, row))
		buf_append_text(out, "other");
}

void
table_pretty(struct flow_table_printer *p, const struct flow_table *t, size_t column, size_t row,
    struct buf *out)
{
	if (table_has(t, column, row))
		put_cell(p, &t->column[column], row, true, out);
	else
		buf_append_text(out, table_is_rest(t, column, row) ? "other" : "-");
}

void
table_note(struct flow_table_printer *p, const struct flow_table_note *n, bool pretty,
    struct buf *out)
{
	if (n->kind == FLOW_KIND_RATE || n->kind == FLOW_KIND_RATIO || n->kind == FLOW_KIND_PERCENT)
		put_real(p, out, n->kind, n->value.real, pretty);
	else
		put_number(p, out, n->kind, n->value.number, pretty);
}

/* A duration in the largest unit of which it is a multiple. */
static void
put_width(struct buf *out, int64_t ms)
{
	static const struct {
		int64_t ms;
		const char *name;
	} units[] = { { 86400000, "d" }, { 3600000, "h" }, { 60000, "m" }, { 1000, "s" }, { 1, "ms" } };
	size_t i = 0;

	while (ms % units[i].ms != 0)
		i++;
	buf_printf(out, "%" PRId64 "%s", ms / units[i].ms, units[i].name);
}

void
table_period(struct flow_table_printer *p, const struct flow_table *t, struct buf *out)
{
	const struct flow_table_period *period = &t->period;

	if (!period->known)
		return;
	put_time(p, out, period->from_ms, true);
	buf_append_text(out, " to ");
	put_time(p, out, period->to_ms, true);
	buf_printf(out, ", %" PRIu64 " %s of ", period->bins, period->bins == 1 ? "bin" : "bins");
	put_width(out, period->width_ms);
	if (period->rows_outside > 0)
		buf_printf(out, "; outside of it, and not counted: %" PRIu64 " %s", period->rows_outside,
		    period->rows_outside == 1 ? "record" : "records");
}

const char *const table_period_name[PERIOD_VALUES] = { "period_from", "period_to", "period_bins" };

bool
table_period_in_rows(const struct flow_table *t)
{
	return t->period.known && t->period.in_rows;
}

void
table_period_value(struct flow_table_printer *p, const struct flow_table *t, int i, struct buf *out)
{
	if (i == PERIOD_BINS)
		put_u64(out, t->period.bins);
	else
		put_time(p, out, i == PERIOD_FROM ? t->period.from_ms : t->period.to_ms, false);
}

static void
put_period_line(struct flow_table_printer *p, const struct flow_table *t, struct buf *out)
{
	if (!t->period.known)
		return;
	buf_append_text(out, "Period: ");
	table_period(p, t, out);
	buf_append_u8(out, '\n');
}

void
table_totals(struct flow_table_printer *p, const struct flow_table *t, struct buf *out)
{
	if (p->options.quiet)
		return;
	put_period_line(p, t, out);
	if (t->notes == 0)
		return;
	buf_append_text(out, "Total:");
	for (size_t i = 0; i < t->notes; i++) {
		buf_printf(out, "%s %s ", i > 0 ? "," : "", t->note[i].name);
		table_note(p, &t->note[i], true, out);
	}
	buf_append_u8(out, '\n');
}

bool
table_is_bare(enum flow_kind kind)
{
	return flow_kind_is_number(kind) || kind == FLOW_KIND_PROTO || kind == FLOW_KIND_FLAGS;
}

bool
table_is_share(const struct flow_table *t, size_t c)
{
	size_t len = c > 0 ? strlen(t->column[c - 1].name) : 0;

	return c > 0 && t->column[c].kind == FLOW_KIND_PERCENT &&
	    strncmp(t->column[c].name, t->column[c - 1].name, len) == 0 &&
	    strcmp(t->column[c].name + len, "_pct") == 0;
}

bool
table_is_name(const struct flow_table *t, size_t c)
{
	size_t len = c > 0 ? strlen(t->column[c - 1].name) : 0;

	return c > 0 && t->column[c].kind == FLOW_KIND_TEXT &&
	    strncmp(t->column[c].name, t->column[c - 1].name, len) == 0 &&
	    strcmp(t->column[c].name + len, "_name") == 0;
}

void
flow_table_row_label(struct flow_table_printer *p, const struct flow_table *t, size_t row, size_t time,
    struct buf *out)
{
	size_t begin = out->len;

	for (size_t c = 0; c < t->columns; c++) {
		if (!t->column[c].key || c == time || (!table_has(t, c, row) && !table_is_rest(t, c, row)))
			continue;
		if (out->len > begin)
			buf_append_text(out, table_is_name(t, c) ? " " : " \xc2\xb7 ");
		table_pretty(p, t, c, row, out);
	}
	if (out->len == begin)
		buf_append_text(out, time == SIZE_MAX ? "none" : "all");
}
