/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "output/printer.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "net/geo_file.h"
#include "net/resolve.h"
#include "output/output_rows.h"
#include "tap.h"

#define FIRST INT64_C(1795423262123)	/* 2026-11-23T08:41:02.123Z */

static void
required(struct rows *r, int64_t first, uint64_t ms)
{
	rows_number(r, FLOW_FIELD_FIRST, (uint64_t)first);
	rows_number(r, FLOW_FIELD_LAST, (uint64_t)first + ms);
	rows_number(r, FLOW_FIELD_RECEIVED, (uint64_t)first + 1000);
	rows_number(r, FLOW_FIELD_FLOWS, 1);
	rows_addr(r, FLOW_FIELD_EXPORTER, "192.0.2.254");
	rows_number(r, FLOW_FIELD_EXPORT_VERSION, 9);
}

static void
tcp_row(struct rows *r)
{
	required(r, FIRST, 2500);
	rows_addr(r, FLOW_FIELD_SRC_ADDR, "192.0.2.1");
	rows_addr(r, FLOW_FIELD_DST_ADDR, "198.51.100.200");
	rows_number(r, FLOW_FIELD_SRC_PORT, 40000);
	rows_number(r, FLOW_FIELD_DST_PORT, 443);
	rows_number(r, FLOW_FIELD_PROTO, 6);
	rows_number(r, FLOW_FIELD_TCP_FLAGS, 0x1b);
	rows_number(r, FLOW_FIELD_TOS, 8);
	rows_number(r, FLOW_FIELD_PACKETS, 10);
	rows_number(r, FLOW_FIELD_BYTES, 1234567);
	rows_number(r, FLOW_FIELD_IN_IF, 3);
	rows_number(r, FLOW_FIELD_OUT_IF, 0);
	rows_number(r, FLOW_FIELD_SRC_AS, UINT32_MAX);
	rows_number(r, FLOW_FIELD_DST_AS, 64496);
	rows_number(r, FLOW_FIELD_SAMPLING, 1000);
	rows_next(r);
}

/* An ICMPv6 row that knows little. */
static void
icmp_row(struct rows *r)
{
	required(r, FIRST + 60000, 0);
	rows_addr(r, FLOW_FIELD_SRC_ADDR, "2001:db8:85a3:8d3:1319:8a2e:370:7348");
	rows_addr(r, FLOW_FIELD_DST_ADDR, "2001:db8::1");
	rows_number(r, FLOW_FIELD_PROTO, 58);
	rows_number(r, FLOW_FIELD_ICMP_TYPE, 128);
	rows_number(r, FLOW_FIELD_ICMP_CODE, 0);
	rows_number(r, FLOW_FIELD_PACKETS, 1);
	rows_number(r, FLOW_FIELD_BYTES, 104);
	rows_next(r);
}

#define CSV_HEADER "first,last,src_addr,dst_addr,src_port,dst_port,proto,tcp_flags,tos,packets," \
	"bytes,flows,in_if,out_if,src_as,dst_as,exporter,sampling\n"

static void
test_csv(struct rows *r)
{
	struct flow_printer_options quiet = { .quiet = true };

	is_str(rows_print(r, "csv", NULL), CSV_HEADER
	    "2026-11-23T08:41:02.123Z,2026-11-23T08:41:04.623Z,192.0.2.1,198.51.100.200,40000,443,"
	    "6,27,8,10,1234567,1,3,0,4294967295,64496,192.0.2.254,1000\n"
	    "2026-11-23T08:42:02.123Z,2026-11-23T08:42:02.123Z,"
	    "2001:db8:85a3:8d3:1319:8a2e:370:7348,2001:db8::1,,,58,,,1,104,1,,,,,192.0.2.254,\n");
	is_str(rows_print(r, "csv:src_addr,%dp,%td,pps,bps,bpp", NULL),
	    "src_addr,dst_port,duration,pps,bps,bpp\n"
	    "192.0.2.1,443,2.500,4,3950614,123456\n"
	    "2001:db8:85a3:8d3:1319:8a2e:370:7348,,0.000,0,0,104\n");
	is_str(rows_print(r, "csv:sampling", &quiet), "1000\n\n");
	ok(strncmp(rows_print(r, "csv:all", NULL), "first,last,received,src_addr,", 29) == 0);
}

static void
test_json(struct rows *r)
{
	is_str(rows_print(r, "ndjson:first,src_addr,dst_port,sampling", NULL),
	    "{\"first\":\"2026-11-23T08:41:02.123Z\",\"src_addr\":\"192.0.2.1\",\"dst_port\":443,"
	    "\"sampling\":1000}\n"
	    "{\"first\":\"2026-11-23T08:42:02.123Z\","
	    "\"src_addr\":\"2001:db8:85a3:8d3:1319:8a2e:370:7348\"}\n");
	is_str(rows_print(r, "json:dst_port", NULL), "[\n{\"dst_port\":443},\n{}\n]\n");
	is_str(rows_print(r, "ndjson:%td,proto", NULL),
	    "{\"duration\":2.500,\"proto\":6}\n{\"duration\":0.000,\"proto\":58}\n");
}

static void
test_line(struct rows *r)
{
	struct flow_printer_options plain = { .plain_numbers = true };
	struct flow_printer_options full = { .full_ipv6 = true, .quiet = true };

	is_str(rows_print(r, "line", NULL),
	    "Date first seen         Duration         Proto      Src IP Addr:Port "
	    "         Dst IP Addr:Port   Packets    Bytes Flows\n"
	    "2026-11-23 08:41:02.123     00:00:02.500 TCP          192.0.2.1:40000 -> "
	    "  198.51.100.200:443         10    1.2 M     1\n"
	    "2026-11-23 08:42:02.123     00:00:00.000 ICMP6 2001:db..70:7348.0     -> "
	    "     2001:db8::1.128.0        1      104     1\n");
	is_str(rows_print(r, "long", &plain),
	    "Date first seen         Duration         Proto      Src IP Addr:Port "
	    "         Dst IP Addr:Port     Flags  Tos  Packets    Bytes Flows\n"
	    "2026-11-23 08:41:02.123            2.500 6            192.0.2.1:40000 -> "
	    "  198.51.100.200:443         27    8       10  1234567     1\n"
	    "2026-11-23 08:42:02.123            0.000 58    2001:db..70:7348.0     -> "
	    "     2001:db8::1.128.0        0    0        1      104     1\n");
	is_str(rows_print(r, "fmt:%sa|%sas", &full),
	    "                              192.0.2.1|4294967295\n"
	    "   2001:db8:85a3:8d3:1319:8a2e:370:7348|     0\n");
}

static void
test_fmt(struct rows *r)
{
	struct flow_printer_options quiet = { .quiet = true, .ident = "edge" };

	is_str(rows_print(r, "fmt:%flg %pr %tsr %cnt%n.%idt.", &quiet),
	    "...AP.SF TCP   1795423262.123     1\n.edge        .\n"
	    "........ ICMP6 1795423322.123     2\n.edge        .\n");
	is_str(rows_print(r, "fmt:%dp,%it,%ic,%eth,%ismc,%uname", &quiet),
	    "   443,     0,     0,0x0000,00:00:00:00:00:00,<empty>\n"
	    " 128.0,   128,     0,0x0000,00:00:00:00:00:00,<empty>\n");
	is_str(rows_print(r, "fmt:%sn %mpls1 %ttl %cl %nfv %eng", &quiet),
	    "       192.0.2.1/0         0-0-0     0     0     0.000 Nv9   0/0  \n"
	    "2001:db..70:7348/0         0-0-0     0     0     0.000 Nv9   0/0  \n");
}

/* What firewalls and NAT report. */
static void
test_events(void)
{
	struct flow_printer_options quiet = { .quiet = true };
	struct rows r;

	rows_begin(&r);
	required(&r, FIRST, 0);
	rows_addr(&r, FLOW_FIELD_SRC_ADDR, "192.0.2.77");
	rows_number(&r, FLOW_FIELD_SRC_MASK, 26);
	rows_number(&r, FLOW_FIELD_DOMAIN, 0x1234);
	rows_number(&r, FLOW_FIELD_FW_EVENT, 3);
	rows_number(&r, FLOW_FIELD_FW_EXT_EVENT, 1001);
	rows_number(&r, FLOW_FIELD_NAT_EVENT, 4);
	rows_text(&r, FLOW_FIELD_IN_ACL, "1a-2-ffffffff", 13);
	rows_text(&r, FLOW_FIELD_OUT_ACL, "1a-2-ffffffff", 13);
	rows_text(&r, FLOW_FIELD_USERNAME, "j\x1b[31m", 6);
	rows_text(&r, FLOW_FIELD_APP_ID, "3:80", 4);
	rows_number(&r, FLOW_FIELD_POST_BYTES, 5);
	rows_number(&r, FLOW_FIELD_MPLS_1, 20005 << 4 | 5 << 1 | 1);
	rows_number(&r, FLOW_FIELD_CLIENT_LATENCY, 1234);
	rows_next(&r);
	is_str(rows_print(&r, "fmt:%evt|%nevt|%xevt|%nfv|%uname", &quiet),
	    "  DENIED|   ADD44|  I-ACL|EVT9|j\xef\xbf\xbd[31m\n");
	is_str(rows_print(&r, "fmt:%iacl|%eacl|", &quiet),
	    "0x1a       0x2        0xffffffff|        26          2 4294967295|\n");
	is_str(rows_print(&r, "fmt:%sn|%eng|%nbid|%obyt|%mpls1|%cl", &quiet),
	    "      192.0.2.64/26| 18/52 | 3..80|       5|   20005-5-1|    1.234\n");
	rows_end(&r);
	rows_begin(&r);
	required(&r, FIRST, 0);
	rows_text(&r, FLOW_FIELD_APP_ID, "", 0);
	rows_next(&r);
	is_str(rows_print(&r, "fmt:%nbid|", &quiet), "  |\n");
	rows_end(&r);
}

static void
test_raw(struct rows *r)
{
	is_str(rows_print(r, "raw:first,proto,tcp_flags,dst_port,src_addr", NULL),
	    "Flow\n"
	    "  first             = 2026-11-23 08:41:02.123\n"
	    "  proto             = 6 (TCP)\n"
	    "  tcp_flags         = ...AP.SF (27)\n"
	    "  dst_port          = 443\n"
	    "  src_addr          = 192.0.2.1\n"
	    "\n"
	    "Flow\n"
	    "  first             = 2026-11-23 08:42:02.123\n"
	    "  proto             = 58 (ICMP6)\n"
	    "  src_addr          = 2001:db8:85a3:8d3:1319:8a2e:370:7348\n"
	    "\n");
	is_str(rows_print(r, "null", NULL), "");
}

static void
test_empty(void)
{
	struct rows r;

	rows_begin(&r);
	is_str(rows_print(&r, "csv", NULL), CSV_HEADER);
	is_str(rows_print(&r, "json", NULL), "[\n]\n");
	is_str(rows_print(&r, "ndjson", NULL), "");
	is_str(rows_print(&r, "fmt:%pkt", NULL), " Packets\n");
	is_str(rows_print(&r, "null", NULL), "");
	rows_end(&r);
}

static void
test_extremes(void)
{
	struct rows r;

	rows_begin(&r);
	required(&r, 0, 0);
	rows_number(&r, FLOW_FIELD_FIRST, (uint64_t)INT64_MIN);
	rows_number(&r, FLOW_FIELD_LAST, (uint64_t)INT64_MAX);
	rows_number(&r, FLOW_FIELD_PACKETS, (uint64_t)INT64_MAX);
	rows_number(&r, FLOW_FIELD_BYTES, (uint64_t)INT64_MAX);
	rows_number(&r, FLOW_FIELD_CONN_ID, UINT64_MAX);
	rows_next(&r);
	is_str(rows_print(&r, "csv:first,last,packets,conn_id,%td", NULL),
	    "first,last,packets,conn_id,duration\n"
	    "-292275055-05-16T16:47:04.192Z,+292278994-08-17T07:12:55.807Z,9223372036854775807,"
	    "18446744073709551615,9223372036854775.807\n");
	/* (2^63-1) * 8000 / (2^64-1) is 3999.99 */
	is_str(rows_print(&r, "fmt:%byt|%flid|%bps", &(struct flow_printer_options){ .quiet = true }),
	    "9223372.0 T|18446744073709551615|    3999\n");
	rows_end(&r);
}

static void
test_times(struct rows *r)
{
	struct flow_printer_options local = { .quiet = true, .zone = STAMP_LOCAL };

	(void)setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	is_str(rows_print(r, "fmt:%ts|%tsg|%tevt", &local),
	    "2026-11-23 09:41:02.123|2026-11-23 08:41:02.123|0000-00-00 00:00:00.000\n"
	    "2026-11-23 09:42:02.123|2026-11-23 08:42:02.123|0000-00-00 00:00:00.000\n");
	/* Programs' output stays in UTC. */
	is_str(rows_print(r, "csv:first", &local),
	    "2026-11-23T08:41:02.123Z\n2026-11-23T08:42:02.123Z\n");
}

/* 192.0.2.1 has a name; 198.51.100.200 one that is too long; others none. */
static size_t
lookup(void *context, const struct addr *a, char *out)
{
	UNUSED(context);
	if (addr_is_v4(a) && addr_v4(a) == 0xc0000201) {
		memcpy(out, "www.example.net", 15);
		return 15;
	}
	memset(out, 'x', 60);
	return addr_is_v4(a) ? 60 : 0;
}

static void
test_resolved(struct rows *r)
{
	struct resolver_options look = { .threads = 2, .lookup = lookup };
	struct flow_printer_options options = { .resolver = resolver_new(&look) };

	is_str(rows_print(r, "fmt:%sa|%dap|", &options),
	    "                            Src IP Addr "
	    "                            Dst IP Addr:Port         \n"
	    "                        www.example.net|xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx..:https       |\n"
	    "   2001:db8:85a3:8d3:1319:8a2e:370:7348|                            2001:db8::1.128.0       |\n");
	is_str(rows_print(r, "csv:src_addr,dst_port", &options),
	    "src_addr,dst_port\n192.0.2.1,443\n2001:db8:85a3:8d3:1319:8a2e:370:7348,\n");
	resolver_free(options.resolver);
}

static void
test_refused(struct rows *r)
{
	static const char *const bad[] = {
		"", "cvs", "csv:", "csv:src_addr,", "csv:nosuch", "csv:%sn", "csv:%", "null:x",
		"line:x", "fmt:%", "fmt:%zz", "fmt:%ts2", "fmt", "json:,",
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct flow_printer *p = NULL;
		struct flow_error err;

		ok(flow_printer_new(bad[i], strlen(bad[i]), NULL, &p, &err) == FLOW_EINVAL);
		ok(p == NULL);
	}
	is_str(rows_print(r, "csv:src_addr,bites", NULL),
	    "output format: no column \"bites\" (at position 14); csv:all prints all names; "
	    "did you mean 'bytes'?");
	is_str(rows_print(r, "csv:%cnt", NULL), "output format: \"%cnt\" (at position 5): for fmt: only");
	is_str(rows_print(r, "csv:%zz", NULL), "output format: \"%zz\" (at position 5): no such token");
	is_str(rows_print(r, "fmt:%sa %zz", NULL), "output format: \"%zz\" (at position 9): no such token");
	is_str(rows_print(r, "fmt:%ipl", NULL), "output format: \"%ipl\" (at position 5): "
	    "payload is printed in the column extra only, as hexadecimal digits");
	is_str(rows_print(r, "json:bytes,%ipl", NULL),
	    "output format: \"%ipl\" (at position 12): payload is printed in the column extra only, "
	    "as hexadecimal digits");
}

/* Tokens of several values are as many columns. */
static void
test_token_lists(struct rows *r)
{
	is_str(rows_print(r, "csv:%sap,%dap,bytes", NULL),
	    "src_addr,src_port,dst_addr,dst_port,bytes\n"
	    "192.0.2.1,40000,198.51.100.200,443,1234567\n"
	    "2001:db8:85a3:8d3:1319:8a2e:370:7348,,2001:db8::1,,104\n");
	is_str(rows_print(r, "ndjson:%sap,%ttl", NULL),
	    "{\"src_addr\":\"192.0.2.1\",\"src_port\":40000}\n"
	    "{\"src_addr\":\"2001:db8:85a3:8d3:1319:8a2e:370:7348\"}\n");
	is_str(rows_print(r, "csv:%mpls", &(struct flow_printer_options){ .quiet = true }),
	    ",,,,,,,,,\n,,,,,,,,,\n");
}

static void
test_fields(void)
{
	struct flow_printer *p = NULL;

	ok(flow_printer_new("csv:src_addr,pps", 16, NULL, &p, NULL) == FLOW_OK);
	ok(flow_fieldset_has(flow_printer_fields(p), FLOW_FIELD_SRC_ADDR));
	ok(flow_fieldset_has(flow_printer_fields(p), FLOW_FIELD_LAST));
	ok(!flow_fieldset_has(flow_printer_fields(p), FLOW_FIELD_DST_ADDR));
	flow_printer_free(p);
	ok(flow_printer_new("line", 4, NULL, &p, NULL) == FLOW_OK);
	ok(flow_fieldset_has(flow_printer_fields(p), FLOW_FIELD_ICMP_TYPE));
	ok(!flow_printer_ordered(p));
	flow_printer_free(p);
	ok(flow_printer_new("fmt:%cnt", 8, NULL, &p, NULL) == FLOW_OK);
	ok(flow_printer_ordered(p));
	flow_printer_free(p);
}

static void
test_no_geo(struct rows *r)
{
	struct flow_printer_options quiet = { .quiet = true };
	struct flow_printer *p;
	struct flow_error err;

	is_str(rows_print(r, "fmt:%sc|%dc|%sasn", &quiet),
	    "..|..|                          none\n..|..|                          none\n");
	is_str(rows_print(r, "fmt:%sloc|%dloc", &quiet),
	    "<no location info>|<no location info>\n<no location info>|<no location info>\n");
	is_str(rows_print(r, "fmt:%gsa|%gdap|%gra", &quiet),
	    "       192.0.2.1(..)|  198.51.100.200(..):443  |     192.0.2.254(..)\n"
	    "2001:db..70:7348(..)|     2001:db8::1(..).128.0|     192.0.2.254(..)\n");
	ok(flow_printer_new("csv:%gsap", 9, &quiet, &p, &err) == FLOW_EINVAL);
	ok(strstr(err.message, "\"%gsap\" (at position 5) needs a database") != NULL);
	ok(flow_printer_new("csv:bytes,dst_city", 18, &quiet, &p, &err) == FLOW_EINVAL);
	is_int(err.offset, 10);
	ok(strstr(err.message, "\"dst_city\" (at position 11) needs a database") != NULL);
	ok(flow_printer_new("json:%sc", 8, &quiet, &p, &err) == FLOW_EINVAL);
}

#ifdef HAVE_MAXMINDDB
/* Sources and destinations: US none, JP none; the second has a name with all that needs escapes. */
static void
test_geo(struct rows *r)
{
	static const struct geo_file_place springfield = { "NA", -89.65, 39.8 };
	static const struct geo_file_entry entry[] = {
		{ "192.0.2.0/24", "US", "Springfield", "First", false, &springfield },
		{ "2001:db8:85a3::/48", "JP", "A \"b\", c\n\x1b", NULL, false, NULL },
	};
	struct flow_geo *geo = geo_file_open(entry, 2);
	struct flow_printer_options options = { .quiet = true, .geo = geo };

	ok(geo != NULL);
	is_str(rows_print(r, "csv:src_country,%dc,src_city,src_addr,src_as_org", &options),
	    "US,,Springfield,192.0.2.1,First\n"
	    "JP,,\"A \"\"b\"\", c\n\x1b\",2001:db8:85a3:8d3:1319:8a2e:370:7348,\n");
	is_str(rows_print(r, "ndjson:%sc,dst_country,src_city,dst_addr", &options),
	    "{\"src_country\":\"US\",\"src_city\":\"Springfield\",\"dst_addr\":\"198.51.100.200\"}\n"
	    "{\"src_country\":\"JP\",\"src_city\":\"A \\\"b\\\", c\\n\\u001b\",\"dst_addr\":\"2001:db8::1\"}\n");
	is_str(rows_print(r, "fmt:%sc|%dc|%sasn|%dasn|", &options),
	    "US|..|                         First|                          none|\n"
	    "JP|..|                          none|                          none|\n");
	is_str(rows_print(r, "fmt:%sloc|%dloc", &options),
	    "NA/US/Springfield long/lat: -89.6500/39.8000|<no location info>\n"
	    "<no location info>|<no location info>\n");
	is_str(rows_print(r, "csv:src_location,%dloc", &options),
	    "NA/US/Springfield long/lat: -89.6500/39.8000,\n,\n");
	is_str(rows_print(r, "csv:%gsap,%gda", &options),
	    "192.0.2.1,US,40000,198.51.100.200,\n2001:db8:85a3:8d3:1319:8a2e:370:7348,JP,,2001:db8::1,\n");
	is_str(rows_print(r, "fmt:%gra", &options), "     192.0.2.254(US)\n     192.0.2.254(US)\n");
	options.quiet = false;
	is_str(rows_print(r, "fmt:%gsap|%gda|", &options),
	    "     Src IP Addr(..):Port       Dst IP Addr(..) \n"
	    "       192.0.2.1(US):40000|  198.51.100.200(..)|\n"
	    "2001:db..70:7348(JP).0    |     2001:db8::1(..)|\n");
	options.full_ipv6 = true;
	is_str(rows_print(r, "fmt:%gsap|", &options),
	    "                            Src IP Addr(..):Port  \n"
	    "                              192.0.2.1(US):40000|\n"
	    "   2001:db8:85a3:8d3:1319:8a2e:370:7348(JP).0    |\n");
	is_str(rows_print(r, "csv:src_country,%dasn", &options),
	    "src_country,dst_as_org\nUS,\nJP,\n");
	flow_geo_free(geo);
}

/* What is no code of two letters is not printed. */
static void
test_bad_country(struct rows *r)
{
	static const struct geo_file_entry entry[] = {
		{ "192.0.2.0/24", "\x1b" "2", NULL, NULL, false, NULL },
		{ "2001:db8::/32", "USA", NULL, NULL, false, NULL },
	};
	struct flow_geo *geo = geo_file_open(entry, 2);
	struct flow_printer_options options = { .quiet = true, .geo = geo };

	ok(geo != NULL);
	is_str(rows_print(r, "fmt:%gsa|%gda|", &options),
	    "       192.0.2.1(..)|  198.51.100.200(..)|\n2001:db..70:7348(..)|     2001:db8::1(..)|\n");
	flow_geo_free(geo);
}
#else
static void
test_geo(struct rows *r)
{
	(void)r;
	tap_skip("built without libmaxminddb");
}

static void
test_bad_country(struct rows *r)
{
	(void)r;
}
#endif

static void
text_row(struct rows *r, const char *user, const char *extra)
{
	required(r, FIRST, 0);
	rows_text(r, FLOW_FIELD_USERNAME, user, strlen(user));
	rows_text(r, FLOW_FIELD_EXTRA, extra, strlen(extra));
	rows_next(r);
}

/* Formulas of exporters' texts, and of members of extra; numbers in either stay. */
static void
test_csv_safe(void)
{
	const struct flow_printer_options safe = { .quiet = true, .csv_safe = true };
	const struct flow_printer_options quiet = { .quiet = true };
	const char *columns = "csv:username,extra.a,flows";
	struct rows r;

	rows_begin(&r);
	text_row(&r, "=1+1", "{\"a\":\"@b\"}");
	text_row(&r, "-12", "{\"a\":-5}");
	text_row(&r, "ann", "{\"a\":\"=a name that is longer than any cell that stays in its place\"}");
	is_str(rows_print(&r, columns, &safe), "'=1+1,'@b,1\n-12,-5,1\n"
	    "ann,'=a name that is longer than any cell that stays in its place,1\n");
	is_str(rows_print(&r, columns, &quiet), "=1+1,@b,1\n-12,-5,1\n"
	    "ann,=a name that is longer than any cell that stays in its place,1\n");
	rows_end(&r);
}

int
main(void)
{
	struct rows r;

	(void)setenv("TZ", "UTC", 1);
	tzset();
	rows_begin(&r);
	tcp_row(&r);
	icmp_row(&r);
	test_csv(&r);
	test_json(&r);
	test_line(&r);
	test_fmt(&r);
	test_raw(&r);
	test_refused(&r);
	test_token_lists(&r);
	test_times(&r);
	test_no_geo(&r);
	test_geo(&r);
	test_bad_country(&r);
	if (access("/etc/services", R_OK) == 0)
		test_resolved(&r);
	else
		tap_skip("no /etc/services");
	rows_end(&r);
	test_empty();
	test_events();
	test_extremes();
	test_fields();
	test_csv_safe();
	return tap_done();
}
