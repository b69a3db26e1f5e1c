/* SPDX-License-Identifier: BSD-2-Clause */
/* Loss by sequence numbers, each count worked out by hand. */
#include "wire/source/sequence.h"

#include "tap.h"

/* A datagram of `advance` units; the other unit advances by `other`. */
static void
take(struct sequence *q, uint32_t number, uint32_t advance, uint32_t other)
{
	const struct sequence_step s = { .number = number, .advance = advance, .other = other };

	sequence_take(q, &s);
}

static void
take_at(struct sequence *q, uint32_t number, uint32_t uptime_ms)
{
	const struct sequence_step s = { .number = number, .advance = 1, .other = 1,
		.has_uptime = true, .uptime_ms = uptime_ms };

	sequence_take(q, &s);
}

static void
counts_are(const struct sequence *q, uint64_t lost, uint64_t late, uint64_t restarts)
{
	is_uint(q->lost, lost);
	is_uint(q->late, late);
	is_uint(q->restarts, restarts);
}

/* v5: the number is that of the first flow; 30 flows each, one datagram missing. */
static void
test_flows(void)
{
	struct sequence q = { 0 };

	take(&q, 1000, 30, 1);
	take(&q, 1030, 30, 1);
	counts_are(&q, 0, 0, 0);
	take(&q, 1090, 12, 1);
	counts_are(&q, 30, 0, 0);
	take(&q, 1102, 30, 1);
	counts_are(&q, 30, 0, 0);
}

/* The missing one comes late: nothing was lost. */
static void
test_reordering(void)
{
	struct sequence q = { 0 };

	take(&q, 1, 1, 24);
	take(&q, 3, 1, 24);
	counts_are(&q, 1, 0, 0);
	take(&q, 2, 1, 24);
	counts_are(&q, 0, 1, 0);
	take(&q, 4, 1, 24);
	counts_are(&q, 0, 1, 0);
}

/* 2^32 - 1 is followed by 0. */
static void
test_wrap(void)
{
	struct sequence q = { 0 };

	take(&q, UINT32_MAX - 1, 1, 1);
	take(&q, UINT32_MAX, 1, 1);
	take(&q, 0, 1, 1);
	counts_are(&q, 0, 0, 0);
	take(&q, 3, 1, 1);
	counts_are(&q, 2, 0, 0);
	/* Flows across the wrap. */
	q = (struct sequence){ 0 };
	take(&q, UINT32_MAX - 9, 30, 1);
	take(&q, 20, 30, 1);
	counts_are(&q, 0, 0, 0);
}

/* Far away in either direction is a new count, not four thousand million lost units. */
static void
test_restart(void)
{
	struct sequence q = { 0 };

	take(&q, 5000000, 1, 1);
	take(&q, 5000001, 1, 1);
	take(&q, 0, 1, 1);
	counts_are(&q, 0, 0, 1);
	take(&q, 1, 1, 1);
	counts_are(&q, 0, 0, 1);
	take(&q, 3000000, 1, 1);
	counts_are(&q, 0, 0, 2);
}

/* A reboot soon after the last one: the uptime tells it from reordering. */
static void
test_reboot(void)
{
	struct sequence q = { 0 };

	take_at(&q, 100, 3600000);
	take_at(&q, 101, 3601000);
	take_at(&q, 90, 3600500);
	counts_are(&q, 0, 1, 0);
	take_at(&q, 0, 20000);
	counts_are(&q, 0, 1, 1);
	take_at(&q, 1, 21000);
	counts_are(&q, 0, 1, 1);
	/* The uptime's own wrap is no reboot. */
	take_at(&q, 2, UINT32_MAX - 500);
	q = (struct sequence){ 0 };
	take_at(&q, 7, UINT32_MAX - 500);
	take_at(&q, 8, 499);
	counts_are(&q, 0, 0, 0);
}

/* Without an uptime: three that follow each other below the expected number are a new count. */
static void
test_silent_restart(void)
{
	struct sequence q = { 0 };

	take(&q, 1000, 1, 1);
	take(&q, 1001, 1, 1);
	take(&q, 1, 1, 1);
	take(&q, 2, 1, 1);
	take(&q, 3, 1, 1);
	is_uint(q.restarts, 1);
	take(&q, 4, 1, 1);
	take(&q, 6, 1, 1);
	is_uint(q.restarts, 1);
	is_uint(q.lost, 1);
}

/* An exporter whose number stays 0 counts nothing: no loss is made up. */
static void
test_stuck(void)
{
	struct sequence q = { 0 };
	int i;

	for (i = 0; i < 100; i++)
		take(&q, 0, 24, 1);
	is_uint(q.lost, 0);
	ok(q.restarts <= 2);
}

/* v9 that counts flows instead of datagrams; IPFIX that counts templates too. */
static void
test_other_unit(void)
{
	struct sequence q = { 0 };
	uint32_t n = 1000;
	int i;

	for (i = 0; i < 50; i++, n += 24)
		take(&q, n, 1, 24);
	counts_are(&q, 0, 0, 0);
	/* In its own unit loss is loss: two datagrams of 24. */
	take(&q, n + 48, 1, 24);
	counts_are(&q, 48, 0, 0);
	q = (struct sequence){ 0 };
	for (i = 0, n = 0; i < 50; i++, n += 26)
		take(&q, n, 24, 26);
	counts_are(&q, 0, 0, 0);
}

/* What a datagram carries is unknown (data without template): the next one says where we are. */
static void
test_unsure(void)
{
	const struct sequence_step s = { .number = 100, .unsure = true };
	struct sequence q = { 0 };

	take(&q, 90, 10, 10);
	sequence_take(&q, &s);
	take(&q, 150, 5, 5);
	counts_are(&q, 0, 0, 0);
	take(&q, 160, 5, 5);
	counts_are(&q, 5, 0, 0);
}

int
main(void)
{
	test_flows();
	test_reordering();
	test_wrap();
	test_restart();
	test_reboot();
	test_silent_restart();
	test_stuck();
	test_other_unit();
	test_unsure();
	return tap_done();
}
