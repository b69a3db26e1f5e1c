/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs the *.test files: a line with a filter, then a line that begins with
 *   > and names the rows of rows.data that pass (numbers, all or none), or
 *   ! and gives the column of the error and a part of its message.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "filter/filter.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/geo_file.h"
#include "rows.h"
#include "tap.h"

static struct flow_filter_options offline = { .no_resolve = true, .no_files = true };

static enum flow_status
parse(const char *text, struct flow_filter **f, struct flow_error *err)
{
	return flow_filter_parse(text, strlen(text), &offline, f, err);
}

/* The numbers of the rows that pass, as the tests write them. */
static void
describe(const struct flow_selection *sel, size_t rows, char *out, size_t room)
{
	size_t len = 0;

	if (sel->count == rows || sel->count == 0) {
		(void)snprintf(out, room, "%s", sel->count == 0 ? "none" : "all");
		return;
	}
	for (uint32_t i = 0; i < sel->count && len < room; i++)
		len += (size_t)snprintf(out + len, room - len, "%s%u", i > 0 ? " " : "",
		    flow_selection_row(sel, i));
}

static void
check_rows(const struct flow_batch *batch, const char *where, const char *text, const char *want)
{
	struct flow_filter_state *state;
	struct flow_filter *f = NULL;
	struct flow_selection sel;
	struct flow_error err;
	char got[512];

	if (parse(text, &f, &err) != FLOW_OK) {
		tap_check_str(err.message, want, where, 0, text);
		return;
	}
	state = flow_filter_state_new(f);
	ok(flow_filter_state_ident(state, "lab", 3) == FLOW_OK);
	/* Twice: the second time all is known about the dictionaries. */
	for (int i = 0; i < 2; i++) {
		flow_filter_state_count(state, 1);
		if (flow_filter_select(state, batch, &sel) != FLOW_OK)
			(void)snprintf(got, sizeof(got), "select failed");
		else
			describe(&sel, batch->rows, got, sizeof(got));
		tap_check_str(got, want, where, i, text);
	}
	flow_filter_state_free(state);
	flow_filter_free(f);
}

/* want: "COLUMN part of the message" */
static void
check_error(const char *where, const char *text, const char *want)
{
	struct flow_filter *f = NULL;
	struct flow_error err = { 0 };
	unsigned column = (unsigned)strtoul(want, NULL, 10);
	const char *part = strchr(want, ' ');
	char prefix[32];

	if (parse(text, &f, &err) == FLOW_OK) {
		tap_check(false, where, 0, text);
		flow_filter_free(f);
		return;
	}
	(void)snprintf(prefix, sizeof(prefix), "1:%u: ", column);
	tap_check(strncmp(err.message, prefix, strlen(prefix)) == 0, where, 0, err.message);
	tap_check_int(err.offset, column - 1, where, 0, text);
	if (part != NULL && strstr(err.message, part + 1) == NULL)
		tap_check_str(err.message, part + 1, where, 0, text);
}

static void
run_file(const struct flow_batch *batch, const char *name)
{
	char *text = rows_read_file(name), *line, *at, *filter = NULL;

	for (line = strtok_r(text, "\n", &at); line != NULL; line = strtok_r(NULL, "\n", &at)) {
		if (line[0] == '#')
			continue;
		if (line[0] == '>')
			check_rows(batch, name, filter, line + 2);
		else if (line[0] == '!' && line[1] >= '0' && line[1] <= '9')
			check_error(name, filter, line + 1);
		else
			filter = line;
	}
	free(text);
}

/* Nothing, and nothing but blanks and comments, passes every row. */
static void
test_empty(const struct flow_batch *batch)
{
	struct flow_filter *f = NULL;

	check_rows(batch, "empty", "", "all");
	check_rows(batch, "empty", " \n\t # comment\n", "all");
	ok(parse("", &f, NULL) == FLOW_OK);
	ok(flow_filter_is_any(f));
	flow_filter_free(f);
	ok(parse("tcp", &f, NULL) == FLOW_OK);
	ok(!flow_filter_is_any(f));
	ok(flow_fieldset_has(flow_filter_fields(f), FLOW_FIELD_PROTO));
	ok(!flow_fieldset_has(flow_filter_fields(f), FLOW_FIELD_SRC_PORT));
	flow_filter_free(f);
}

/* Two lines; the caret stands below the second's third byte. */
static void
test_caret(void)
{
	const char *text = "port 53 and\nip prot";
	struct buf out = BUF_INIT;
	struct flow_filter *f;
	struct flow_error err;

	ok(parse(text, &f, &err) == FLOW_EINVAL);
	ok(strncmp(err.message, "2:4: ", 5) == 0);
	flow_filter_caret(text, strlen(text), &err, &out);
	is_mem(out.data, out.len, "ip prot\n   ^\n", 13);
	buf_release(&out);
}

/* Terms without number, and parentheses without number, cost neither stack nor much time. */
static void
test_size(const struct flow_batch *batch)
{
	const size_t n = 20000;
	struct buf text = BUF_INIT;
	struct flow_filter *f;
	struct flow_error err;

	for (size_t i = 0; i < n; i++)
		buf_append_text(&text, "(");
	buf_append_text(&text, "port 22");
	for (size_t i = 0; i < n; i++)
		buf_append_text(&text, ")");
	buf_append_u8(&text, '\0');
	check_rows(batch, "parentheses", (const char *)text.data, "5 6");

	buf_clear(&text);
	for (size_t i = 0; i < n; i++)
		buf_printf(&text, "%sip 10.%zu.%zu.5", i > 0 ? " or " : "", i / 256, i % 256);
	buf_append_u8(&text, '\0');
	check_rows(batch, "terms", (const char *)text.data, "5 6");

	buf_clear(&text);
	for (size_t i = 0; i < 200; i++)
		buf_append_text(&text, i % 2 == 0 ? "(port 1 and " : "(port 2 or ");
	buf_append_text(&text, "any");
	for (size_t i = 0; i < 200; i++)
		buf_append_text(&text, ")");
	ok(flow_filter_parse((const char *)text.data, text.len, NULL, &f, &err) == FLOW_ELIMIT);
	ok(strstr(err.message, "more than 100 times") != NULL);
	buf_release(&text);
}

static bool
bound_is(const struct flow_bound *b, enum flow_field field, uint64_t lo, uint64_t hi)
{
	return b->field == field && b->text_count == 0 && b->lo == lo && b->hi == hi;
}

static void
test_bounds(void)
{
	const struct flow_bounds *b;
	struct flow_filter *f;

	ok(parse("bytes > 1k and host 192.0.2.1 and not port 53", &f, NULL) == FLOW_OK);
	b = flow_filter_bounds(f);
	is_uint(b->count, 2);
	for (size_t i = 0; i < b->count; i++) {
		const struct flow_clause *c = &b->clause[i];

		if (c->count == 1) {
			ok(bound_is(&c->bound[0], FLOW_FIELD_BYTES, 1001, INT64_MAX));
			continue;
		}
		is_uint(c->count, 2);
		ok(c->bound[0].field == FLOW_FIELD_SRC_ADDR ||
		    c->bound[0].field == FLOW_FIELD_DST_ADDR);
		is_uint(c->bound[0].text_count, 1);
		is_mem(c->bound[0].text[0].p, c->bound[0].text[0].len, "192.0.2.1", 9);
	}
	flow_filter_free(f);

	ok(parse("proto udp or bytes > 1k", &f, NULL) == FLOW_OK);
	is_uint(flow_filter_bounds(f)->count, 1);
	is_uint(flow_filter_bounds(f)->clause[0].count, 2);
	flow_filter_free(f);

	ok(parse("proto udp or not bytes > 1k", &f, NULL) == FLOW_OK);
	is_uint(flow_filter_bounds(f)->count, 0);
	flow_filter_free(f);

	/* Rows are counted, so all have to be read. */
	ok(parse("count > 5 and port 53", &f, NULL) == FLOW_OK);
	ok(flow_filter_ordered(f));
	is_uint(flow_filter_bounds(f)->count, 0);
	flow_filter_free(f);

	/* What cannot be: a clause that nothing fulfils. */
	ok(parse("src port 1 and src port 2", &f, NULL) == FLOW_OK);
	is_uint(flow_filter_bounds(f)->count, 1);
	is_uint(flow_filter_bounds(f)->clause[0].count, 0);
	flow_filter_free(f);
}

struct work {
	const struct flow_filter *filter;
	const struct flow_batch *batch;
	uint32_t selected;
};

static void *
work_run(void *arg)
{
	struct work *w = arg;
	struct flow_filter_state *state = flow_filter_state_new(w->filter);
	struct flow_batch batch = *w->batch;
	struct flow_selection sel;

	for (int i = 0; i < 200; i++) {
		/* As if each batch had a new dictionary. */
		struct flow_dict dict = *w->batch->column[FLOW_FIELD_SRC_ADDR].dict;

		dict.serial = flow_dict_serial();
		batch.column[FLOW_FIELD_SRC_ADDR].dict = &dict;
		if (flow_filter_select(state, &batch, &sel) != FLOW_OK)
			break;
		w->selected += sel.count;
	}
	flow_filter_state_free(state);
	return NULL;
}

/* One filter, two threads with states of their own. */
static void
test_threads(const struct flow_batch *batch)
{
	struct work work[2];
	pthread_t thread[2];
	struct flow_filter *f;

	ok(parse("src net 192.0.2.0/24 or app_name matches '^you' or src_addr ~ '10.0.*'", &f,
	    NULL) == FLOW_OK);
	for (size_t i = 0; i < 2; i++) {
		work[i] = (struct work){ f, batch, 0 };
		ok(pthread_create(&thread[i], NULL, work_run, &work[i]) == 0);
	}
	for (size_t i = 0; i < 2; i++) {
		ok(pthread_join(thread[i], NULL) == 0);
		/* Rows 0 1 3 5 6 8 11. */
		is_uint(work[i].selected, 7 * 200);
	}
	flow_filter_free(f);
}

static void
check_explain(const char *filter, const char *want)
{
	struct buf out = BUF_INIT;
	struct flow_filter *f;

	ok(parse(filter, &f, NULL) == FLOW_OK);
	ok(flow_filter_explain(f, &out) == FLOW_OK);
	buf_append_u8(&out, '\0');
	is_str((const char *)out.data, want);
	buf_release(&out);
	flow_filter_free(f);
}

/* The rare and cheap is tested first, whatever stands first. */
static void
test_explain(void)
{
	check_explain("pps > 10 and bytes > 1k and host 192.0.2.1 and port in [53 80 443]",
	    "row groups are skipped unless they may have\n"
	    "  src_port = 53 or src_port = 80 or src_port = 443 or "
	    "dst_port = 53 or dst_port = 80 or dst_port = 443\n"
	    "  bytes in 1001 .. max\n"
	    "  src_addr = 192.0.2.1 or dst_addr = 192.0.2.1\n"
	    "columns read\n"
	    "  first last src_addr dst_addr src_port dst_port packets bytes\n"
	    "rows that pass, tested in this order\n"
	    "  all of\n"
	    "    one of\n"
	    "      src_port in 53, 80, 443 (by table)\n"
	    "      dst_port in 53, 80, 443 (by table)\n"
	    "    bytes in 1001 .. max\n"
	    "    one of\n"
	    "      src_addr is one of 192.0.2.1 (by dictionary)\n"
	    "      dst_addr is one of 192.0.2.1 (by dictionary)\n"
	    "    first, last, packets as pps in 11 .. max\n");
	check_explain("src net 10/8 or src net 192.0.2.0/23",
	    "row groups are skipped unless they may have\n"
	    "  anything: nothing is known in advance\n"
	    "columns read\n"
	    "  src_addr\n"
	    "rows that pass, tested in this order\n"
	    "  src_addr is one of 10.*, 192.0.2.*, 192.0.3.* (by dictionary)\n");
	check_explain("app_name in [b a] or app_name = b",
	    "row groups are skipped unless they may have\n"
	    "  app_name = a, b\n"
	    "columns read\n"
	    "  app_name\n"
	    "rows that pass, tested in this order\n"
	    "  app_name is one of 'a', 'b' (by dictionary)\n");
	check_explain("first >= 2026-11-23 and not any",
	    "row groups are skipped unless they may have\n"
	    "  nothing: no row passes\n"
	    "columns read\n"
	    " \n"
	    "rows that pass, tested in this order\n"
	    "  no row\n");
}

#ifdef HAVE_MAXMINDDB
static void
test_geo(const struct flow_batch *batch)
{
	static const struct geo_file_entry entry[] = {
		{ "192.0.2.1/32", "US", "Springfield", "First", false, NULL },
		{ "192.0.2.128/25", "DE", "New York", NULL, false, NULL },
		{ "198.51.100.0/24", "IS", NULL, NULL, false, NULL },
		{ "203.0.113.0/24", "DE", NULL, NULL, false, NULL },
		{ "10.0.0.0/24", "IN", "Springfield", NULL, false, NULL },
		{ "8.8.8.8/32", "LT", NULL, NULL, false, NULL },
		{ "2001:db8::/48", "JP", NULL, NULL, false, NULL },
		{ "2001:db8:ffff::/48", "NE", NULL, NULL, false, NULL },
	};
	struct flow_geo *geo = geo_file_open(entry, sizeof(entry) / sizeof(entry[0]));

	ok(geo != NULL);
	offline.geo = geo;
	run_file(batch, "tests/filter/geo.test");
	check_explain("src geo in [us DE] or src geo US or src_city = A or src_city contains b",
	    "row groups are skipped unless they may have\n"
	    "  anything: nothing is known in advance\n"
	    "columns read\n"
	    "  src_addr\n"
	    "rows that pass, tested in this order\n"
	    "  one of\n"
	    "    src_addr as src geo is one of 'DE', 'US' (by dictionary)\n"
	    "    src_addr as src_city = 'A' (by dictionary)\n"
	    "    src_addr as src_city contains 'b' (by dictionary)\n");
	offline.geo = NULL;
	flow_geo_free(geo);
}
#else
static void
test_geo(const struct flow_batch *batch)
{
	(void)batch;
	tap_skip("built without libmaxminddb");
}
#endif

int
main(void)
{
	struct rows *rows = rows_load();

	run_file(rows_batch(rows), "tests/filter/words.test");
	run_file(rows_batch(rows), "tests/filter/more.test");
	run_file(rows_batch(rows), "tests/filter/language.test");
	run_file(rows_batch(rows), "tests/filter/payload.test");
	run_file(rows_batch(rows), "tests/filter/errors.test");
	test_empty(rows_batch(rows));
	test_caret();
	test_size(rows_batch(rows));
	test_bounds();
	test_threads(rows_batch(rows));
	test_explain();
	test_geo(rows_batch(rows));
	offline.zero_if_absent = true;
	run_file(rows_batch(rows), "tests/filter/absent_zero.test");
	rows_free(rows);
	return tap_done();
}
