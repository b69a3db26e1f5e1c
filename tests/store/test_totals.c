/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "store/totals.h"

#include <string.h>

#include "record/builder.h"
#include "tap.h"

/* Four rows: TCP, UDP, ICMPv6 and one of no protocol; the last has as many bytes as there are. */
static struct flow_builder *
four_rows(void)
{
	static const uint8_t protocols[] = { 6, 17, 58, 0 };
	static const int64_t byte_counts[] = { 100, 20, 3, INT64_MAX };
	struct flow_builder *b = flow_builder_new();
	int64_t *first, *last, *bytes, *packets, *flows, *received;
	uint8_t *proto;
	size_t i;

	ok(flow_builder_reserve(b, 4) == FLOW_OK);
	first = flow_builder_flat(b, FLOW_FIELD_FIRST, 4);
	for (i = 0; i < 4; i++)
		first[i] = 5000 - (int64_t)i;
	last = flow_builder_flat(b, FLOW_FIELD_LAST, 4);
	for (i = 0; i < 4; i++)
		last[i] = 6000 + (int64_t)i;
	received = flow_builder_flat(b, FLOW_FIELD_RECEIVED, 4);
	for (i = 0; i < 4; i++)
		received[i] = 7000;
	bytes = flow_builder_flat(b, FLOW_FIELD_BYTES, 4);
	memcpy(bytes, byte_counts, sizeof(byte_counts));
	packets = flow_builder_flat(b, FLOW_FIELD_PACKETS, 4);
	flows = flow_builder_flat(b, FLOW_FIELD_FLOWS, 4);
	for (i = 0; i < 4; i++)
		packets[i] = flows[i] = 1;
	proto = flow_builder_flat(b, FLOW_FIELD_PROTO, 4);
	memcpy(proto, protocols, sizeof(protocols));
	ok(flow_builder_null(b, FLOW_FIELD_PROTO, 3) == FLOW_OK);
	flow_builder_commit(b, 4);
	return b;
}

int
main(void)
{
	struct flow_builder *b = four_rows();
	const struct store_loss loss = { 7, 9, false };
	struct store_loss told = { 0, 0, false };
	struct flow_totals t, sum, back;
	struct buf json = BUF_INIT;
	const char *want = "{\"rows\":4,\"flows\":4,\"packets\":4,\"bytes\":9223372036854775930,"
	    "\"first\":\"1970-01-01T00:00:04.997Z\",\"last\":\"1970-01-01T00:00:06.003Z\","
	    "\"received_first\":\"1970-01-01T00:00:07.000Z\",\"received_last\":\"1970-01-01T00:00:07.000Z\","
	    "\"tcp\":{\"flows\":1,\"packets\":1,\"bytes\":100},\"udp\":{\"flows\":1,\"packets\":1,\"bytes\":20},"
	    "\"icmp\":{\"flows\":1,\"packets\":1,\"bytes\":3},"
	    "\"other\":{\"flows\":1,\"packets\":1,\"bytes\":9223372036854775807},"
	    "\"sequence_gaps\":7,\"kernel_drops\":9}";

	store_totals_init(&t);
	store_totals_add_batch(&t, flow_builder_batch(b));
	store_totals_to_json(&t, &loss, &json);
	is_mem(json.data, json.len, want, strlen(want));
	ok(store_totals_from_json((char *)json.data, json.len, &back, &told));
	is_mem(&back, sizeof(back), &t, sizeof(t));
	is_uint(told.sequence_gaps, 7);
	is_uint(told.kernel_drops, 9);
	ok(!store_totals_from_json((char *)json.data, json.len / 2, &back, &told));

	/* Sums stay at the most there is. */
	sum = t;
	store_totals_add(&sum, &t);
	is_uint(sum.other.bytes, UINT64_MAX - 1);
	store_totals_add(&sum, &t);
	is_uint(sum.other.bytes, UINT64_MAX);
	is_uint(sum.bytes, UINT64_MAX);
	is_uint(sum.rows, 12);
	is_int(sum.first_ms, 4997);

	buf_clear(&json);
	store_totals_init(&t);
	store_totals_to_json(&t, &loss, &json);
	ok(memmem(json.data, json.len, "first", 5) == NULL);
	buf_release(&json);
	flow_builder_free(b);
	return tap_done();
}
