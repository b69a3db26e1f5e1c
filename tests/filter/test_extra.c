/* SPDX-License-Identifier: BSD-2-Clause */
/* Filters on members of the column `extra`. */
#include <stdio.h>
#include <string.h>

#include "filter/filter.h"
#include "record/builder.h"
#include "tap.h"

static const char *const rows[] = {
	/* 0 */ "{\"aluNatSubString\":\"LSN-Host@100.64.1.1\",\"queue\":7,\"flag\":true}",
	/* 1 */ "{\"aluNatSubString\":\"LSN-Host@100.64.2.2\",\"queue\":-3}",
	/* 2 */ "{\"queue\":[1,20],\"name\":\"Gi0\\/1 \\\"up\\\"\"}",
	/* 3 */ "",
	/* 4 */ "{\"rtt\":0.25,\"big\":18446744073709551615,\"64512/1\":\"00ff\"}",
	/* 5 */ ("{\"subTemplateMultiList\":{\"semantic\":\"allOf\",\"records\":[{\"queue\":99},"
	    "{\"dns\":{\"name\":\"www.example.org\",\"type\":1}}]}}"),
	/* 6 */ "{\"name\":null,\"queueing\":7,\"text\":\"queue\"}",
	/* 7 */ "{\"queue\":\"7\",\"type\":28}",
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static struct flow_builder *builder;

/* The rows that pass, as "0 2 5"; "error MESSAGE" for a filter that makes no sense. */
static const char *
pass(const char *text)
{
	static char out[400];
	const struct flow_filter_options options = { .no_files = true };
	struct flow_filter_state *state;
	struct flow_selection sel;
	struct flow_filter *f;
	struct flow_error err;
	size_t len = 0;
	uint32_t i;

	if (flow_filter_parse(text, strlen(text), &options, &f, &err) != FLOW_OK) {
		(void)snprintf(out, sizeof(out), "error %.300s", err.message);
		return out;
	}
	state = flow_filter_state_new(f);
	out[0] = '\0';
	if (state == NULL ||
	    flow_filter_select(state, flow_builder_batch(builder), &sel) != FLOW_OK)
		sel.count = 0;
	for (i = 0; i < sel.count; i++)
		len += (size_t)snprintf(out + len, sizeof(out) - len, "%s%u", i > 0 ? " " : "",
		    (unsigned)flow_selection_row(&sel, i));
	flow_filter_state_free(state);
	flow_filter_free(f);
	return out;
}

static void
presence(void)
{
	is_str(pass("extra.queue"), "0 1 2 5 7");
	is_str(pass("EXTRA.queue is not null"), "0 1 2 5 7");
	is_str(pass("extra.queue is null"), "3 4 6");
	is_str(pass("not extra.queue"), "3 4 6");
	/* null is no value, and a part of a name or a text no member. */
	is_str(pass("extra.name"), "2 5");
	is_str(pass("(extra.flag or extra.rtt) and not extra.big"), "0");
	is_str(pass("extra.nothing"), "");
}

static void
numbers(void)
{
	is_str(pass("extra.queue = 7"), "0 7");
	is_str(pass("extra.queue 0x7"), "0");
	is_str(pass("extra.queue = '7'"), "0 7");
	is_str(pass("extra.queue = -3"), "1");
	is_str(pass("extra.queue > 7"), "2 5");
	is_str(pass("extra.queue >= 7"), "0 2 5");
	is_str(pass("extra.queue < 7"), "1 2");
	is_str(pass("extra.queue <= 1"), "1 2");
	is_str(pass("extra.queue != 7"), "1 2 5");
	is_str(pass("extra.queue in [1, 99]"), "2 5");
	is_str(pass("extra.queue not in [1 99]"), "0 1 7");
	is_str(pass("extra.queue 5-50"), "0 2");
	is_str(pass("extra.rtt = 0.25"), "4");
	is_str(pass("extra.rtt < 1"), "4");
	is_str(pass("extra.big = 18446744073709551615"), "4");
	is_str(pass("extra.big > 18446744073709551614"), "4");
	is_str(pass("extra.big = 18446744073709551614"), "");
}

static void
texts(void)
{
	is_str(pass("extra.aluNatSubString ~ '100.64.1.1'"), "0");
	is_str(pass("extra.aluNatSubString ~ *@100.64.?.2"), "1");
	is_str(pass("extra.aluNatSubString contains 100.64"), "0 1");
	is_str(pass("extra.aluNatSubString not contains 64.1"), "1");
	is_str(pass("extra.aluNatSubString not ~ 64.1"), "1");
	is_str(pass("extra.aluNatSubString starts with LSN"), "0 1");
	is_str(pass("extra.aluNatSubString ends with 2.2"), "1");
	is_str(pass("extra.aluNatSubString matches '@100[.]64[.](1|3)'"), "0");
	is_str(pass("extra.aluNatSubString = LSN-Host@100.64.1.1"), "0");
	is_str(pass("extra.aluNatSubString in [a LSN-Host@100.64.2.2]"), "1");
	/* Escapes of JSON are what they stand for. */
	is_str(pass("extra.name = 'Gi0/1 \"up\"'"), "2");
	is_str(pass("extra.flag = true"), "0");
	is_str(pass("extra.64512/1 = 00ff"), "4");
	is_str(pass("extra.queue contains 9"), "5");
}

/* A name at any depth, and one within another. */
static void
paths(void)
{
	is_str(pass("extra.type = 1"), "5");
	is_str(pass("extra.type"), "5 7");
	is_str(pass("extra.dns.type"), "5");
	is_str(pass("extra.subTemplateMultiList.dns.name ~ example"), "5");
	is_str(pass("extra.dns.queue"), "");
	is_str(pass("extra.\"semantic\" = allOf"), "5");
}

static void
errors(void)
{
	is_str(pass("extra. = 5"), "error 1:8: expected the name of an element behind 'extra.'");
	is_str(pass("extra..a"), "error 1:1: extra. wants names with dots between, at most 8 of them");
	is_str(pass("extra.a < x"), "error 1:9: only numbers are compared by size");
	is_str(pass("extra.a ="), "error 1:10: expected a value for extra.a before the end");
	is_str(pass("extra.a in [1"),
	    "error 1:12: the list that begins here is not closed with ']'");
	is_str(pass("extra.a 5 6"), "error 1:11: expected 'and', 'or' or the end, not '6'");
}

int
main(void)
{
	size_t i;

	builder = flow_builder_new();
	if (builder == NULL || flow_builder_reserve(builder, ROWS) != FLOW_OK)
		return 1;
	for (i = 0; i < ROWS; i++)
		if (rows[i][0] != '\0' && flow_builder_text(builder, FLOW_FIELD_EXTRA, i, rows[i],
		    strlen(rows[i])) != FLOW_OK)
			return 1;
	flow_builder_commit(builder, ROWS);
	presence();
	numbers();
	texts();
	paths();
	errors();
	flow_builder_free(builder);
	return tap_done();
}
