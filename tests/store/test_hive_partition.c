/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/hive_partition.h"

#include <stdio.h>
#include <string.h>

#include "tap.h"

/* A file that has the source port only, and lacks bytes, which are then read as 0. */
static struct profile_map
columns(void)
{
	struct profile_map map = { .ignored = 0 };

	for (unsigned f = 0; f < FLOW_FIELD_STORED; f++)
		map.column[f] = -1;
	map.column[FLOW_FIELD_SRC_PORT] = 0;
	flow_fieldset_add(&map.replaced, FLOW_FIELD_BYTES);
	return map;
}

/* What the directories of a path tell of a column: a number or a text, "null", or "" for nothing. */
static void
tells(const char *path, enum flow_field field, const char *want)
{
	const struct profile_map map = columns();
	const struct hive_partition_value *v;
	struct hive_partition *p = NULL;
	char got[256] = "";

	ok(hive_partition_read(path, &map, &p, NULL) == FLOW_OK);
	v = hive_partition_find(p, field);
	if (v != NULL && v->is_null)
		(void)snprintf(got, sizeof(got), "null");
	else if (v != NULL && flow_type_is_text(flow_field_info(field)->type))
		(void)snprintf(got, sizeof(got), "%.*s", (int)v->dict.text->len, v->dict.text->p);
	else if (v != NULL)
		(void)snprintf(got, sizeof(got), "%llu", (unsigned long long)v->number);
	is_str(got, want);
	hive_partition_free(p);
}

static void
test_values(void)
{
	tells("a/proto=6/f.parquet", FLOW_FIELD_PROTO, "6");
	tells("/proto=6/src_as=4294967295/f", FLOW_FIELD_SRC_AS, "4294967295");
	tells("proto=6/dst_port=443/f", FLOW_FIELD_DST_PORT, "443");
	tells("proto=%36/f", FLOW_FIELD_PROTO, "6");
	tells("proto=6/proto=7/f", FLOW_FIELD_PROTO, "6");
	tells("proto=__HIVE_DEFAULT_PARTITION__/f", FLOW_FIELD_PROTO, "null");
	tells("src_addr=2001%3ADB8%3a%3A1/f", FLOW_FIELD_SRC_ADDR, "2001:db8::1");
	tells("in_src_mac=0A-00-00-00-00-01/f", FLOW_FIELD_IN_SRC_MAC, "0a:00:00:00:00:01");
	tells("src_addr=x%zz%4/f", FLOW_FIELD_SRC_ADDR, "x%zz%4");
}

static void
test_nothing(void)
{
	tells("proto=6", FLOW_FIELD_PROTO, "");			/* the file's own name */
	tells("proto=256/f", FLOW_FIELD_PROTO, "");
	tells("proto=-1/f", FLOW_FIELD_PROTO, "");
	tells("proto=/f", FLOW_FIELD_PROTO, "");
	tells("src_as=4294967296/f", FLOW_FIELD_SRC_AS, "");
	tells("first=2026-01-01/f", FLOW_FIELD_FIRST, "");
	tells("src_port=80/f", FLOW_FIELD_SRC_PORT, "");	/* the file has it */
	tells("bytes=80/f", FLOW_FIELD_BYTES, "");		/* profile_map replaced it */
	tells("=6//=/a=b/f", FLOW_FIELD_PROTO, "");
}

static void
test_unread(void)
{
	const struct profile_map map = columns();
	enum flow_field field;
	struct hive_partition *p = NULL;
	size_t len;
	const char *name;

	ok(hive_partition_read("a/proto=6/first=2026-01-01/f", &map, &p, NULL) == FLOW_OK);
	name = hive_partition_unread("a/proto=6/first=2026-01-01/f", &map, p, &field, &len);
	ok(name != NULL && field == FLOW_FIELD_FIRST && len == strlen("first=2026-01-01") &&
	    memcmp(name, "first=2026-01-01", len) == 0);
	ok(hive_partition_unread("a/proto=6/f", &map, p, &field, &len) == NULL);
	hive_partition_free(p);
	ok(hive_partition_read("a/year=2026/f", &map, &p, NULL) == FLOW_OK && p == NULL);
}

int
main(void)
{
	test_values();
	test_nothing();
	test_unread();
	return tap_done();
}
