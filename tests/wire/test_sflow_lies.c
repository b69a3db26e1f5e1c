/* SPDX-License-Identifier: BSD-2-Clause */
/* sFlow samples whose counts and lengths lie: within the record's bounds, and nothing leaks on. */
#include "base/bytes.h"
#include "tap.h"
#include "wire/wire_helper.h"

/* Version 5, agent 192.0.2.1, sub-agent 3, sequence 1, uptime 1000, samples. */
#define HEADER(samples) "00000005 00000001 c0000201 00000003 00000001 000003e8 " samples
/* Sequence, source, rate 1024, pool, drops, in 7, out 8; the number of records follows. */
#define SAMPLE_HEAD "00000001 00000007 00000400 00000000 00000000 00000007 00000008 "
/* A record of IPv4 fields: 100 bytes, UDP 10.0.0.1:53 -> 10.0.0.2:32768. */
#define IPV4_RECORD "00000003 00000020 00000064 00000011 0a000001 0a000002 00000035 00008000" \
	"00000000 00000000"
/* Of a gateway's record: next hop 10.0.0.253, AS 65000 of the router, 65001 source, 65002 peer. */
#define GATEWAY_HEAD "00000001 0a0000fd 0000fde8 0000fde9 0000fdea "

/* One flow sample of v5 with so many records, however many there are. */
static void
put_sample(struct buf *b, const char *records, const char *hex)
{
	size_t at;

	put_hex(b, "00000001");
	at = b->len;
	put_hex(b, "00000000" SAMPLE_HEAD);
	put_hex(b, records);
	put_hex(b, hex);
	store_be32(b->data + at, (uint32_t)(b->len - at - 4));
}

static void
feed_samples(struct wire *w, const char *header, const char *records, const char *hex)
{
	struct buf b = BUF_INIT;

	put_hex(&b, header);
	put_sample(&b, records, hex);
	wire_feed(w, &b);
	buf_release(&b);
}

/* 2^32 - 1 records, of which one is there: the sample is refused. */
static void
test_record_count(struct wire *w)
{
	feed_samples(w, HEADER("00000001"), "ffffffff", IPV4_RECORD);
	is_uint(wire_rows(w), 0);
	is_uint(wire_count(w, FLOW_COUNT_SAMPLE_BAD), 1);
	feed_samples(w, HEADER("00000001"), "00000000", "");
	is_uint(wire_count(w, FLOW_COUNT_SAMPLE_BAD), 1);
}

/* A refused sample's values do not show up in the next one's row. */
static void
test_refused_before_good(struct wire *w)
{
	struct buf b = BUF_INIT;

	put_hex(&b, HEADER("00000002"));
	/* the gateway's record is whole, no path, no communities; then a record that is too long */
	put_sample(&b, "00000002", "000003eb 00000020" GATEWAY_HEAD "00000000 00000000 00000064"
	    "00000003 00001000");
	put_sample(&b, "00000001", IPV4_RECORD);
	wire_feed(w, &b);
	is_uint(wire_count(w, FLOW_COUNT_SAMPLE_BAD), 1);
	is_uint(wire_rows(w), 1);
	is_uint(wire_number(w, FLOW_FIELD_SRC_PORT, 0), 53);
	is_uint(wire_number(w, FLOW_FIELD_SRC_AS, 0), WIRE_NULL);
	is_uint(wire_number(w, FLOW_FIELD_DST_AS, 0), WIRE_NULL);
	is_str(wire_text(w, FLOW_FIELD_BGP_NEXT_HOP, 0), "");
	buf_release(&b);
}

/* A path of 2^32 - 1 segments, a segment of as many, as many communities: the AS are left out. */
static void
test_gateway_counts(struct wire *w)
{
	static const char *const lie[] = {
		IPV4_RECORD "000003eb 00000020" GATEWAY_HEAD "ffffffff 00000000 00000064",
		IPV4_RECORD "000003eb 00000028" GATEWAY_HEAD "00000001 00000002 ffffffff 0000fdeb"
		    "00000000",
		IPV4_RECORD "000003eb 00000020" GATEWAY_HEAD "00000000 ffffffff 00000064",
		IPV4_RECORD "000003eb 00000020" GATEWAY_HEAD "00000000 40000000 00000064",
	};
	size_t i;

	for (i = 0; i < sizeof(lie) / sizeof(lie[0]); i++) {
		feed_samples(w, HEADER("00000001"), "00000002", lie[i]);
		is_uint(wire_rows(w), i + 1);
		is_uint(wire_number(w, FLOW_FIELD_DST_PORT, i), 32768);
		is_uint(wire_number(w, FLOW_FIELD_SRC_AS, i), WIRE_NULL);
	}
}

/* A header of 2^32 - 1 bytes, names of as many: the row has what else there is. */
static void
test_lengths(struct wire *w)
{
	feed_samples(w, HEADER("00000001"), "00000001",
	    "00000001 00000014 00000001 000005ee 00000000 ffffffff 45000028");
	is_uint(wire_rows(w), 1);
	is_str(wire_text(w, FLOW_FIELD_SRC_ADDR, 0), "");
	feed_samples(w, HEADER("00000001"), "00000002",
	    IPV4_RECORD "000003ec 0000000c 0000006a ffffffff 61626364");
	is_uint(wire_rows(w), 2);
	is_str(wire_text(w, FLOW_FIELD_USERNAME, 1), "");
	is_str(wire_text(w, FLOW_FIELD_SRC_ADDR, 1), "10.0.0.1");
}

/* No rate, and the greatest. */
static void
test_rates(struct wire *w)
{
	struct buf b = BUF_INIT;

	put_hex(&b, HEADER("00000002"));
	put_sample(&b, "00000001", IPV4_RECORD);
	put_sample(&b, "00000001", IPV4_RECORD);
	/* headers of 28 bytes, samples of 80: the rate stands 16 bytes into each */
	store_be32(b.data + 28 + 16, 0);
	store_be32(b.data + 28 + 80 + 16, 0xffffffff);
	wire_feed(w, &b);
	is_uint(wire_number(w, FLOW_FIELD_SAMPLING, 0), WIRE_NULL);
	is_uint(wire_number(w, FLOW_FIELD_BYTES, 0), 100);
	is_uint(wire_number(w, FLOW_FIELD_SAMPLING, 1), 0xffffffff);
	is_uint(wire_number(w, FLOW_FIELD_BYTES, 1), UINT64_C(429496729500));
	buf_release(&b);
}

/* v4 says no lengths: 2^32 - 1 extensions, of which none is there, end the datagram. */
static void
test_v4(struct wire *w)
{
	struct buf b = BUF_INIT;

	put_hex(&b, "00000004 00000001 c0000201 00000001 000003e8 ffffffff"
	    "00000001" SAMPLE_HEAD
	    "00000002 00000064 00000011 0a000001 0a000002 00000035 00008000 00000000 00000000"
	    "ffffffff");
	wire_feed(w, &b);
	is_uint(wire_rows(w), 0);
	is_uint(wire_count(w, FLOW_COUNT_SAMPLE_BAD), 1);
	is_uint(wire_count(w, FLOW_COUNT_DATAGRAM_CUT), 1);
	buf_release(&b);
}

int
main(void)
{
	wire_run(test_record_count, NULL);
	wire_run(test_refused_before_good, NULL);
	wire_run(test_gateway_counts, NULL);
	wire_run(test_lengths, NULL);
	wire_run(test_rates, NULL);
	wire_run(test_v4, NULL);
	return tap_done();
}
