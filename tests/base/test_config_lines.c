/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/config_lines.h"

#include <stdlib.h>
#include <string.h>

#include "tap.h"

static void
all_forms(void)
{
	char text[] = "# first\n\n  directory = /a b/c  \r\nport=9995\n\ttcp\t\n# x = y\nident = a = b # c\nlast = 1";
	static const struct {
		size_t number;
		const char *name, *value;
	} want[] = {
		{ 3, "directory", "/a b/c" }, { 4, "port", "9995" }, { 5, "tcp", NULL }, { 7, "ident", "a = b # c" },
		{ 8, "last", "1" },
	};
	struct config_lines lines = config_lines_begin(text);
	struct config_line line;

	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		ok(config_lines_next(&lines, &line, NULL) == FLOW_OK);
		is_uint(line.number, want[i].number);
		is_str(line.name, want[i].name);
		is_str(line.value != NULL ? line.value : "(none)", want[i].value != NULL ? want[i].value : "(none)");
	}
	ok(config_lines_next(&lines, &line, NULL) == FLOW_END);
	ok(config_lines_next(&lines, &line, NULL) == FLOW_END);
}

static void
wrong_ones(void)
{
	static const char *const wrong[] = { "= 1", "Port = 1", "port 1", "port =", "port = \t", "a_b = 1", "[section]",
		"p\x01 = 1" };

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char *text = strdup(wrong[i]);
		struct config_lines lines = config_lines_begin(text);
		struct flow_error err = { .message = "" };
		struct config_line line;

		is_str(config_lines_next(&lines, &line, &err) == FLOW_EFORMAT ? "" : wrong[i], "");
		ok(err.message[0] != '\0');
		is_uint(lines.number, 1);
		free(text);
	}
}

int
main(void)
{
	char empty[] = "";
	struct config_lines lines = config_lines_begin(empty);
	struct config_line line;

	ok(config_lines_next(&lines, &line, NULL) == FLOW_END);
	all_forms();
	wrong_ones();
	return tap_done();
}
