/* SPDX-License-Identifier: BSD-2-Clause */
/* What of an archive was read: by path, by rows of open slots, and slots that go missing. */
#include "store/seen.h"

#include "tap.h"

static void
test_slot(void)
{
	struct flow_seen *s = flow_seen_new();

	is_uint(flow_seen_rows(s, "/a/1.parquet", "r1-0"), 0);
	is_int(flow_seen_add(s, "/a/1.parquet", "/a/1.parquet", "r1-0", 10, false), FLOW_OK);
	is_uint(flow_seen_rows(s, "/a/1.parquet", "r1-0"), 10);
	/* Its file may have another name, but is of the same directory and journal. */
	is_uint(flow_seen_rows(s, "/a/1.1.parquet", "r1-0"), 10);
	is_uint(flow_seen_rows(s, "/b/1.parquet", "r1-0"), 0);
	is_uint(flow_seen_rows(s, "/a/1.parquet", "r1-1"), 0);
	is_uint(flow_seen_rows(s, "/a/1.parquet", NULL), 0);
	is_int(flow_seen_add(s, "/a/1.parquet", "/a/1.parquet", "r1-0", 25, false), FLOW_OK);
	is_uint(flow_seen_rows(s, "/a/1.parquet", "r1-0"), 25);
	ok(!flow_seen_has(s, "a/1.parquet"));
	is_int(flow_seen_add(s, "a/1.parquet", "/a/1.parquet", "r1-0", 30, true), FLOW_OK);
	ok(flow_seen_has(s, "a/1.parquet"));
	ok(!flow_seen_has(s, "/a/1.parquet"));
	is_uint(flow_seen_rows(s, "/a/1.parquet", "r1-0"), 0);
	flow_seen_free(s);
}

/* Without a journal the path is what a slot is known by. */
static void
test_path(void)
{
	struct flow_seen *s = flow_seen_new();

	is_int(flow_seen_add(s, "/a/1.parquet", "/a/1.parquet", "", 7, false), FLOW_OK);
	is_uint(flow_seen_rows(s, "/a/1.parquet", NULL), 7);
	is_uint(flow_seen_rows(s, "/a/2.parquet", NULL), 0);
	flow_seen_free(s);
	flow_seen_free(NULL);
}

static void
test_missing(void)
{
	struct flow_seen *s = flow_seen_new();
	size_t told = 0;

	is_int(flow_seen_add(s, "/a/1", "/a/1", "r1-0", 7, false), FLOW_OK);
	is_int(flow_seen_add(s, "/b/1", "/b/1", "r1-0", 7, false), FLOW_OK);
	for (unsigned i = 0; i < FLOW_SEEN_ROUNDS; i++) {
		is_uint(flow_seen_missing(s), 0);
		is_uint(flow_seen_pending(s), i >= FLOW_SEEN_PENDING);
		is_int(flow_seen_add(s, "/b/1", "/b/1", "r1-0", 7, false), FLOW_OK);
	}
	is_uint(flow_seen_missing(s), 1);
	is_uint(flow_seen_pending(s), 0);
	is_int(flow_seen_add(s, "/b/1", "/b/1", "r1-0", 9, true), FLOW_OK);
	for (unsigned i = 0; i < 3 * FLOW_SEEN_ROUNDS; i++)
		told += flow_seen_missing(s);
	is_uint(told, 0);
	/* It may come after all. */
	is_uint(flow_seen_rows(s, "/a/1", "r1-0"), 7);
	flow_seen_free(s);
}

int
main(void)
{
	test_slot();
	test_path();
	test_missing();
	return tap_done();
}
