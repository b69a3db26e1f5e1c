/* SPDX-License-Identifier: BSD-2-Clause */
/* What is put into parts comes out of them: from memory and file, whole or without equal ones. */
#include "agg/group/part_log.h"

#include <stdlib.h>
#include <string.h>

#include "tap.h"

#define RECORDS 200000

/* Record i belongs to part i % PARTS, and says i % of_values. */
#define PARTS 5

struct record {
	uint32_t number;
	uint32_t more[2];
};

static void
put(struct part_log *log, uint32_t from, uint32_t to, uint32_t of_values)
{
	unsigned failed = 0;

	for (uint32_t i = from; i < to; i++) {
		struct record r = { i % of_values, { ~(i % of_values), 77 } };
		char *room = part_log_room(log, i % PARTS);

		if (room == NULL) {
			failed++;
			continue;
		}
		memcpy(room, &r, sizeof(r));
		part_log_done(log, i % PARTS, sizeof(r));
	}
	is_uint(failed, 0);
}

struct got {
	uint64_t records, wrong, sum;
	uint64_t stop_at;	/* records; 0: never */
};

static enum flow_status
take(void *context, const char *records, size_t n)
{
	struct got *g = context;
	struct record r;

	for (size_t i = 0; i < n; i++, records += sizeof(r)) {
		memcpy(&r, records, sizeof(r));
		g->records++;
		g->sum += r.number;
		g->wrong += r.more[0] != ~r.number || r.more[1] != 77;
	}
	return g->stop_at != 0 && g->records >= g->stop_at ? FLOW_ELIMIT : FLOW_OK;
}

/* All parts hold so many records, which add up to that. */
static void
check(const struct part_log *log, uint64_t records, uint64_t sum)
{
	struct got g = { .records = 0 };
	uint64_t counted = 0;
	unsigned failed = 0;

	for (unsigned p = 0; p < LOG_PARTS; p++) {
		failed += part_log_each(log, p, take, &g, NULL) != FLOW_OK;
		counted += part_log_count(log, p);
	}
	is_uint(failed, 0);
	is_uint(g.wrong, 0);
	is_uint(g.records, records);
	is_uint(counted, records);
	is_uint(g.sum, sum);
}

static uint64_t
sum_below(uint64_t n)
{
	return n * (n - 1) / 2;
}

static void
test_unique(void)
{
	struct part_log log;
	unsigned failed = 0;
	size_t bytes;

	part_log_init(&log, sizeof(struct record));
	/* 1000 is a multiple of PARTS, so that equal records are in one part. */
	put(&log, 0, RECORDS, 1000);
	check(&log, RECORDS, RECORDS / 1000 * sum_below(1000));
	for (unsigned p = 0; p < LOG_PARTS; p++)
		failed += part_log_unique(&log, p) != FLOW_OK;
	is_uint(failed, 0);
	check(&log, 1000, sum_below(1000));
	/* The memory that became free is used again. */
	bytes = log.bytes;
	put(&log, 0, RECORDS / 2, 1000);
	is_uint(log.bytes, bytes);
	check(&log, 1000 + RECORDS / 2, sum_below(1000) + RECORDS / 2 / 1000 * sum_below(1000));
	part_log_release(&log);
	check(&log, 0, 0);
}

static void
test_spill(void)
{
	struct got g = { .stop_at = 100 };
	struct flow_error err;
	struct part_log log;

	part_log_init(&log, sizeof(struct record));
	put(&log, 0, 70000, RECORDS);
	is_int(part_log_spill(&log, "/tmp", &err), FLOW_OK);
	is_uint(log.bytes, 0);
	check(&log, 70000, sum_below(70000));
	put(&log, 70000, 70010, RECORDS);
	is_int(part_log_spill(&log, "/tmp", &err), FLOW_OK);
	put(&log, 70010, RECORDS, RECORDS);
	check(&log, RECORDS, sum_below(RECORDS));
	is_int(part_log_each(&log, 1, take, &g, &err), FLOW_ELIMIT);
	ok(g.records < RECORDS / PARTS);
	part_log_release(&log);
	put(&log, 0, 10, RECORDS);
	is_int(part_log_spill(&log, "/nonexistent", &err), FLOW_EIO);
	ok(strstr(err.message, "/nonexistent") != NULL);
	part_log_release(&log);
}

int
main(void)
{
	test_unique();
	test_spill();
	return tap_done();
}
