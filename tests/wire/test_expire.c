/* SPDX-License-Identifier: BSD-2-Clause */
/* Templates that are neither announced nor used for too long are forgotten. */
#include "tap.h"
#include "wire_helper.h"

#define HOUR_MS INT64_C(3600000)

/* Template `id`: in_if (10) and packets (2), 4 bytes each. */
static void
announce(struct wire *w, uint16_t id)
{
	struct buf b = BUF_INIT;
	size_t set;

	put_v9_header(&b, 1, 1, 7);
	set = put_set(&b, 0);
	put16(&b, id, 2, 10, 4, 2, 4, WIRE_STOP);
	put_set_end(&b, set);
	wire_feed(w, &b);
	buf_release(&b);
}

static void
send(struct wire *w, uint16_t id)
{
	struct buf b = BUF_INIT;
	size_t set;

	put_v9_header(&b, 1, 2, 7);
	set = put_set(&b, id);
	put_hex(&b, "00000005 00000064");
	put_set_end(&b, set);
	wire_feed(w, &b);
	buf_release(&b);
}

/* Just an hour, both stay; a little more, and the one that was used stays. */
static void
test_age(struct wire *w)
{
	announce(w, 256);
	announce(w, 257);
	wire_pass(w, HOUR_MS / 2);
	send(w, 257);
	is_uint(wire_rows(w), 1);
	wire_pass(w, HOUR_MS / 2);
	is_uint(wire_count(w, FLOW_COUNT_TEMPLATE_EXPIRED), 0);
	wire_pass(w, 1);
	is_uint(wire_count(w, FLOW_COUNT_TEMPLATE_EXPIRED), 1);
	send(w, 257);
	is_uint(wire_rows(w), 2);
	send(w, 256);
	is_uint(wire_rows(w), 2);
	is_uint(wire_count(w, FLOW_COUNT_SETS_HELD), 1);
	/* Announced again, it decodes what waited. */
	announce(w, 256);
	is_uint(wire_rows(w), 3);
	is_uint(wire_number(w, FLOW_FIELD_PACKETS, 2), 100);

	/* The end of all takes no templates. */
	flow_decoder_expire(w->d, INT64_MAX);
	is_uint(wire_count(w, FLOW_COUNT_TEMPLATE_EXPIRED), 1);
}

/* The clock is set forward by a day, back by a year, and so on: what is in use stays. */
static void
test_clock_steps(struct wire *w)
{
	static const int64_t step[] = { 24, -24, 8760, -8760, 48, -1, 1, -30, 876000, -300 };
	size_t i;

	announce(w, 256);
	for (i = 0; i < ARRAY_LEN(step); i++) {
		w->dg.received_ms += step[i] * HOUR_MS;
		flow_decoder_expire(w->d, w->dg.received_ms);
		send(w, 256);
	}
	is_uint(wire_rows(w), ARRAY_LEN(step));
	is_uint(wire_count(w, FLOW_COUNT_TEMPLATE_EXPIRED), 0);
	/* Data that waits is not given up for it either. */
	send(w, 300);
	w->dg.received_ms += 24 * HOUR_MS;
	flow_decoder_expire(w->d, w->dg.received_ms);
	announce(w, 300);
	is_uint(wire_rows(w), ARRAY_LEN(step) + 1);
}

/* Datagrams that overtake each other by a second age nothing but by what passes. */
static void
test_late(struct wire *w)
{
	int i;

	announce(w, 256);
	for (i = 0; i < 10000; i++) {
		w->dg.received_ms += i % 2 == 0 ? 1000 : -1000;
		send(w, 257);
	}
	flow_decoder_expire(w->d, w->dg.received_ms);
	is_uint(wire_count(w, FLOW_COUNT_TEMPLATE_EXPIRED), 0);
}

/* What is too old is not used, whether or not anybody asked to forget it. */
static void
test_stale(struct wire *w)
{
	int i;

	announce(w, 256);
	announce(w, 257);
	for (i = 0; i < 61; i++) {
		w->dg.received_ms += 60000;
		send(w, 257);
	}
	send(w, 256);
	is_uint(wire_rows(w), 61);
	is_uint(wire_count(w, FLOW_COUNT_TEMPLATE_EXPIRED), 1);
	is_uint(wire_count(w, FLOW_COUNT_SETS_HELD), 1);
}

int
main(void)
{
	const struct flow_decoder_options options = { .template_ms = HOUR_MS };

	wire_run(test_age, &options);
	wire_run(test_clock_steps, &options);
	wire_run(test_late, &options);
	wire_run(test_stale, &options);
	return tap_done();
}
