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

int
main(void)
{
	const struct flow_decoder_options options = { .template_ms = HOUR_MS };
	struct wire w;

	wire_begin(&w, &options);
	announce(&w, 256);
	announce(&w, 257);
	w.dg.received_ms = WIRE_RECEIVED + HOUR_MS / 2;
	send(&w, 257);
	is_uint(wire_rows(&w), 1);

	/* Just an hour: both stay. */
	flow_decoder_expire(w.d, WIRE_RECEIVED + HOUR_MS);
	is_uint(wire_count(&w, FLOW_COUNT_TEMPLATE_EXPIRED), 0);
	/* A little more: the one that was used stays. */
	flow_decoder_expire(w.d, WIRE_RECEIVED + HOUR_MS + 1);
	is_uint(wire_count(&w, FLOW_COUNT_TEMPLATE_EXPIRED), 1);
	w.dg.received_ms = WIRE_RECEIVED + HOUR_MS + 2;
	send(&w, 257);
	is_uint(wire_rows(&w), 2);
	send(&w, 256);
	is_uint(wire_rows(&w), 2);
	is_uint(wire_count(&w, FLOW_COUNT_SETS_HELD), 1);
	/* Announced again, it decodes what waited. */
	announce(&w, 256);
	is_uint(wire_rows(&w), 3);
	is_uint(wire_number(&w, FLOW_FIELD_PACKETS, 2), 100);

	/* The end of all takes no templates. */
	flow_decoder_expire(w.d, INT64_MAX);
	is_uint(wire_count(&w, FLOW_COUNT_TEMPLATE_EXPIRED), 1);
	wire_end(&w);
	return tap_done();
}
