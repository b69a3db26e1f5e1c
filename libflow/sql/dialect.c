/* SPDX-License-Identifier: BSD-2-Clause */
#include "sql/dialect.h"

#include <inttypes.h>
#include <string.h>

#include "time/stamp.h"

bool
flow_sql_dialect_find(const char *name, enum flow_sql_dialect *dialect)
{
	static const char *const names[] = {
		[FLOW_SQL_DUCKDB] = "duckdb", [FLOW_SQL_SPARK] = "spark",
		[FLOW_SQL_CLICKHOUSE] = "clickhouse",
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (strcmp(names[i], name) == 0) {
			*dialect = (enum flow_sql_dialect)i;
			return true;
		}
	}
	return false;
}

void
sql_name(struct buf *out, enum flow_sql_dialect d, const char *name)
{
	char quote = d == FLOW_SQL_SPARK ? '`' : '"';

	buf_append_u8(out, (uint8_t)quote);
	for (; *name != '\0'; name++) {
		if (*name == quote)
			buf_append_u8(out, (uint8_t)quote);
		buf_append_u8(out, (uint8_t)*name);
	}
	buf_append_u8(out, (uint8_t)quote);
}

/* DuckDB doubles quotes and has no backslash escapes; the others escape with it. */
void
sql_text(struct buf *out, enum flow_sql_dialect d, const char *text, size_t len)
{
	buf_append_u8(out, '\'');
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\'')
			buf_append_u8(out, d == FLOW_SQL_DUCKDB ? '\'' : '\\');
		else if (text[i] == '\\' && d != FLOW_SQL_DUCKDB)
			buf_append_u8(out, '\\');
		buf_append_u8(out, (uint8_t)text[i]);
	}
	buf_append_u8(out, '\'');
}

void
sql_instant(struct buf *out, enum flow_sql_dialect d, int64_t ms)
{
	struct stamp_civil c;

	stamp_civil(ms, STAMP_UTC, &c);
	buf_append_text(out, d == FLOW_SQL_DUCKDB ? "TIMESTAMPTZ '" :
	    d == FLOW_SQL_SPARK ? "TIMESTAMP '" : "toDateTime64('");
	buf_printf(out, "%04" PRId64 "-%02u-%02u %02u:%02u:%02u.%03u", c.year, c.month, c.day, c.hour,
	    c.minute, c.second, c.ms);
	buf_append_text(out, d == FLOW_SQL_DUCKDB ? "+00'" : d == FLOW_SQL_SPARK ? "Z'" : "', 3, 'UTC')");
}

void
sql_to_ms(struct buf *out, enum flow_sql_dialect d, const char *expr)
{
	buf_printf(out, "%s(%s)", d == FLOW_SQL_DUCKDB ? "epoch_ms" :
	    d == FLOW_SQL_SPARK ? "unix_millis" : "toUnixTimestamp64Milli", expr);
}

void
sql_from_ms(struct buf *out, enum flow_sql_dialect d, const char *expr)
{
	if (d == FLOW_SQL_DUCKDB)
		buf_printf(out, "make_timestamptz((%s) * 1000)", expr);
	else if (d == FLOW_SQL_SPARK)
		buf_printf(out, "timestamp_millis(%s)", expr);
	else
		buf_printf(out, "fromUnixTimestamp64Milli(toInt64(%s), 'UTC')", expr);
}

void
sql_shift(struct buf *out, enum flow_sql_dialect d, const char *expr, unsigned shift)
{
	if (d == FLOW_SQL_DUCKDB)
		buf_printf(out, "((%s) >> %u)", expr, shift);
	else
		buf_printf(out, "%s(%s, %u)", d == FLOW_SQL_SPARK ? "shiftrightunsigned" :
		    "bitShiftRight", expr, shift);
}

void
sql_mask(struct buf *out, enum flow_sql_dialect d, const char *expr, uint64_t mask)
{
	if (d == FLOW_SQL_CLICKHOUSE)
		buf_printf(out, "bitAnd(%s, %" PRIu64 ")", expr, mask);
	else
		buf_printf(out, "((%s) & %" PRIu64 ")", expr, mask);
}

void
sql_quotient(struct buf *out, enum flow_sql_dialect d, const char *a, const char *b)
{
	if (d == FLOW_SQL_DUCKDB)
		buf_printf(out, "((%s) // (%s))", a, b);
	else if (d == FLOW_SQL_SPARK)
		buf_printf(out, "((%s) div (%s))", a, b);
	else
		buf_printf(out, "intDivOrZero(%s, %s)", a, b);
}

void
sql_regex(struct buf *out, enum flow_sql_dialect d, const char *expr, const char *pattern, size_t len)
{
	struct buf dotall = BUF_INIT;

	/* As in POSIX, a dot is any character. */
	buf_append_text(&dotall, "(?s)");
	buf_append(&dotall, pattern, len);
	if (buf_status(&dotall) != FLOW_OK)
		out->failed = true;
	buf_append_text(out, d == FLOW_SQL_DUCKDB ? "regexp_matches(" :
	    d == FLOW_SQL_SPARK ? "regexp_like(" : "match(");
	buf_printf(out, "%s, ", expr);
	sql_text(out, d, (const char *)dotall.data, dotall.len);
	buf_append_text(out, ")");
	buf_release(&dotall);
}
