/* SPDX-License-Identifier: BSD-2-Clause */
/* Saved states of decoders: as documented, damaged, of later versions, and of others' limits. */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "tap.h"
#include "wire/state/decoder_state.h"
#include "wire/wire_helper.h"

/*
 * Made by hand from wire/state/decoder_state.h: an established v9 source 192.0.2.1, port 1000, domain
 * 5; its domain's rate 7; template 256 of in_if (10) and packets (2), 4 bytes each.
 */
static const char by_hand[] =
    "464c4f5753544131"
    /* clock: begun, now 1000, latest 1700000000000, 3 uses */
    "02 19000000 01 e803000000000000 0068e5cf8b010000 0300000000000000"
    /* source: address, sender, port, version, UDP, domain, established */
    "03 7f000000 00000000000000000000ffffc0000201 00000000000000000000ffffc0000201 e803 09 00 05000000 01"
    /* came at 500, use 3, the first use 1, no init time, no types, uptime, first and last seen, sampling 7 */
    "f401000000000000 0300000000000000 0100000000000000 0000000000000000 0000000000000000"
    "00000000 0000000000000000 07000000 0068e5cf8b010000 0068e5cf8b010000"
    /* sequence: no step, no counter; the clock is right */
    "00000000 00 00 0000000000000000"
    /* known: 16 slots, 1 entry: kind 6 (rate of the domain), 7 */
    "04 1d000000 10000000 01000000 0000000000000006 0700000000000000 00000000 00"
    /* template 256, data, no scopes, last used at 900, 2 fields */
    "06 1f000000 0001 00 0000 8403000000000000 0200"
    " 00000000 0a00 0400 00000000 0200 0400";

/* Appends the END record. */
static void
seal(struct buf *b)
{
	uint64_t hash = hash_xxh64(b->data, b->len, 0);

	buf_append_u8(b, 1);
	buf_append_le32(b, 8);
	buf_append_le64(b, hash);
}

static enum flow_status
load(struct wire *w, const struct buf *b)
{
	uint8_t *exact = malloc(b->len > 0 ? b->len : 1);
	struct flow_error err;
	enum flow_status st;

	if (exact == NULL)
		abort();
	memcpy(exact, b->data, b->len);
	st = flow_decoder_load(w->d, exact, b->len, &err);
	free(exact);
	return st;
}

static void
test_by_hand(struct wire *w)
{
	struct flow_source_info info;
	struct buf b = BUF_INIT, again = BUF_INIT;

	put_hex(&b, by_hand);
	seal(&b);
	is_int(load(w, &b), FLOW_OK);
	flow_decoder_source(w->d, 0, &info);
	is_uint(info.templates, 1);
	is_uint(info.sampling, 7);
	flow_decoder_save(w->d, &again);
	wire_v9(w, 5, 256, "00000003 00000064");
	is_uint(wire_number(w, FLOW_FIELD_PACKETS, 0), 700);
	is_uint(wire_number(w, FLOW_FIELD_IN_IF, 0), 3);
	/* The exporter has no rate of its own here, so that nothing is left out. */
	is_mem(again.data, again.len, b.data, b.len);
	/* Only a new decoder takes one. */
	is_int(load(w, &b), FLOW_EINVAL);
	is_uint(flow_decoder_sources(w->d), 1);
	buf_release(&b);
	buf_release(&again);
}

/* What a later version adds does not keep this one from reading the rest. */
static void
test_later_version(struct wire *w)
{
	struct buf b = BUF_INIT;

	put_hex(&b, by_hand);
	/* Two more bytes of the template, then a record of another tag. */
	b.data[b.len - 0x1f - 4] += 2;
	put_hex(&b, "aaaa 63 03000000 010203");
	seal(&b);
	is_int(load(w, &b), FLOW_OK);
	wire_v9(w, 5, 256, "00000003 00000064");
	is_uint(wire_rows(w), 1);
	buf_release(&b);
}

/* No byte may be changed, and none may be missing; the decoder is as new then. */
static void
test_damaged(struct wire *w)
{
	struct buf b = BUF_INIT;
	size_t i, len, refused = 0;

	put_hex(&b, by_hand);
	seal(&b);
	for (i = 0; i < b.len; i++) {
		b.data[i] ^= 0x10;
		refused += load(w, &b) == FLOW_ECORRUPT && flow_decoder_sources(w->d) == 0;
		b.data[i] ^= 0x10;
	}
	is_uint(refused, b.len);
	for (len = b.len, refused = 0; b.len > 0;) {
		b.len--;
		refused += load(w, &b) == FLOW_ECORRUPT;
	}
	is_uint(refused, len);
	b.len = len;
	is_int(load(w, &b), FLOW_OK);
	buf_release(&b);
}

/* With a right checksum, but cut inside its records: nothing of it is kept, nothing is counted. */
static void
test_cut_inside(struct wire *w)
{
	struct buf b = BUF_INIT;
	size_t whole, len, refused = 0, taken = 0;

	put_hex(&b, by_hand);
	for (whole = b.len, len = 8; len <= whole; len++) {
		b.len = len;
		seal(&b);
		switch (load(w, &b)) {
		case FLOW_OK:
			taken++;
			flow_decoder_free(w->d);
			w->d = flow_decoder_new(NULL);
			break;
		case FLOW_ECORRUPT:
			refused += flow_decoder_sources(w->d) == 0;
			break;
		default:
			break;
		}
		b.len = 0;
		put_hex(&b, by_hand);
	}
	/* Between the magic and each of four records. */
	is_uint(taken, 5);
	is_uint(refused, whole - 8 + 1 - 5);
	is_uint(wire_count(w, FLOW_COUNT_NO_TEMPLATE), 0);
	buf_release(&b);
}

/* A state of more than this decoder keeps: it keeps what it may. */
static void
test_smaller_limits(struct wire *w)
{
	const struct flow_decoder_options few = { .max_sources = 3, .max_templates = 2,
		.max_total_names = 4 };
	struct buf b = BUF_INIT;
	struct wire small;
	uint32_t i;

	for (i = 0; i < 10; i++) {
		w->dg.exporter = addr_from_v4(0x0a000000 + i);
		wire_v9(w, 0, 0, "0100 0001 0002 0004");
		wire_v9(w, 0, 1, "0101 0004 0004 0001 0004 0022 0004");
		wire_v9(w, 0, 257, "00000000 00000007");
		wire_v9(w, 0, 300, "00000000 00000007");
	}
	flow_decoder_save(w->d, &b);
	wire_begin(&small, &few);
	is_int(load(&small, &b), FLOW_OK);
	is_uint(flow_decoder_sources(small.d), 3);
	wire_end(&small);
	buf_release(&b);
}

/* Ports counted, and then no more: what was two sources is the first of them. */
static void
test_other_scope(struct wire *w)
{
	const struct flow_decoder_options address = { .scope = FLOW_SCOPE_ADDRESS };
	struct buf b = BUF_INIT;
	struct wire other;

	wire_ipfix(w, 0, 2, "0100 0001 0002 0004");
	w->dg.port = 2000;
	wire_ipfix(w, 0, 2, "0100 0001 0001 0004");
	is_uint(flow_decoder_sources(w->d), 2);
	flow_decoder_save(w->d, &b);
	wire_begin(&other, &address);
	is_int(load(&other, &b), FLOW_OK);
	is_uint(flow_decoder_sources(other.d), 1);
	wire_ipfix(&other, 0, 256, "00000007");
	is_uint(wire_number(&other, FLOW_FIELD_PACKETS, 0), 7);
	wire_end(&other);
	buf_release(&b);
}

static void
test_empty(struct wire *w)
{
	struct buf b = BUF_INIT;

	flow_decoder_save(w->d, &b);
	is_int(load(w, &b), FLOW_OK);
	is_uint(flow_decoder_sources(w->d), 0);
	buf_release(&b);
}

/* Of a record that does not say its line card the rate is known as long as all cards have it. */
static void
test_part_rates(struct wire *w)
{
	struct buf b = BUF_INIT;
	struct wire later;

	wire_ipfix(w, 0, 3, "0200 0002 0001 008d 0004 0022 0004");
	wire_ipfix(w, 0, 512, "00000001 00000040  00000002 00000040");
	wire_ipfix(w, 0, 2, "0100 0001 0002 0004");
	flow_decoder_save(w->d, &b);
	wire_begin(&later, NULL);
	is_int(load(&later, &b), FLOW_OK);
	wire_ipfix(&later, 0, 256, "00000005");
	wire_ipfix(&later, 0, 512, "00000002 00000008");
	wire_ipfix(&later, 0, 256, "00000005");
	is_uint(wire_number(&later, FLOW_FIELD_PACKETS, 0), 320);
	is_uint(wire_number(&later, FLOW_FIELD_PACKETS, 1), 5);
	wire_end(&later);
	buf_release(&b);
}

int
main(void)
{
	const struct flow_decoder_options by_port = { .scope = FLOW_SCOPE_PORT };

	wire_run(test_by_hand, NULL);
	wire_run(test_later_version, NULL);
	wire_run(test_damaged, NULL);
	wire_run(test_cut_inside, NULL);
	wire_run(test_smaller_limits, NULL);
	wire_run(test_other_scope, &by_port);
	wire_run(test_empty, NULL);
	wire_run(test_part_rates, NULL);
	return tap_done();
}
