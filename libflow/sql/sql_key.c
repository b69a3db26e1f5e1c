/* SPDX-License-Identifier: BSD-2-Clause */
#include "sql/sql_key.h"

#include <inttypes.h>

#include "sql/dialect.h"

static enum flow_status
refuse(const struct key_part *part, const char *why, struct flow_error *err)
{
	return flow_fail(err, FLOW_EUNSUPPORTED, FLOW_NO_OFFSET, "no SQL for the key '%s': %s", part->name,
	    why);
}

/* An instant rounded down; the remainder is never negative, though % may be. */
static void
write_bin(struct buf *out, enum flow_sql_dialect d, const char *column, int64_t width_ms)
{
	struct buf ms = BUF_INIT, rounded = BUF_INIT;

	sql_to_ms(&ms, d, column);
	buf_append_u8(&ms, '\0');
	if (!ms.failed)
		buf_printf(&rounded, "%s - (%s %% %" PRId64 " + %" PRId64 ") %% %" PRId64,
		    (const char *)ms.data, (const char *)ms.data, width_ms, width_ms, width_ms);
	buf_append_u8(&rounded, '\0');
	if (ms.failed || rounded.failed)
		out->failed = true;
	else
		sql_from_ms(out, d, (const char *)rounded.data);
	buf_release(&ms);
	buf_release(&rounded);
}

/* The network by the record's own mask, which only ClickHouse can express for any mask. */
static enum flow_status
write_net(struct buf *out, enum flow_sql_dialect d, const struct key_part *part, const char *address,
    struct flow_error *err)
{
	struct buf mask = BUF_INIT;

	if (d != FLOW_SQL_CLICKHOUSE)
		return refuse(part, "networks by the record's own mask; ClickHouse has them", err);
	sql_name(&mask, d, flow_field_info(part->mask)->name);
	buf_append_u8(&mask, '\0');
	if (!mask.failed)
		buf_printf(out, "if(position(%s, ':') = 0, toString(tupleElement(IPv4CIDRToRange("
		    "toIPv4OrDefault(%s), toUInt8(least(coalesce(%s, 0), 32))), 1)) || '/' || toString(least(%s, 32)), "
		    "toString(tupleElement(IPv6CIDRToRange(toIPv6OrDefault(%s), "
		    "toUInt8(least(coalesce(%s, 0), 128))), 1)) || "
		    "'/' || toString(least(%s, 128)))", address, address, (const char *)mask.data,
		    (const char *)mask.data, address, (const char *)mask.data, (const char *)mask.data);
	out->failed = out->failed || mask.failed;
	buf_release(&mask);
	return FLOW_OK;
}

/* The lower of two ports, or the one that has a value. */
static void
write_service(struct buf *out, enum flow_sql_dialect d, const struct key_part *part)
{
	buf_append_text(out, "least(coalesce(");
	sql_name(out, d, flow_field_info(part->field[0])->name);
	buf_append_text(out, ", ");
	sql_name(out, d, flow_field_info(part->mask)->name);
	buf_append_text(out, "), coalesce(");
	sql_name(out, d, flow_field_info(part->mask)->name);
	buf_append_text(out, ", ");
	sql_name(out, d, flow_field_info(part->field[0])->name);
	buf_append_text(out, "))");
}

static void
write_tunnel(struct buf *out, enum flow_sql_dialect d, const struct key_part *part, const char *column)
{
	buf_append_text(out, "CASE WHEN ");
	sql_name(out, d, flow_field_info(part->mask)->name);
	buf_printf(out, " IS NOT NULL THEN %s END", column);
}

static enum flow_status
write_part(struct buf *out, enum flow_sql_dialect d, const struct key_part *part, const char *column,
    struct flow_error *err)
{
	switch (part->kind) {
	case KEY_FIELD:
		buf_append_text(out, column);
		return FLOW_OK;
	case KEY_PREFIX:
		if (!sql_network(out, d, column, part->bits4, part->bits6))
			return refuse(part, "IPv6 networks of more than 64 bits, or not of whole digits; "
			    "ClickHouse has them", err);
		return FLOW_OK;
	case KEY_NET:
		return write_net(out, d, part, column, err);
	case KEY_BIN:
		write_bin(out, d, column, part->width_ms);
		return FLOW_OK;
	case KEY_LABEL:
		sql_shift(out, d, column, 4);
		return FLOW_OK;
	case KEY_SERVICE:
		write_service(out, d, part);
		return FLOW_OK;
	case KEY_TUNNEL:
		write_tunnel(out, d, part, column);
		return FLOW_OK;
	default:
		return refuse(part, key_kind_is_geo(part->kind) ?
		    "databases of addresses are not in the archive" :
		    "it is taken apart here, not stored in a column", err);
	}
}

enum flow_status
sql_key(struct buf *out, enum flow_sql_dialect d, const struct key_part *part, size_t alt,
    struct flow_error *err)
{
	struct buf column = BUF_INIT;
	enum flow_status st;

	sql_name(&column, d, flow_field_info(part->field[alt])->name);
	buf_append_u8(&column, '\0');
	st = column.failed ? flow_fail_memory(err) :
	    write_part(out, d, part, (const char *)column.data, err);
	buf_release(&column);
	return st;
}

void
sql_key_order(struct buf *out, enum flow_sql_dialect d, const struct key_part *part, const char *name,
    bool ascending)
{
	struct buf column = BUF_INIT;

	sql_name(&column, d, name);
	if (part->kind == KEY_PREFIX || part->kind == KEY_NET) {
		/* The network's address, without "/24". */
		struct buf cut = BUF_INIT;

		buf_append_u8(&column, '\0');
		if (!column.failed)
			buf_printf(&cut, d == FLOW_SQL_CLICKHOUSE ? "replaceRegexpOne(%s, '/.*$', '')" :
			    "regexp_replace(%s, '/.*$', '')", (const char *)column.data);
		buf_release(&column);
		column = cut;
	}
	buf_append_u8(&column, '\0');
	if (column.failed)
		out->failed = true;
	else if (key_part_type(part) == FLOW_TYPE_ADDR)
		sql_address_digits(out, d, (const char *)column.data);
	else
		buf_append_text(out, (const char *)column.data);
	buf_append_text(out, ascending ? " ASC NULLS FIRST" : " DESC NULLS LAST");
	buf_release(&column);
}
