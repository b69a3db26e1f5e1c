/* SPDX-License-Identifier: BSD-2-Clause */
#include "synth/synth.h"

#include <string.h>

#include "base/attr.h"
#include "base/hash.h"
#include "net/proto.h"
#include "tap.h"

#define ROWS 60000

/* Of options(1); a change of the traffic changes it, knowingly. */
#define DIGEST UINT64_C(9088057180359633802)

#define VALUE(batch, id, type, row) (((const type *)(batch)->column[FLOW_FIELD_##id].values)[row])

static struct flow_synth_options
options(uint64_t seed)
{
	struct flow_synth_options o = FLOW_SYNTH_OPTIONS_INIT;

	o.seed = seed;
	o.flows = ROWS;
	o.rate = 3333000;
	o.exporters = 5;
	return o;
}

/* All rows, in turns of an uneven number of rows. */
static struct flow_builder *
make(const struct flow_synth_options *o)
{
	struct flow_synth *s = flow_synth_new(o);
	struct flow_builder *b = flow_builder_new();
	struct flow_synth_turn turn = { .rows = 1 };

	ok(s != NULL && b != NULL);
	while (turn.rows > 0)
		if (flow_synth_next(s, 1777, b, &turn) != FLOW_OK)
			break;
	is_uint(turn.rows, 0);
	flow_synth_free(s);
	return b;
}

/* Failures that a walk over all rows counts; all are to be 0. */
struct faults {
	unsigned time_order, received_order, counters, packet_size, flags, ports, family, icmp, route;
};

static void
check_counters(const struct flow_batch *b, size_t i, struct faults *faults)
{
	int64_t packets = VALUE(b, PACKETS, int64_t, i), bytes = VALUE(b, BYTES, int64_t, i);
	bool v6 = VALUE(b, IP_VERSION, uint8_t, i) == 6;

	if (packets <= 0 || bytes <= 0 || packets > bytes)
		faults->counters++;
	if (bytes < packets * (v6 ? 60 : 40) || bytes > packets * 1500)
		faults->packet_size++;
}

static void
check_key(const struct flow_batch *b, size_t i, struct faults *faults)
{
	uint8_t proto = VALUE(b, PROTO, uint8_t, i);
	uint16_t flags = VALUE(b, TCP_FLAGS, uint16_t, i);
	uint16_t src = VALUE(b, SRC_PORT, uint16_t, i), dst = VALUE(b, DST_PORT, uint16_t, i);
	bool v6 = VALUE(b, IP_VERSION, uint8_t, i) == 6;

	if ((flags != 0) != (proto == PROTO_TCP))
		faults->flags++;
	if (flags == TCP_SYN && VALUE(b, PACKETS, int64_t, i) != 1)
		faults->flags++;
	if (proto_has_ports(proto) ? src == 0 || dst == 0 : src != 0)
		faults->ports++;
	if (v6 == addr_is_v4(&VALUE(b, SRC_ADDR, struct addr, i)) ||
	    v6 == addr_is_v4(&VALUE(b, DST_ADDR, struct addr, i)) ||
	    proto == (v6 ? PROTO_ICMP : PROTO_ICMP6))
		faults->family++;
	if (flow_column_has(&b->column[FLOW_FIELD_ICMP_TYPE], i) != proto_is_icmp(proto) ||
	    (proto_is_icmp(proto) && (dst >> 8 != VALUE(b, ICMP_TYPE, uint8_t, i) ||
	    (dst & 255) != VALUE(b, ICMP_CODE, uint8_t, i))))
		faults->icmp++;
}

static void
check_time(const struct flow_batch *b, size_t i, struct faults *faults)
{
	int64_t first = VALUE(b, FIRST, int64_t, i), last = VALUE(b, LAST, int64_t, i);
	int64_t received = VALUE(b, RECEIVED, int64_t, i);

	if (first > last || last > received / 1000 * 1000)
		faults->time_order++;
	if (VALUE(b, PACKETS, int64_t, i) == 1 && first != last)
		faults->time_order++;
	if (i > 0 && received < VALUE(b, RECEIVED, int64_t, i - 1))
		faults->received_order++;
}

static void
test_believable(const struct flow_batch *b)
{
	struct faults faults = { 0, 0, 0, 0, 0, 0, 0, 0, 0 };
	size_t i;

	for (i = 0; i < b->rows; i++) {
		check_time(b, i, &faults);
		check_counters(b, i, &faults);
		check_key(b, i, &faults);
	}
	is_uint(faults.time_order, 0);
	is_uint(faults.received_order, 0);
	is_uint(faults.counters, 0);
	is_uint(faults.packet_size, 0);
	is_uint(faults.flags, 0);
	is_uint(faults.ports, 0);
	is_uint(faults.family, 0);
	is_uint(faults.icmp, 0);
}

/* The same prefix has one AS, one mask and one interface, whoever's row and direction it is. */
static void
test_routes(const struct flow_batch *b)
{
	static struct {
		struct addr net;
		uint32_t as, interface;
		uint8_t bits;
	} known[1 << 16];
	unsigned wrong = 0, large = 0;
	size_t i, at;

	for (i = 0; i < b->rows; i++) {
		uint8_t bits = VALUE(b, SRC_MASK, uint8_t, i);
		struct addr net = addr_mask(&VALUE(b, SRC_ADDR, struct addr, i), bits);

		at = hash_mix128(addr_hi(&net), addr_lo(&net) + bits) & (ARRAY_LEN(known) - 1);
		if (known[at].bits == 0 || !addr_equal(&known[at].net, &net)) {
			known[at].net = net;
			known[at].as = VALUE(b, SRC_AS, uint32_t, i);
			known[at].interface = VALUE(b, IN_IF, uint32_t, i);
			known[at].bits = bits;
		}
		wrong += known[at].as != VALUE(b, SRC_AS, uint32_t, i) ||
		    known[at].interface != VALUE(b, IN_IF, uint32_t, i) || known[at].bits != bits;
		large += VALUE(b, SRC_AS, uint32_t, i) > 65535;
	}
	is_uint(wrong, 0);
	ok(large > b->rows / 4);
}

/* Shares: a mix, not a monoculture. */
static void
test_mix(const struct flow_batch *b)
{
	size_t tcp = 0, udp = 0, icmp = 0, v6 = 0, i;

	for (i = 0; i < b->rows; i++) {
		uint8_t proto = VALUE(b, PROTO, uint8_t, i);

		tcp += proto == PROTO_TCP;
		udp += proto == PROTO_UDP;
		icmp += proto_is_icmp(proto);
		v6 += VALUE(b, IP_VERSION, uint8_t, i) == 6;
	}
	ok(tcp > b->rows / 2 && tcp < b->rows * 3 / 4);
	ok(udp > b->rows / 4 && udp < b->rows / 2);
	ok(icmp > b->rows / 200 && icmp < b->rows / 20);
	ok(tcp + udp + icmp < b->rows);
	ok(v6 > b->rows * 14 / 100 && v6 < b->rows * 16 / 100);
}

/* XXH64 over the values of all columns. */
static uint64_t
digest(const struct flow_batch *b)
{
	uint64_t sum = 0;
	unsigned f;

	for (f = 0; f < FLOW_FIELD_COUNT; f++)
		if (b->column[f].form == FLOW_FORM_FLAT)
			sum = hash_xxh64(b->column[f].values,
			    b->rows * flow_type_size(flow_field_info((enum flow_field)f)->type), sum);
	return sum;
}

/*
 * The same rows for the same options: now, on another machine and with another
 * compiler.  (The digest is of a little-endian machine's values.)
 */
static void
test_repeat(const struct flow_batch *b)
{
	struct flow_synth_options o = options(1);
	struct flow_builder *again = make(&o), *other;

	o.seed = 2;
	other = make(&o);
	is_uint(digest(flow_builder_batch(again)), digest(b));
	ok(digest(flow_builder_batch(other)) != digest(b));
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	is_uint(digest(b), DIGEST);
#endif
	flow_builder_free(again);
	flow_builder_free(other);
}

static void
test_clock(void)
{
	struct flow_synth_options o = FLOW_SYNTH_OPTIONS_INIT;
	struct flow_builder *b = flow_builder_new();
	struct flow_synth *s;
	struct flow_synth_turn turn;

	o.flows = 5000;
	o.rate = 250000;	/* 250 a second */
	s = flow_synth_new(&o);
	is_int(flow_synth_now(s), o.start_ms);
	is_int(flow_synth_next(s, 2501, b, &turn), FLOW_OK);
	is_uint(turn.rows, 2501);
	is_int(flow_synth_now(s), o.start_ms + 10004);
	is_int(flow_synth_next(s, 1 << 20, b, &turn), FLOW_OK);
	is_uint(turn.rows, 2499);
	is_uint(flow_builder_rows(b), 5000);
	flow_synth_free(s);
	flow_builder_free(b);
}

/*
 * Flows longer than the active timeout come in pieces: no row is longer, some rows are pieces of one flow, which
 * follow each other within a second, and there are as many rows as were asked for.
 */
static void
test_pieces(void)
{
	struct flow_synth_options o = FLOW_SYNTH_OPTIONS_INIT;
	size_t longer = 0, whole = 0, next = 0, late = 0, i, k;
	const struct flow_batch *b;
	struct flow_builder *rows;

	o.flows = 20000;
	o.rate = 20000;		/* 1000 s */
	o.active_ms = 30000;
	rows = make(&o);
	b = flow_builder_batch(rows);
	is_uint(b->rows, 20000);
	for (i = 0; i < b->rows; i++) {
		int64_t last = VALUE(b, LAST, int64_t, i), length = last - VALUE(b, FIRST, int64_t, i);

		longer += length > 30000;
		late += VALUE(b, RECEIVED, int64_t, i) > last + 17000;
		if (length != 30000)
			continue;
		whole++;
		for (k = i + 1; k < b->rows; k++)
			if (VALUE(b, FIRST, int64_t, k) == last + 1 &&
			    VALUE(b, SRC_PORT, uint16_t, k) == VALUE(b, SRC_PORT, uint16_t, i) &&
			    addr_equal(&VALUE(b, SRC_ADDR, struct addr, k), &VALUE(b, SRC_ADDR, struct addr, i)))
				break;
		next += k < b->rows;
	}
	is_uint(longer, 0);
	is_uint(late, 0);
	/* What goes on at the end of the run has no further row. */
	ok(whole > 200);
	ok(next > whole * 9 / 10);
	flow_builder_free(rows);
}

/* With sampling the whole is as without, and what is seen is an unbiased part of it. */
static void
test_sampling(void)
{
	struct flow_synth_options o = options(1);
	struct flow_builder *plain = make(&o), *whole = flow_builder_new(), *seen;
	const struct flow_batch *all, *some;
	int64_t packets = 0, sampled = 0, odd = 0;
	size_t differ = 0, i;

	o.sampling = 10;
	o.whole = whole;
	seen = make(&o);
	all = flow_builder_batch(whole);
	some = flow_builder_batch(seen);
	is_uint(all->rows, ROWS);
	for (i = 0; i < all->rows; i++)
		differ += VALUE(all, PACKETS, int64_t, i) != VALUE(flow_builder_batch(plain), PACKETS, int64_t, i);
	is_uint(differ, 0);
	for (i = 0; i < all->rows; i++)
		packets += VALUE(all, PACKETS, int64_t, i);
	for (i = 0; i < some->rows; i++) {
		sampled += VALUE(some, PACKETS, int64_t, i);
		odd += VALUE(some, PACKETS, int64_t, i) % 10 != 0 || VALUE(some, BYTES, int64_t, i) % 10 != 0 ||
		    VALUE(some, PACKETS, int64_t, i) == 0;
	}
	is_int(odd, 0);
	ok(some->rows > ROWS / 4 && some->rows < ROWS * 3 / 4);
	/* Of so many packets a tenth: 0.4 % is one standard deviation. */
	ok(packets > 500000);
	ok(sampled > packets - packets / 50 && sampled < packets + packets / 50);
	flow_builder_free(plain);
	flow_builder_free(whole);
	flow_builder_free(seen);
}

/* A turn has flows of one second. */
static void
test_seconds(void)
{
	struct flow_synth_options o = FLOW_SYNTH_OPTIONS_INIT;
	struct flow_synth *s;
	struct flow_synth_turn turn = { .rows = 1 };
	struct flow_builder *b = flow_builder_new();
	size_t crossing = 0, rows = 0;

	o.flows = 10000;
	o.rate = 777000;
	o.by_second = true;
	s = flow_synth_new(&o);
	while (turn.rows > 0 && flow_synth_next(s, 300, b, &turn) == FLOW_OK) {
		const struct flow_batch *batch = flow_builder_batch(b);

		rows += batch->rows;
		crossing += batch->rows > 0 && VALUE(batch, RECEIVED, int64_t, 0) / 1000 !=
		    VALUE(batch, RECEIVED, int64_t, batch->rows - 1) / 1000;
		flow_builder_clear(b);
	}
	is_uint(rows, 10000);
	is_uint(crossing, 0);
	flow_synth_free(s);
	flow_builder_free(b);
}

static void
test_limits(void)
{
	struct flow_synth_options o = FLOW_SYNTH_OPTIONS_INIT;

	o.ipv6_percent = 101;
	ok(flow_synth_new(&o) == NULL);
	o.ipv6_percent = 100;
	o.rate = 0;
	ok(flow_synth_new(&o) == NULL);
	o.rate = 1;
	o.active_ms = FLOW_SYNTH_TIMEOUT_MAX_MS + 1;
	ok(flow_synth_new(&o) == NULL);
	o.active_ms = 60000;
	o.inactive_ms = 999;
	ok(flow_synth_new(&o) == NULL);
	o.inactive_ms = 15000;
	o.exporters = FLOW_SYNTH_EXPORTERS_MAX + 1;
	ok(flow_synth_new(&o) == NULL);
	flow_synth_free(NULL);
}

int
main(void)
{
	struct flow_synth_options o = options(1);
	struct flow_builder *b = make(&o);
	const struct flow_batch *batch = flow_builder_batch(b);

	is_uint(batch->rows, ROWS);
	test_believable(batch);
	test_routes(batch);
	test_mix(batch);
	test_repeat(batch);
	test_clock();
	test_pieces();
	test_sampling();
	test_seconds();
	test_limits();
	flow_builder_free(b);
	return tap_done();
}
