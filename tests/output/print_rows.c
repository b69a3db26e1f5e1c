/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * print_rows FORMAT: prints rows that are hard on any format to stdout, for
 * parse_back.sh to read with other people's parsers.  Text of row i is byte i
 * between others, so that every byte occurs.
 */
#include <stdio.h>

#include "output/output_rows.h"

#define ROWS 300

static void
fill(struct rows *r, unsigned i)
{
	char text[8] = { 'a', (char)(i & 255), 'z', ',', '"', '\n', (char)0xc3, (char)0xa9 };
	static const char object[] = "{\"35632/1\": [1, {\"x\": \"y\"}],\n \"n\": null}";

	rows_number(r, FLOW_FIELD_FIRST, UINT64_C(1795423262123) + i);
	rows_number(r, FLOW_FIELD_LAST, UINT64_C(1795423262123) + 2 * i);
	rows_number(r, FLOW_FIELD_RECEIVED, UINT64_C(1795423262123));
	rows_number(r, FLOW_FIELD_PACKETS, i);
	rows_number(r, FLOW_FIELD_BYTES, (uint64_t)INT64_MAX - i);
	rows_number(r, FLOW_FIELD_FLOWS, 1);
	rows_number(r, FLOW_FIELD_EXPORT_VERSION, 10);
	rows_addr(r, FLOW_FIELD_EXPORTER, "2001:db8::1");
	if (i % 3 != 0)
		rows_number(r, FLOW_FIELD_SRC_PORT, i * 217);
	if (i % 2 == 0)
		rows_addr(r, FLOW_FIELD_SRC_ADDR, i % 4 == 0 ? "192.0.2.1" : "2001:db8:0:1::");
	rows_number(r, FLOW_FIELD_CONN_ID, UINT64_MAX - i);
	rows_text(r, FLOW_FIELD_USERNAME, text, i % 9);
	rows_text(r, FLOW_FIELD_EXTRA, i % 5 == 0 ? text : object, i % 5 == 0 ? 5 : sizeof(object) - 1);
	rows_next(r);
}

int
main(int argc, char **argv)
{
	struct rows r;

	if (argc != 2)
		return 2;
	rows_begin(&r);
	for (unsigned i = 0; i < ROWS; i++)
		fill(&r, i);
	(void)fputs(rows_print(&r, argv[1], NULL), stdout);
	rows_end(&r);
	return 0;
}
