/* SPDX-License-Identifier: BSD-2-Clause */
#include "retain/slot_name.h"

#include <string.h>

#include "tap.h"

/* Instants by date -u -d ... +%s. */
static void
names_of_flowcap(void)
{
	struct slot_name n;
	char text[SLOT_NAME_MAX];

	ok(slot_name_parse("flowcap.202611230905.parquet", &n));
	is_int(slot_name_begin(&n, STAMP_UTC), INT64_C(1795424700000));
	is_uint(n.number, 0);
	slot_name_format(&n, text);
	is_str(text, "flowcap.202611230905.parquet");
	ok(slot_name_parse("flowcap.20261123090530.12.parquet", &n));
	is_int(slot_name_begin(&n, STAMP_UTC), INT64_C(1795424730000));
	is_uint(n.number, 12);
	slot_name_format(&n, text);
	is_str(text, "flowcap.20261123090530.12.parquet");
	ok(slot_name_parse("flowcap.202402290000.100000.parquet", &n));
}

static void
names_of_others(void)
{
	static const char *const names[] = {
		"", "flowcap", "flowcap.", "flowcap.parquet", "flowcap..parquet", "flows-0001.parquet",
		"flowcap.20261123.parquet", "flowcap.2026112309051.parquet", "flowcap.202611230905111.parquet",
		"flowcap.202611230905.parquet~", "flowcap.202611230905.parquet.1", "flowcap.202611230905",
		".flowcap.202611230905.parquet", ".flowcap.202611230905.parquet.77-0",
		"flowcap.202611230905.0.parquet", "flowcap.202611230905.01.parquet",
		"flowcap.202611230905.1234567.parquet", "flowcap.202611230905.1.2.parquet",
		"flowcap.202611230905..parquet", "flowcap.202611230905.x.parquet",
		"flowcap.202602300000.parquet", "flowcap.202613010000.parquet", "flowcap.202601010060.parquet",
		"flowcap.202601012400.parquet", "flowcap.196912312359.parquet", "flowcap.000000000000.parquet",
		"flowcap.-02611230905.parquet", "Flowcap.202611230905.parquet", "nfcapd.202611230905",
	};
	struct slot_name n;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		is_str(slot_name_parse(names[i], &n) ? names[i] : "", "");
}

static void
directories(void)
{
	static const char *const dates[] = { "2026", "11", "1", "330", "2026-11-23", "year=2026", "month=1", "day=09",
		"hour=23" };
	static const char *const others[] = { "", "20261", "r1", "10-0-0-1", "2001-db8--1", "2026-11-2", "2026_11_23",
		"year=", "year=20261", "minute=3", "lost+found", "-1" };

	for (size_t i = 0; i < sizeof(dates) / sizeof(dates[0]); i++)
		ok(slot_directory_is_date(dates[i], strlen(dates[i])));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		ok(!slot_directory_is_date(others[i], strlen(others[i])));
	is_uint(slot_directory_root("r1/2026/11/23"), 2);
	is_uint(slot_directory_root("a/r1/2026-11-23/09"), 4);
	is_uint(slot_directory_root("2026/11"), 0);
	is_uint(slot_directory_root(""), 0);
	is_uint(slot_directory_root("year=2026/month=11/day=23/hour=09"), 0);
	is_uint(slot_directory_root("2026/r1"), 7);
}

int
main(void)
{
	names_of_flowcap();
	names_of_others();
	directories();
	return tap_done();
}
