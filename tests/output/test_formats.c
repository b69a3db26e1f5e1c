/* SPDX-License-Identifier: BSD-2-Clause */
#include "output/formats.h"

#include "output/output_rows.h"
#include "tap.h"

static struct flow_formats *formats;

static const char *
find(const char *name)
{
	const char *spec = flow_formats_find(formats, name, strlen(name));

	return spec != NULL ? spec : "none";
}

static const char *
refused(const char *text)
{
	static struct flow_error err;
	struct flow_formats *f = NULL;

	if (flow_formats_parse(text, strlen(text), &f, &err) == FLOW_OK) {
		flow_formats_free(f);
		return "taken";
	}
	return err.message;
}

static void
test_syntax(void)
{
	static const char text[] =
	    "# comment\n"
	    "fmt.early = %ts %sa  \r\n"
	    "[nfcapd]\n"
	    "exporter.a = [\"192.0.2.1\", \"/var\"]\n"
	    "fmt.other = \"%ts\"\n"
	    "not even a setting\n"
	    "[nfdump] # ours too\n"
	    "maxworkers = 8\n"
	    "  fmt.brief=\"%ts \\\"%sa\\\"\\t\"  # comment\n"
	    "csv.bill = 'src_addr,%byt'\n"
	    "fmt.line = \"%sa\"\n"
	    "[flowcat]\n"
	    "ndjson.n = \"proto\"\n"
	    "fmt.brief = \"%da\"";

	ok(flow_formats_parse(text, sizeof(text) - 1, &formats, NULL) == FLOW_OK);
	is_str(find("early"), "fmt:%ts %sa");
	is_str(find("other"), "none");
	is_str(find("bill"), "csv:src_addr,%byt");
	is_str(find("n"), "ndjson:proto");
	is_str(find("brief"), "fmt:%da");
	is_str(find("line"), "fmt:%sa");
	is_str(find("maxworkers"), "none");
}

static void
test_printed(void)
{
	struct flow_printer_options options = { .formats = formats };
	struct rows r;

	rows_begin(&r);
	rows_addr(&r, FLOW_FIELD_SRC_ADDR, "192.0.2.1");
	rows_number(&r, FLOW_FIELD_BYTES, 7);
	rows_next(&r);
	is_str(rows_print(&r, "bill", &options), "src_addr,bytes\n192.0.2.1,7\n");
	is_str(rows_print(&r, "line", &options), "     Src IP Addr\n       192.0.2.1\n");
	ok(strncmp(rows_print(&r, "bill", NULL), "no output format \"bill\"; there are ", 35) == 0);
	rows_end(&r);
}

static void
test_refused(void)
{
	is_str(refused("\n[nfdump\n"), "line 2: expected ] after the section's name");
	is_str(refused("[a] b"), "line 1: expected nothing after ]");
	is_str(refused("word"), "line 1: expected NAME = VALUE");
	is_str(refused("\n\nfmt.a = \"x"), "line 3: expected a closing quote");
	is_str(refused("fmt.a = \"x\\"), "line 1: expected a closing quote");
	is_str(refused("fmt.a = \"x\" y"), "line 1: expected nothing after the closing quote");
	is_str(refused(""), "taken");
}

static void
test_many(void)
{
	struct buf text = BUF_INIT;
	struct flow_formats *f = NULL;

	for (int i = 0; i < FLOW_FORMATS_MAX; i++)
		buf_printf(&text, "fmt.f%d = %%sa\n", i);
	ok(flow_formats_parse((char *)text.data, text.len, &f, NULL) == FLOW_OK);
	is_str(flow_formats_find(f, "f999", 4), "fmt:%sa");
	flow_formats_free(f);
	buf_append_text(&text, "fmt.more = %da\n");
	ok(flow_formats_parse((char *)text.data, text.len, &f, NULL) == FLOW_ELIMIT);
	buf_release(&text);
}

int
main(void)
{
	test_syntax();
	test_printed();
	test_refused();
	test_many();
	flow_formats_free(formats);
	return tap_done();
}
