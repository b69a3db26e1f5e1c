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

/* Three processes far apart share an identity; their datagrams interleave, one misses two. */
static void
test_three_counters(void)
{
	struct sequence q = { 0 };
	uint32_t a = 164912220, b = 1670139411, c = 31949698;
	int i;

	for (i = 0; i < 20; i++) {
		take_at(&q, a++, 2339666568u + 30 * (uint32_t)i);
		take_at(&q, b++, 2956123041u + 30 * (uint32_t)i);
		take_at(&q, b++, 2956123050u + 30 * (uint32_t)i);
		if (i % 5 == 0)
			take_at(&q, c++, 3592795920u + 30 * (uint32_t)i);
	}
	counts_are(&q, 0, 0, 0);
	is_uint(sequence_senders(&q), 3);
	take_at(&q, a + 2, 2339668000u);
	take_at(&q, b, 2956124000u);
	take_at(&q, a + 3, 2339668100u);
	counts_are(&q, 2, 0, 0);
	/* One of them is started anew, for which it takes no other's place. */
	take_at(&q, 1, 500);
	take_at(&q, b + 1, 2956124100u);
	take_at(&q, 2, 600);
	is_uint(q.lost, 2);
	ok(q.restarts <= 1);
}

/* Two that are near each other, without uptimes, one by one and in bursts of four. */
static void
test_near_counters(void)
{
	struct sequence q = { 0 };
	uint32_t a = 1000, b = 1100;
	int i, j;

	for (i = 0; i < 200; i++) {
		take(&q, a++, 1, 1);
		take(&q, b++, 1, 1);
	}
	counts_are(&q, 0, 0, 0);
	is_uint(sequence_senders(&q), 2);
	q = (struct sequence){ 0 };
	for (i = 0, a = 1000, b = 1100; i < 200; i++)
		for (j = 0; j < 8; j++)
			take(&q, j < 4 ? a++ : b++, 1, 1);
	is_uint(q.lost, 0);
	is_uint(q.restarts, 0);
	is_uint(sequence_senders(&q), 2);
}

/* Two that count flows of changing number, across the wrap. */
static void
test_flow_counters(void)
{
	struct sequence q = { 0 };
	uint32_t a = UINT32_MAX - 100, b = 500000000, i;

	for (i = 0; i < 50; i++) {
		take(&q, a, 1 + i % 30, 1 + i % 30);
		a += 1 + i % 30;
		take(&q, b, 30, 30);
		b += 30;
	}
	counts_are(&q, 0, 0, 0);
}

/* A restart is one, though its numbers come to where the old count stood. */
static void
test_old_place(void)
{
	struct sequence q = { 0 };
	uint32_t i;

	for (i = 200000; i < 200010; i++)
		take(&q, i, 1, 1);
	for (i = 0; i < 300000; i++)
		take(&q, i, 1, 1);
	counts_are(&q, 0, 0, 1);
	is_uint(sequence_senders(&q), 1);
}

/* After a slot, what it counted is not taken back from the next one. */
static void
test_slots(void)
{
	struct sequence q = { 0 };

	take(&q, 5, 1, 1);
	take(&q, 10, 1, 1);
	take(&q, 90000000, 1, 1);
	counts_are(&q, 4, 0, 1);
	sequence_count_anew(&q);
	take(&q, 11, 1, 1);
	take(&q, 90000001, 1, 1);
	take(&q, 13, 1, 1);
	counts_are(&q, 1, 0, 0);
	sequence_forget(&q);
	take(&q, 70, 1, 1);
	counts_are(&q, 1, 0, 0);
}

/* The other count's first number is no gap, however far ahead it is (up to where a step is a restart). */
static void
test_far_counters(void)
{
	static const uint32_t apart[] = { 66000, 100000, 899000, 1 << 20, 5000000 };
	struct sequence q;
	uint32_t i, k;

	for (k = 0; k < sizeof(apart) / sizeof(apart[0]); k++) {
		q = (struct sequence){ 0 };
		for (i = 0; i < 10; i++) {
			take(&q, 1000 + i, 1, 1);
			take(&q, 1000 + apart[k] + 3 * i, 3, 1);
		}
		counts_are(&q, 0, 0, 0);
		is_uint(sequence_senders(&q), 2);
	}
}

/* Three, of which the first loses 2 while the others begin, and the second 5 later. */
static void
test_three_far_counters(void)
{
	struct sequence q = { 0 };
	uint32_t i;

	take(&q, 1000, 1, 1);
	take(&q, 900000, 1, 1);
	take(&q, 5000000, 1, 1);
	take(&q, 1003, 1, 1);
	for (i = 1; i < 10; i++) {
		take(&q, 900000 + i + (i > 4 ? 5 : 0), 1, 1);
		take(&q, 5000000 + i, 1, 1);
		take(&q, 1003 + i, 1, 1);
	}
	counts_are(&q, 7, 0, 0);
	is_uint(sequence_senders(&q), 3);
}

/* Processes that began at different times have different uptimes, too. */
static void
test_counters_with_uptimes(void)
{
	struct sequence q = { 0 };
	uint32_t i;

	for (i = 0; i < 10; i++) {
		take_at(&q, 1000 + i, 3600000 + 1000 * i);
		take_at(&q, 1500 + i, 90000000 + 1000 * i);
	}
	counts_are(&q, 0, 0, 0);
	is_uint(sequence_senders(&q), 2);
}

/* A gap to which nothing comes back is a loss; a reboot soon after it is a restart. */
static void
test_far_gap(void)
{
	struct sequence q = { 0 };

	take_at(&q, 1000, 3600000);
	take_at(&q, 900000, 3601000);
	take_at(&q, 900001, 3602000);
	counts_are(&q, 898999, 0, 0);
	take_at(&q, 0, 5000);
	take_at(&q, 1, 6000);
	counts_are(&q, 898999, 0, 1);
	is_uint(sequence_senders(&q), 1);
}

/* Line cards that share a count, each with its own uptime: no boots, and what is missing is counted. */
static void
test_many_clocks(void)
{
	static const uint32_t clock[] = { 500000000, 3600000, 80000 };
	struct sequence q = { 0 };
	uint32_t i, number = 1000;

	for (i = 0; i < 300; i++)
		take_at(&q, number++, clock[i % 3] + 1000 * i);
	counts_are(&q, 0, 0, 0);
	for (i = 0; i < 300; i++) {
		number += i % 10 == 9;	/* 30 are lost */
		take_at(&q, number++, clock[i % 3] + 1000 * i);
	}
	counts_are(&q, 30, 0, 0);
	is_uint(sequence_senders(&q), 1);
	/* A boot is one all the same where the number falls. */
	take_at(&q, 0, 5000);
	take_at(&q, 1, 6000);
	take_at(&q, 2, 7000);
	take_at(&q, 3, 8000);
	counts_are(&q, 30, 0, 1);
}

/* A boot, and what the count loses afterwards where the old one had ended is lost. */
static void
test_loss_after_boot(void)
{
	struct sequence q = { 0 };
	uint32_t i;

	for (i = 0; i < 50; i++)
		take_at(&q, i, 1000000 + 1000 * i);
	for (i = 0; i < 80; i++)
		if (i != 49)
			take_at(&q, i, 1000 * i);
	counts_are(&q, 1, 0, 1);
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
	test_three_counters();
	test_near_counters();
	test_flow_counters();
	test_old_place();
	test_slots();
	test_far_counters();
	test_three_far_counters();
	test_counters_with_uptimes();
	test_far_gap();
	test_many_clocks();
	test_loss_after_boot();
	return tap_done();
}
