/* SPDX-License-Identifier: BSD-2-Clause */
#include "output/print_table.h"

#include <stdlib.h>
#include <string.h>

#include "tap.h"

/* Two rows of every kind, the second without values except for a text that needs quoting. */
static struct flow_table *
sample(void)
{
	static const struct { const char *name, *label; enum flow_kind kind; } columns[] = {
		{ "src_addr", "Src addr", FLOW_KIND_ADDR }, { "net", "Net", FLOW_KIND_PREFIX },
		{ "proto", "Proto", FLOW_KIND_PROTO }, { "user", "User", FLOW_KIND_TEXT },
		{ "first", "First seen", FLOW_KIND_TIME }, { "duration", "Duration", FLOW_KIND_DURATION },
		{ "bytes", "Bytes", FLOW_KIND_COUNT }, { "bytes_pct", "Bytes %", FLOW_KIND_PERCENT },
		{ "bps", "bps", FLOW_KIND_RATE }, { "bpp", "Bpp", FLOW_KIND_RATIO },
	};
	struct flow_table *t = flow_table_new("src_addr by bytes");
	struct flow_prefix net = { addr_from_v4(0x0a000000), 8 };
	struct addr a = addr_from_v4(0x0a010203);
	uint64_t proto = 6, duration = 3250, bytes = 12345678;
	int64_t first = INT64_C(1700000000123);
	double pct = 62.5, bps = 1500000.0, bpp = 800.25;
	const void *value[] = { &a, &net, &proto, NULL, &first, &duration, &bytes, &pct, &bps, &bpp };
	struct flow_table_note *n;

	for (size_t i = 0; i < 10; i++)
		ok(flow_table_add(t, columns[i].name, columns[i].label, columns[i].kind, i < 4) ==
		    FLOW_OK);
	ok(flow_table_reserve(t, 2) == FLOW_OK);
	for (size_t i = 0; i < 10; i++)
		if (value[i] != NULL)
			flow_table_set(t, i, 0, value[i]);
	ok(flow_table_set_text(t, 3, 0, "ann", 3) == FLOW_OK);
	ok(flow_table_set_text(t, 3, 1, "b|\"o\",b", 7) == FLOW_OK);
	n = flow_table_note(t, "bytes", FLOW_KIND_COUNT);
	n->value.number = 20000000;
	t->rows = 2;
	t->total = 2;
	return t;
}

/* The table once or twice, the rows in one slice. */
static void
check(const char *format, bool quiet, size_t times, const char *want)
{
	struct flow_table_printer_options options = { .quiet = quiet, .tables = times };
	struct flow_table *t = sample();
	struct flow_table_printer *p;
	struct buf out = BUF_INIT;

	ok(flow_table_printer_new(format, &options, &p, NULL) == FLOW_OK);
	for (size_t i = 0; i < times; i++) {
		flow_table_printer_begin(p, t, &out);
		flow_table_printer_rows(p, t, &out);
		flow_table_printer_end(p, t, &out);
	}
	flow_table_printer_finish(p, &out);
	buf_append_u8(&out, '\0');
	is_str((const char *)out.data, want);
	buf_release(&out);
	flow_table_printer_free(p);
	flow_table_free(t);
}

/* One cell of one column "User" in quiet Markdown. */
static void
check_cell(const char *text, const char *want)
{
	struct flow_table_printer_options options = { .quiet = true, .tables = 1 };
	struct flow_table *t = flow_table_new("users");
	struct flow_table_printer *p;
	struct buf out = BUF_INIT;
	const char *cell;

	ok(flow_table_add(t, "user", "User", FLOW_KIND_TEXT, true) == FLOW_OK);
	ok(flow_table_reserve(t, 1) == FLOW_OK);
	ok(flow_table_set_text(t, 0, 0, text, strlen(text)) == FLOW_OK);
	t->rows = t->total = 1;
	ok(flow_table_printer_new("markdown", &options, &p, NULL) == FLOW_OK);
	flow_table_printer_begin(p, t, &out);
	flow_table_printer_rows(p, t, &out);
	buf_append_u8(&out, '\0');
	cell = strstr((const char *)out.data, "| --- |\n");
	is_str(cell != NULL ? cell + 8 : "", want);
	buf_release(&out);
	flow_table_printer_free(p);
	flow_table_free(t);
}

/* What would be links, HTML, emphasis or controls in CommonMark is text; long texts are cut. */
static void
check_hostile(void)
{
	char lengthy[400] = "", want[400] = "| ";
	size_t i;

	check_cell("[x](http://e.example)", "| \\[x\\](http\\://e.example) |\n");
	check_cell("<script>a & b</script>", "| \\<script\\>a \\& b\\</script\\> |\n");
	check_cell("`a` *b* _c_ ~d~ $e$", "| \\`a\\` \\*b\\* \\_c\\_ \\~d\\~ \\$e\\$ |\n");
	check_cell("www.e.example me@e.example 10:20", "| www\\.e.example me\\@e.example 10:20 |\n");
	check_cell("a\x1b[2J\xe2\x80\xae", "| a\xef\xbf\xbd\\[2J\xef\xbf\xbd |\n");
	/* 127 times x, then a character of two bytes that does not fit. */
	for (i = 0; i < 127; i++) {
		(void)strcat(lengthy, "x");
		(void)strcat(want, "x");
	}
	(void)strcat(lengthy, "\xc3\xa4 and more");
	(void)strcat(want, "\xe2\x80\xa6 |\n");
	check_cell(lengthy, want);
}

/* Texts that begin as formulas, and a negative number, which is none. */
static void
check_csv_safe(void)
{
	struct flow_table_printer_options options = { .csv_safe = true, .tables = 1 };
	struct flow_table *t = flow_table_new("users");
	const double real = -2.5;
	struct flow_table_printer *p;
	struct buf out = BUF_INIT;

	ok(flow_table_add(t, "user", "User", FLOW_KIND_TEXT, true) == FLOW_OK);
	ok(flow_table_add(t, "avg", "Average", FLOW_KIND_RATIO, false) == FLOW_OK);
	ok(flow_table_reserve(t, 2) == FLOW_OK);
	ok(flow_table_set_text(t, 0, 0, "=1+1", 4) == FLOW_OK);
	ok(flow_table_set_text(t, 0, 1, "ann", 3) == FLOW_OK);
	flow_table_set(t, 1, 0, &real);
	t->rows = t->total = 2;
	ok(flow_table_printer_new("csv", &options, &p, NULL) == FLOW_OK);
	flow_table_printer_begin(p, t, &out);
	flow_table_printer_rows(p, t, &out);
	buf_append_u8(&out, '\0');
	is_str((const char *)out.data, "user,avg\n'=1+1,-2.500\nann,\n");
	buf_release(&out);
	flow_table_printer_free(p);
	flow_table_free(t);
}

#define CSV "src_addr,net,proto,user,first,duration,bytes,bytes_pct,bps,bpp\n" \
	"10.1.2.3,10.0.0.0/8,6,ann,2023-11-14T22:13:20.123Z,3.250,12345678,62.500,1500000.0,800.250\n" \
	",,,\"b|\"\"o\"\",b\",,,,,,\n"

#define JSON_ROW "\"src_addr\":\"10.1.2.3\",\"net\":\"10.0.0.0/8\",\"proto\":6,\"user\":\"ann\"," \
	"\"first\":\"2023-11-14T22:13:20.123Z\",\"duration\":3.250,\"bytes\":12345678," \
	"\"bytes_pct\":62.500,\"bps\":1500000.0,\"bpp\":800.250}"
#define JSON_ROW_2 "\"user\":\"b|\\\"o\\\",b\"}"

int
main(void)
{
	struct flow_table_printer_options options = { .quiet = false };
	struct flow_table_printer *p;
	struct flow_error err;

	check("csv", false, 1, CSV);
	check_csv_safe();
	check("csv", false, 2, CSV "\n" CSV);
	check("json", false, 1, "[\n{\"title\":\"src_addr by bytes\",\"rows\":[\n{" JSON_ROW ",\n{"
	    JSON_ROW_2 "],\"totals\":{\"bytes\":20000000}}\n]\n");
	check("json", false, 0, "[]\n");
	check("ndjson", false, 1, "{" JSON_ROW "\n{" JSON_ROW_2 "\n");
	check("text", true, 1,
	    "Src addr  Net         Proto  User     First seen               Duration           Bytes"
	    "    bps    Bpp\n"
	    "10.1.2.3  10.0.0.0/8  TCP    ann      2023-11-14 22:13:20.123     3.250  12.3 M (62.5%)"
	    "  1.5 M  800.2\n"
	    "-         -           -      b|\"o\",b  -                               -               -"
	    "      -      -\n");
	check("markdown", false, 1, "### src_addr by bytes\n\n"
	    "| Src addr | Net | Proto | User | First seen | Duration | Bytes | Bytes % | bps | Bpp |\n"
	    "| --- | --- | --- | --- | --- | ---: | ---: | ---: | ---: | ---: |\n"
	    "| 10.1.2.3 | 10.0.0.0/8 | TCP | ann | 2023-11-14 22:13:20.123 | 3.250 | 12.3 M | 62.5% |"
	    " 1.5 M | 800.2 |\n"
	    "|  |  |  | b\\|\"o\",b |  |  |  |  |  |  |\n"
	    "\nTotal: bytes 20.0 M\n");
	check_hostile();
	ok(flow_table_printer_new("xml", &options, &p, &err) == FLOW_EINVAL);
	return tap_done();
}
