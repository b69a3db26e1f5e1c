/* SPDX-License-Identifier: BSD-2-Clause */
#include "time/partition.h"

#include <stdlib.h>
#include <string.h>

#include "tap.h"

/* 2026-11-23T09:07:31.250Z: a Monday, day 327, week 47 of %W. */
#define NOW INT64_C(1795424851250)

static void
directory_is(const char *name, const char *want)
{
	enum partition_layout layout;
	struct buf b = BUF_INIT;

	ok(partition_parse(name, &layout));
	partition_directory(layout, partition_slot(NOW, 300), STAMP_UTC, &b);
	is_mem(b.data, b.len, want, strlen(want));
	buf_release(&b);
}

static void
file_is(uint32_t slot_s, enum stamp_zone zone, const char *want)
{
	struct buf b = BUF_INIT;

	partition_file(partition_slot(NOW, slot_s), slot_s, zone, &b);
	is_mem(b.data, b.len, want, strlen(want));
	buf_release(&b);
}

int
main(void)
{
	enum partition_layout layout;

	ok(setenv("TZ", "Asia/Kolkata", 1) == 0);
	is_int(partition_slot(NOW, 300), INT64_C(1795424700000));
	is_int(partition_slot(-1, 300), -300000);
	is_int(partition_slot(-300000, 300), -300000);
	directory_is("0", "");
	directory_is("1", "2026/11/23");
	directory_is("2", "2026/11/23/09");
	directory_is("3", "2026/47/1");
	directory_is("4", "2026/47/1/09");
	directory_is("5", "2026/327");
	directory_is("6", "2026/327/09");
	directory_is("7", "2026-11-23");
	directory_is("8", "2026-11-23/09");
	directory_is("hive", "year=2026/month=11/day=23/hour=09");
	ok(!partition_parse("9", &layout));
	ok(!partition_parse("22", &layout));
	ok(!partition_parse("", &layout));
	file_is(300, STAMP_UTC, "flowcap.202611230905");
	file_is(10, STAMP_UTC, "flowcap.20261123090730");
	file_is(90, STAMP_UTC, "flowcap.20261123090730");
	file_is(300, STAMP_LOCAL, "flowcap.202611231435");
	return tap_done();
}
