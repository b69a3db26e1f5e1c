/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Addresses, which are texts in files, as numbers and networks.  ClickHouse has functions for that;
 * for the others the text is cut into its groups.
 */
#include <inttypes.h>

#include "sql/dialect.h"

/* IPv6 networks that end within the first four groups: the zeros behind them are the longest run. */
#define NETWORK_BITS_MAX 64

/* The dotted quad in an address's text: all of it, or what follows the last colon. */
static void
append_quad(struct buf *out, const char *expr)
{
	static const char *const factor[] = { "16777216", "65536", "256", "1" };

	for (unsigned i = 0; i < 4; i++)
		buf_printf(out, "%sCAST(split_part(regexp_replace(%s, '^.*:', ''), '.', %u) AS BIGINT) * %s",
		    i > 0 ? " + " : "", expr, i + 1, factor[i]);
}

void
sql_ipv4(struct buf *out, enum flow_sql_dialect d, const char *expr)
{
	if (d == FLOW_SQL_CLICKHOUSE) {
		buf_printf(out, "IPv4StringToNumOrNull(%s)", expr);
		return;
	}
	buf_printf(out, "CASE WHEN %s NOT LIKE '%%:%%' THEN ", expr);
	append_quad(out, expr);
	buf_append_text(out, " END");
}

/* The groups between colons, padded to four digits each and concatenated. */
static void
append_groups(struct buf *out, enum flow_sql_dialect d, const char *expr, unsigned half)
{
	if (d == FLOW_SQL_DUCKDB)
		buf_printf(out, "array_to_string([lpad(g, 4, '0') FOR g IN "
		    "string_split(split_part(%s, '::', %u), ':')], '')", expr, half);
	else
		buf_printf(out, "array_join(transform(split(split_part(%s, '::', %u), ':'), "
		    "g -> lpad(g, 4, '0')), '')", expr, half);
}

/*
 * The digits of an IPv6 address; an empty half is a group of zeros, which does no harm.  Where the text ends
 * with dots (IPv4-mapped), the first sixteen digits, all zeros, are right.
 */
static void
append_ipv6_digits(struct buf *out, enum flow_sql_dialect d, const char *expr)
{
	buf_printf(out, "CASE WHEN %s LIKE '%%::%%' THEN rpad(", expr);
	append_groups(out, d, expr, 1);
	buf_append_text(out, " || repeat('0', CAST(32 - length(");
	append_groups(out, d, expr, 1);
	buf_append_text(out, ") - length(");
	append_groups(out, d, expr, 2);
	buf_append_text(out, ") AS INT)) || ");
	append_groups(out, d, expr, 2);
	buf_append_text(out, ", 32, '0') ELSE ");
	append_groups(out, d, expr, 1);
	buf_append_text(out, " END");
}

void
sql_address_digits(struct buf *out, enum flow_sql_dialect d, const char *expr)
{
	struct buf quad = BUF_INIT;

	buf_printf(out, "CASE WHEN %s LIKE '%%.%%' THEN '00000000000000000000fff' || "
	    "CASE WHEN %s LIKE '%%:%%' THEN 'e' ELSE 'f' END || ", expr, expr);
	if (d == FLOW_SQL_CLICKHOUSE) {
		buf_printf(out, "substring(lower(hex(IPv6StringToNumOrNull(%s))), 25) ELSE "
		    "lower(hex(IPv6StringToNumOrNull(%s))) END", expr, expr);
		return;
	}
	append_quad(&quad, expr);
	buf_append_u8(&quad, '\0');
	if (!quad.failed)
		buf_printf(out, d == FLOW_SQL_DUCKDB ? "printf('%%08x', %s)" :
		    "lower(lpad(hex(%s), 8, '0'))", (const char *)quad.data);
	buf_append_text(out, " ELSE ");
	append_ipv6_digits(out, d, expr);
	buf_append_text(out, " END");
	out->failed = out->failed || quad.failed;
	buf_release(&quad);
}

static void
append_ipv4_network(struct buf *out, enum flow_sql_dialect d, const char *expr, unsigned bits)
{
	struct buf number = BUF_INIT, octet = BUF_INIT;
	uint64_t mask = bits == 0 ? 0 : UINT64_C(0xffffffff) << (32 - bits) & 0xffffffff;

	append_quad(&number, expr);
	buf_append_u8(&number, '\0');
	for (unsigned i = 0; i < 4 && !number.failed; i++) {
		buf_clear(&octet);
		sql_shift(&octet, d, (const char *)number.data, 24 - 8 * i);
		buf_append_u8(&octet, '\0');
		buf_append_text(out, i > 0 ? " || '.' || " : "");
		buf_append_text(out, "CAST(");
		if (!octet.failed)
			sql_mask(out, d, (const char *)octet.data, mask >> (24 - 8 * i) & 0xff);
		buf_append_text(out, d == FLOW_SQL_SPARK ? " AS STRING)" : " AS VARCHAR)");
	}
	buf_printf(out, " || '/%u'", bits);
	out->failed = out->failed || number.failed || octet.failed;
	buf_release(&number);
	buf_release(&octet);
}

/* The leading groups, without their leading zeros; zero groups at the end become "::". */
static void
append_ipv6_network(struct buf *out, enum flow_sql_dialect d, const char *expr, unsigned bits)
{
	struct buf digits = BUF_INIT;

	append_ipv6_digits(&digits, d, expr);
	buf_append_u8(&digits, '\0');
	buf_append_text(out, "regexp_replace(");
	for (unsigned i = 0; i * 16 < bits && !digits.failed; i++) {
		unsigned whole = bits - i * 16 < 16 ? (bits - i * 16) / 4 : 4;

		/* A zero before the group's digits, then all but the last of leading zeros go. */
		buf_printf(out, "%sregexp_replace(rpad(substr(%s, %u, %u), 4, '0'), '^0{1,3}', '')",
		    i > 0 ? " || ':' || " : "", (const char *)digits.data, i * 4 + 1, whole);
	}
	buf_printf(out, "%s, '(^|:)0(:0)*$', '') || '::/%u'", bits == 0 ? "''" : "", bits);
	out->failed = out->failed || digits.failed;
	buf_release(&digits);
}

bool
sql_network(struct buf *out, enum flow_sql_dialect d, const char *expr, unsigned bits4, unsigned bits6)
{
	if (d == FLOW_SQL_CLICKHOUSE) {
		buf_printf(out, "if(position(%s, ':') = 0, toString(tupleElement(IPv4CIDRToRange("
		    "toIPv4OrDefault(%s), %u), 1)) || '/%u', toString(tupleElement(IPv6CIDRToRange("
		    "toIPv6OrDefault(%s), %u), 1)) || '/%u')", expr, expr, bits4, bits4, expr, bits6, bits6);
		return true;
	}
	if (bits6 > NETWORK_BITS_MAX || bits6 % 4 != 0)
		return false;
	buf_printf(out, "CASE WHEN %s NOT LIKE '%%:%%' THEN ", expr);
	append_ipv4_network(out, d, expr, bits4);
	buf_append_text(out, " ELSE ");
	append_ipv6_network(out, d, expr, bits6);
	buf_append_text(out, " END");
	return true;
}
