/* SPDX-License-Identifier: BSD-2-Clause */
/* What the encoder sends, the decoder understands: rows of invented traffic come back equal. */
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "record/builder.h"
#include "synth/synth.h"
#include "tap.h"
#include "wire/decode.h"
#include "wire/encode/encode.h"

#define ROWS 20000
#define INTERFACES 40

/* Columns that a version carries and that must come back as they were. */
static const enum flow_field always[] = {
	FLOW_FIELD_FIRST, FLOW_FIELD_LAST, FLOW_FIELD_SRC_ADDR, FLOW_FIELD_DST_ADDR,
	FLOW_FIELD_SRC_PORT, FLOW_FIELD_DST_PORT, FLOW_FIELD_PROTO, FLOW_FIELD_TOS,
	FLOW_FIELD_TCP_FLAGS, FLOW_FIELD_ICMP_TYPE, FLOW_FIELD_ICMP_CODE, FLOW_FIELD_PACKETS,
	FLOW_FIELD_BYTES, FLOW_FIELD_FLOWS, FLOW_FIELD_SAMPLING, FLOW_FIELD_IN_IF,
	FLOW_FIELD_OUT_IF, FLOW_FIELD_SRC_MASK, FLOW_FIELD_DST_MASK, FLOW_FIELD_NEXT_HOP,
	FLOW_FIELD_EXPORTER, FLOW_FIELD_DOMAIN, FLOW_FIELD_ENGINE_TYPE, FLOW_FIELD_ENGINE_ID,
	FLOW_FIELD_EXPORT_VERSION,
};
static const enum flow_field templates_only[] = {
	FLOW_FIELD_SRC_AS, FLOW_FIELD_DST_AS, FLOW_FIELD_DIRECTION, FLOW_FIELD_FWD_STATUS,
	FLOW_FIELD_IP_VERSION,
};

static bool
is_v4(const struct flow_batch *b, size_t row)
{
	return addr_is_v4(&((const struct addr *)b->column[FLOW_FIELD_SRC_ADDR].values)[row]);
}

/* Row numbers with IPv4 rows first: the order within a datagram need not be kept across families. */
static void
order(const struct flow_batch *b, size_t *row)
{
	size_t n = 0, i;
	int v6;

	for (v6 = 0; v6 < 2; v6++)
		for (i = 0; i < b->rows; i++)
			if (is_v4(b, i) != v6)
				row[n++] = i;
}

static size_t
differences(const struct flow_batch *a, const size_t *row_a, const struct flow_batch *z,
    const size_t *row_z, enum flow_field field)
{
	size_t size = flow_type_size(flow_field_info(field)->type), differ = 0, i;
	const struct flow_column *ca = &a->column[field], *cz = &z->column[field];

	for (i = 0; i < a->rows; i++) {
		bool has = flow_column_has(ca, row_a[i]);

		if (has != flow_column_has(cz, row_z[i]) || (has &&
		    memcmp((const char *)ca->values + row_a[i] * size,
		    (const char *)cz->values + row_z[i] * size, size) != 0))
			differ++;
	}
	return differ;
}

static void
compare(const struct flow_batch *a, const struct flow_batch *z, const enum flow_field *fields,
    size_t count)
{
	static size_t row_a[ROWS], row_z[ROWS];
	size_t i;

	order(a, row_a);
	order(z, row_z);
	for (i = 0; i < count; i++) {
		const char *name = flow_field_info(fields[i])->name;

		is_str(differences(a, row_a, z, row_z, fields[i]) == 0 ? name : "differs", name);
	}
}

static void
decode(const struct flow_datagrams *d, struct flow_decoder *decoder, struct flow_builder *out)
{
	size_t i;

	for (i = 0; i < d->count; i++) {
		struct flow_datagram datagram = {
			.bytes = d->bytes.data + d->item[i].offset, .len = d->item[i].len,
			.exporter = flow_synth_exporter(0), .port = 50000, .transport = FLOW_UDP,
			.received_ms = d->item[i].time_ms,
		};

		if (flow_decoder_datagram(decoder, &datagram, out) != FLOW_OK)
			ok(false);
	}
}

/* More than fit into a datagram. */
static void
name_interfaces(struct flow_encoder_interface interface[INTERFACES])
{
	uint32_t i;

	memset(interface, 0, INTERFACES * sizeof(*interface));
	for (i = 0; i < INTERFACES; i++) {
		interface[i].index = i;
		(void)snprintf(interface[i].name, sizeof(interface[i].name), "if%u", (unsigned)i);
		(void)snprintf(interface[i].text, sizeof(interface[i].text), "port %u", (unsigned)i);
	}
}

static void
check_names(const struct flow_decoder *decoder, bool announced)
{
	struct buf json = BUF_INIT;
	unsigned i, missing = 0;
	char want[64];

	flow_decoder_exporters_json(decoder, NULL, &json);
	buf_append_u8(&json, '\0');
	is_int(buf_status(&json), FLOW_OK);
	for (i = 0; i < INTERFACES; i++) {
		(void)snprintf(want, sizeof(want),
		    "\"%u\":{\"name\":\"if%u\",\"description\":\"port %u\"}", i, i, i);
		missing += strstr((const char *)json.data, want) == NULL;
	}
	is_uint(missing, announced ? 0 : INTERFACES);
	buf_release(&json);
}

static void
check_counts(const struct flow_decoder *decoder, size_t datagrams, size_t rows)
{
	const struct flow_counts *c = flow_decoder_counts(decoder);
	unsigned i;

	is_uint(c->value[FLOW_COUNT_DATAGRAMS], datagrams);
	is_uint(c->value[FLOW_COUNT_FLOWS], rows);
	is_uint(c->value[FLOW_COUNT_SEQUENCE_LOST], 0);
	is_uint(c->value[FLOW_COUNT_SEQUENCE_LATE], 0);
	is_uint(c->value[FLOW_COUNT_TEMPLATES_CHANGED], 0);
	for (i = FLOW_COUNT_UNKNOWN_VERSION; i < FLOW_COUNT_COUNT; i++)
		is_uint(c->value[i], 0);
}

static void
test_version(uint8_t version, uint32_t sampling)
{
	struct flow_synth_options so = FLOW_SYNTH_OPTIONS_INIT;
	struct flow_encoder_interface interface[INTERFACES];
	struct flow_encoder_options eo = { .version = version, .sampling = sampling,
		.interface = interface, .interfaces = INTERFACES };
	struct flow_builder *in = flow_builder_new(), *out = flow_builder_new();
	struct flow_datagrams d = FLOW_DATAGRAMS_INIT;
	struct flow_decoder *decoder = flow_decoder_new(NULL);
	struct flow_encoder *encoder = flow_encoder_new(&eo);
	struct flow_synth *synth;
	const struct flow_batch *a, *z;
	struct flow_synth_turn turn;

	name_interfaces(interface);
	/* Of most flows no packet is sampled. */
	so.flows = sampling > 1 ? ROWS * (sampling / 250 + 1) : ROWS;
	so.rate = so.flows * 1000 / 200;	/* 200 s: templates come again */
	so.ipv6_percent = version == 5 ? 0 : 30;
	so.sampling = sampling;
	so.version = version;
	synth = flow_synth_new(&so);
	do
		is_int(flow_synth_next(synth, ROWS, in, &turn), FLOW_OK);
	while (turn.rows > 0);
	a = flow_builder_batch(in);
	ok(a->rows > 500 && a->rows <= ROWS);
	is_int(flow_encoder_batch(encoder, a, 0, a->rows, &d), FLOW_OK);
	is_int(flow_encoder_flush(encoder, 0, &d), FLOW_OK);
	decode(&d, decoder, out);
	check_counts(decoder, d.count, a->rows);
	check_names(decoder, version != 5);
	z = flow_builder_batch(out);
	is_uint(z->rows, a->rows);
	if (z->rows == a->rows) {
		compare(a, z, always, ARRAY_LEN(always));
		if (version != 5)
			compare(a, z, templates_only, ARRAY_LEN(templates_only));
	}
	flow_synth_free(synth);
	flow_encoder_free(encoder);
	flow_decoder_free(decoder);
	flow_builder_free(in);
	flow_builder_free(out);
	flow_datagrams_release(&d);
}

int
main(void)
{
	test_version(5, 0);
	test_version(5, 16383);
	test_version(9, 0);
	test_version(9, 512);
	test_version(10, 0);
	test_version(10, 1000);
	return tap_done();
}
