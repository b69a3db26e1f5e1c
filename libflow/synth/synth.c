/* SPDX-License-Identifier: BSD-2-Clause */
#include "synth/synth.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/proto.h"
#include "synth/random.h"
#include "synth/talk.h"
#include "synth/world.h"

/* Rows that are made in one go. */
#define CHUNK_ROWS 1024

/* Streams of random numbers that do not depend on one another. */
#define WORLD_STREAM UINT64_C(0x776f726c64)
#define TALK_STREAM UINT64_C(0x74616c6b)

struct flow_synth {
	struct flow_synth_options options;
	struct world world;
	struct talker talker;
	struct random random;
	uint64_t row;			/* number of the next one */
	struct talk_flow flow[CHUNK_ROWS];
	int64_t received[CHUNK_ROWS];
};

static bool
options_valid(const struct flow_synth_options *o)
{
	return o->rate > 0 && o->exporters > 0 && o->exporters <= FLOW_SYNTH_EXPORTERS_MAX &&
	    o->ipv6_percent <= 100 && o->start_ms >= 0;
}

struct flow_synth *
flow_synth_new(const struct flow_synth_options *options)
{
	struct flow_synth *s;

	if (!options_valid(options) || (s = calloc(1, sizeof(*s))) == NULL)
		return NULL;
	s->options = *options;
	if (!world_init(&s->world, options->seed ^ WORLD_STREAM) ||
	    !talker_init(&s->talker, &s->world, options->ipv6_percent)) {
		flow_synth_free(s);
		return NULL;
	}
	random_init(&s->random, options->seed ^ TALK_STREAM);
	return s;
}

void
flow_synth_free(struct flow_synth *s)
{
	if (s == NULL)
		return;
	talker_release(&s->talker);
	world_release(&s->world);
	free(s);
}

int64_t
flow_synth_now(const struct flow_synth *s)
{
	uint64_t rate = s->options.rate, seconds = s->row / rate * 1000, rest = s->row % rate;

	return s->options.start_ms + (int64_t)(seconds * 1000 + rest * 1000000 / rate);
}

struct addr
flow_synth_exporter(uint32_t i)
{
	return addr_from_v4((198u << 24 | 18u << 16 | 1) + i);
}

static void
make_flows(struct flow_synth *s, size_t rows)
{
	size_t i, k;

	for (i = 0; i < rows;)
		i += talk(&s->talker, &s->random, &s->flow[i], rows - i < 2 ? 1 : 2);
	for (k = 0; k < rows; k++, s->row++)
		s->received[k] = flow_synth_now(s);
}

/* One column: `value` in terms of flow f (the i-th of n), which was received at `now`. */
#define COLUMN(id, type, value)                                                   \
	do {                                                                      \
		type *column = flow_builder_flat(out, FLOW_FIELD_##id, n);        \
		if (column == NULL)                                               \
			return FLOW_ENOMEM;                                       \
		for (i = 0; i < n; i++) {                                         \
			const struct talk_flow *f = &s->flow[i];                  \
			column[i] = (type)(value);                                \
			UNUSED(f);                                                \
		}                                                                 \
	} while (0)

/* As exporters tell time: a flow's last packet is not after the second of its export. */
static int64_t
last_ms(const struct flow_synth *s, size_t i)
{
	return s->received[i] - s->received[i] % 1000 - s->flow[i].delay_ms;
}

static enum flow_status
put_key(const struct flow_synth *s, size_t n, struct flow_builder *out)
{
	size_t i;

	COLUMN(SRC_PORT, uint16_t, f->src_port);
	COLUMN(DST_PORT, uint16_t, f->dst_port);
	COLUMN(PROTO, uint8_t, f->proto);
	COLUMN(TOS, uint8_t, f->tos);
	COLUMN(TCP_FLAGS, uint16_t, f->tcp_flags);
	COLUMN(IP_VERSION, uint8_t, addr_is_v4(&f->src) ? 4 : 6);
	COLUMN(ICMP_TYPE, uint8_t, f->dst_port >> 8);
	COLUMN(ICMP_CODE, uint8_t, f->dst_port & 0xff);
	for (i = 0; i < n; i++) {
		if (proto_is_icmp(s->flow[i].proto))
			continue;
		if (flow_builder_null(out, FLOW_FIELD_ICMP_TYPE, i) != FLOW_OK ||
		    flow_builder_null(out, FLOW_FIELD_ICMP_CODE, i) != FLOW_OK)
			return FLOW_ENOMEM;
	}
	return FLOW_OK;
}

static enum flow_status
put_addrs(const struct flow_synth *s, size_t n, const struct addr *exporter,
    struct flow_builder *out)
{
	static const enum flow_field fields[] = {
		FLOW_FIELD_SRC_ADDR, FLOW_FIELD_DST_ADDR, FLOW_FIELD_NEXT_HOP, FLOW_FIELD_EXPORTER,
	};
	size_t i, k;

	for (k = 0; k < ARRAY_LEN(fields); k++) {
		struct addr *column = flow_builder_flat(out, fields[k], n);

		if (column == NULL)
			return FLOW_ENOMEM;
		for (i = 0; i < n; i++)
			column[i] = k == 0 ? s->flow[i].src : k == 1 ? s->flow[i].dst
			    : k == 2 ? s->flow[i].next_hop : *exporter;
	}
	return FLOW_OK;
}

static enum flow_status
put_routes(const struct flow_synth *s, size_t n, struct flow_builder *out)
{
	const struct network *net = s->world.network;
	size_t i;

	COLUMN(IN_IF, uint32_t, net[f->src_network].interface);
	COLUMN(OUT_IF, uint32_t, net[f->dst_network].interface);
	COLUMN(SRC_AS, uint32_t, net[f->src_network].as);
	COLUMN(DST_AS, uint32_t, net[f->dst_network].as);
	COLUMN(SRC_MASK, uint8_t, net[f->src_network].bits);
	COLUMN(DST_MASK, uint8_t, net[f->dst_network].bits);
	COLUMN(DIRECTION, uint8_t, f->direction);
	COLUMN(FWD_STATUS, uint8_t, f->fwd_status);
	return FLOW_OK;
}

static enum flow_status
put_counters(const struct flow_synth *s, size_t n, uint32_t exporter, struct flow_builder *out)
{
	int64_t scale = s->options.sampling > 1 ? s->options.sampling : 1;
	size_t i;

	COLUMN(FIRST, int64_t, last_ms(s, i) - f->duration_ms);
	COLUMN(LAST, int64_t, last_ms(s, i));
	COLUMN(RECEIVED, int64_t, s->received[i]);
	COLUMN(PACKETS, int64_t, (int64_t)f->packets * scale);
	COLUMN(BYTES, int64_t, (int64_t)f->bytes * scale);
	COLUMN(FLOWS, int64_t, 1);
	if (s->options.version == 5) {
		COLUMN(ENGINE_TYPE, uint8_t, exporter >> 8);
		COLUMN(ENGINE_ID, uint8_t, exporter);
	} else {
		COLUMN(DOMAIN, uint32_t, exporter);
	}
	COLUMN(EXPORT_VERSION, uint8_t, s->options.version);
	if (s->options.sampling > 1)
		COLUMN(SAMPLING, uint32_t, s->options.sampling);
	return FLOW_OK;
}

static enum flow_status
put_chunk(struct flow_synth *s, size_t n, uint32_t exporter, struct flow_builder *out)
{
	struct addr addr = flow_synth_exporter(exporter);

	make_flows(s, n);
	if (flow_builder_reserve(out, n) != FLOW_OK || put_key(s, n, out) != FLOW_OK ||
	    put_addrs(s, n, &addr, out) != FLOW_OK || put_routes(s, n, out) != FLOW_OK ||
	    put_counters(s, n, exporter, out) != FLOW_OK)
		return FLOW_ENOMEM;
	flow_builder_commit(out, n);
	return FLOW_OK;
}

/* Lower numbers are busier: the smaller of two draws. */
static uint32_t
draw_exporter(struct flow_synth *s)
{
	uint32_t a, b;

	if (s->options.exporters == 1)
		return 0;
	a = random_below(&s->random, s->options.exporters);
	b = random_below(&s->random, s->options.exporters);
	return a < b ? a : b;
}

enum flow_status
flow_synth_next(struct flow_synth *s, size_t rows, struct flow_builder *out, uint32_t *exporter,
    size_t *made)
{
	uint64_t left = s->options.flows != 0 ? s->options.flows - s->row : UINT64_MAX;
	uint32_t who = draw_exporter(s);
	size_t total = rows < left ? rows : (size_t)left, done, n;

	for (done = 0; done < total; done += n) {
		n = total - done < CHUNK_ROWS ? total - done : CHUNK_ROWS;
		if (put_chunk(s, n, who, out) != FLOW_OK)
			return FLOW_ENOMEM;
	}
	*exporter = who;
	*made = total;
	return FLOW_OK;
}

bool
flow_synth_interface(uint32_t i, struct flow_synth_interface *out)
{
	if (i >= CUSTOMER_PORTS + UPLINKS)
		return false;
	memset(out, 0, sizeof(*out));
	if (i < CUSTOMER_PORTS) {
		out->index = 1 + i;
		(void)snprintf(out->name, sizeof(out->name), "Gi0/0/%" PRIu32, i);
		(void)snprintf(out->text, sizeof(out->text), "customer %" PRIu32, 1 + i);
	} else {
		i -= CUSTOMER_PORTS;
		out->index = UPLINK_FIRST + i;
		(void)snprintf(out->name, sizeof(out->name), "Hu0/1/0/%" PRIu32, i);
		(void)snprintf(out->text, sizeof(out->text), "uplink %" PRIu32, 1 + i);
	}
	return true;
}
