/* SPDX-License-Identifier: BSD-2-Clause */
/* A router that was booted: its old templates mean nothing until it announces them again. */
#include "base/bytes.h"
#include "tap.h"
#include "wire/wire_helper.h"

#define PORTS "0100 0002 0007 0002 000b 0002"	/* source port, destination port */
#define REVERSE "0100 0002 000b 0002 0007 0002"

/* One set with an uptime, so many milliseconds after WIRE_RECEIVED. */
static void
feed_at(struct wire *w, uint32_t uptime_ms, int64_t after_ms, uint16_t id, const char *hex)
{
	struct buf b = BUF_INIT;
	size_t set;

	put_v9_header(&b, 1, 1, 0);
	store_be32(b.data + 4, uptime_ms);
	set = put_set(&b, id);
	put_hex(&b, hex);
	put_set_end(&b, set);
	w->dg.received_ms = WIRE_RECEIVED + after_ms;
	wire_feed(w, &b);
	buf_release(&b);
}

/*
 * Up for 1000 s, silent for 120 s, then up for 30 s, with data of the same id but another layout
 * before the template comes (pmacct's report): the data waits and is read by the new layout.
 */
static void
test_other_layout(struct wire *w)
{
	feed_at(w, 1000000, 0, 0, PORTS);
	feed_at(w, 1001000, 1000, 256, "0035 0400");
	is_uint(wire_rows(w), 1);
	is_uint(wire_number(w, FLOW_FIELD_SRC_PORT, 0), 53);
	feed_at(w, 30000, 121000, 256, "0050 0401");
	is_uint(wire_rows(w), 1);
	is_uint(wire_count(w, FLOW_COUNT_SETS_HELD), 1);
	feed_at(w, 31000, 122000, 0, REVERSE);
	is_uint(wire_rows(w), 2);
	is_uint(wire_number(w, FLOW_FIELD_SRC_PORT, 1), 1025);
	is_uint(wire_number(w, FLOW_FIELD_DST_PORT, 1), 80);
	is_uint(wire_number(w, FLOW_FIELD_RECEIVED, 1), WIRE_RECEIVED + 121000);
	is_uint(wire_count(w, FLOW_COUNT_SETS_RESCUED), 1);
}

/* The same template again: what waited is read, what follows does not wait. */
static void
test_same_layout(struct wire *w)
{
	feed_at(w, 1000000, 0, 0, PORTS);
	feed_at(w, 30000, 121000, 256, "0035 0400");
	is_uint(wire_rows(w), 0);
	feed_at(w, 31000, 122000, 0, PORTS);
	is_uint(wire_rows(w), 1);
	is_uint(wire_number(w, FLOW_FIELD_SRC_PORT, 0), 53);
	feed_at(w, 32000, 123000, 256, "0036 0400");
	is_uint(wire_rows(w), 2);
	is_uint(wire_count(w, FLOW_COUNT_SETS_HELD), 1);
	is_uint(wire_count(w, FLOW_COUNT_TEMPLATES_CHANGED), 0);
}

/* Announced never again: given up in the end, and counted. */
static void
test_never_again(struct wire *w)
{
	feed_at(w, 1000000, 0, 0, PORTS);
	feed_at(w, 30000, 121000, 256, "0035 0400");
	wire_pass(w, 1800001);
	is_uint(wire_rows(w), 0);
	is_uint(wire_count(w, FLOW_COUNT_NO_TEMPLATE), 1);
}

/* Two clocks in one domain (line cards), 900 s apart: neither was booted a second ago. */
static void
test_two_clocks(struct wire *w)
{
	feed_at(w, 1000000, 0, 0, PORTS);
	feed_at(w, 100000, 1000, 256, "0035 0400");
	feed_at(w, 1002000, 2000, 256, "0035 0400");
	feed_at(w, 102000, 3000, 256, "0035 0400");
	is_uint(wire_rows(w), 3);
	is_uint(wire_count(w, FLOW_COUNT_SETS_HELD), 0);
}

/* The uptime wraps (2^32 - 1000, then 1000): no boot; nor is an older datagram that comes late. */
static void
test_no_boot(struct wire *w)
{
	feed_at(w, 4294966296, 0, 0, PORTS);
	feed_at(w, 1000, 2000, 256, "0035 0400");
	is_uint(wire_rows(w), 1);
	feed_at(w, 10000, 11000, 256, "0035 0400");
	feed_at(w, 9000, 11001, 256, "0035 0400");
	is_uint(wire_rows(w), 3);
	is_uint(wire_count(w, FLOW_COUNT_SETS_HELD), 0);
}

/* Another domain of the box keeps its own. */
static void
test_other_domain(struct wire *w)
{
	wire_v9(w, 7, 0, PORTS);
	feed_at(w, 1000000, 0, 0, PORTS);
	feed_at(w, 30000, 121000, 256, "0035 0400");
	wire_v9(w, 7, 256, "0035 0400");
	is_uint(wire_rows(w), 1);
	is_uint(wire_number(w, FLOW_FIELD_DOMAIN, 0), 7);
}

/* A decoder that was taught templates of before and after a boot trusts all of them. */
static void
test_taught(struct wire *w)
{
	feed_at(w, 1000000, 0, 0, PORTS);
	feed_at(w, 30000, 121000, 0, "0101 0001 0002 0004");
	flow_decoder_begin_again(w->d);
	feed_at(w, 20000, 122000, 256, "0035 0400");
	is_uint(wire_rows(w), 1);
	is_uint(wire_count(w, FLOW_COUNT_SETS_HELD), 0);
}

int
main(void)
{
	wire_run(test_other_layout, NULL);
	wire_run(test_same_layout, NULL);
	wire_run(test_never_again, NULL);
	wire_run(test_two_clocks, NULL);
	wire_run(test_no_boot, NULL);
	wire_run(test_other_domain, NULL);
	wire_run(test_taught, NULL);
	return tap_done();
}
