/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/decode.h"

#include <stdlib.h>

#include "wire/decoder.h"
#include "wire/sflow/sflow.h"

#define DEFAULT_SOURCES 16384
#define DEFAULT_TEMPLATES 262144
#define DEFAULT_SOURCE_TEMPLATES 4096
#define DEFAULT_TEMPLATE_BYTES ((size_t)256 << 20)
#define DEFAULT_HELD_BYTES ((size_t)16 << 20)
#define DEFAULT_NAMES 65536
#define DEFAULT_TOTAL_NAMES 1048576
#define DEFAULT_HELD_MS 1800000
#define DEFAULT_TEMPLATE_MS INT64_C(86400000)

static void
default_size(size_t *value, size_t preset)
{
	if (*value == 0)
		*value = preset;
}

struct flow_decoder *
flow_decoder_new(const struct flow_decoder_options *options)
{
	struct flow_decoder *d = calloc(1, sizeof(*d));
	struct flow_decoder_options *o;

	if (d == NULL)
		return NULL;
	o = &d->options;
	if (options != NULL)
		*o = *options;
	o->sampling_override = o->sampling_override && o->sampling != 0;
	default_size(&o->max_sources, DEFAULT_SOURCES);
	default_size(&o->max_templates, DEFAULT_TEMPLATES);
	default_size(&o->max_source_templates, DEFAULT_SOURCE_TEMPLATES);
	default_size(&o->max_template_bytes, DEFAULT_TEMPLATE_BYTES);
	default_size(&o->max_held_bytes, DEFAULT_HELD_BYTES);
	default_size(&o->max_names, DEFAULT_NAMES);
	default_size(&o->max_total_names, DEFAULT_TOTAL_NAMES);
	if (o->template_ms == 0)
		o->template_ms = DEFAULT_TEMPLATE_MS;
	if (o->held_ms == 0)
		o->held_ms = DEFAULT_HELD_MS;
	return d;
}

void
flow_decoder_free(struct flow_decoder *d)
{
	if (d == NULL)
		return;
	while (d->sources > 0)
		source_free(d, d->all[d->sources - 1]);
	free(d->bucket);
	free(d->exporter_bucket);
	free(d->all);
	buf_release(&d->text);
	buf_release(&d->choices);
	buf_release(&d->rates);
	free(d);
}

bool
flow_datagram_is_export(const struct flow_datagram *dg)
{
	uint16_t sflow;

	if (dg->len < 4)
		return false;
	switch (load_be16(dg->bytes)) {
	case 0:
		sflow = load_be16(dg->bytes + 2);
		return sflow == 4 || sflow == 5;
	case 1: case 5: case 7: case 8: case 9: case 10:
		return true;
	default:
		return false;
	}
}

struct addr
flow_datagram_exporter(const struct flow_datagram *dg)
{
	struct cursor in = cursor_make(dg->bytes, dg->len);
	uint32_t version = cursor_be32(&in);

	return version == 4 || version == 5 ? sflow_agent(&in, dg) : dg->exporter;
}

int64_t
flow_datagram_clock(const struct flow_datagram *dg)
{
	struct cursor in = cursor_make(dg->bytes, dg->len);

	switch (cursor_be16(&in)) {
	case 1: case 5: case 7: case 8: case 9:
		cursor_skip(&in, 6);	/* count, uptime */
		return (int64_t)cursor_be32(&in) * 1000;
	case 10:
		cursor_skip(&in, 2);	/* length */
		return (int64_t)cursor_be32(&in) * 1000;
	default:
		return 0;
	}
}

/* NetFlow's version field has 16 bits, sFlow's 32: read as 16, it is "0, 4" or "0, 5". */
static enum flow_status
dispatch(struct flow_decoder *d, const struct flow_datagram *dg, struct flow_builder *out)
{
	uint16_t version;

	if (dg->len < 4) {
		decoder_count(d, FLOW_COUNT_DATAGRAM_SHORT, 1);
		return FLOW_OK;
	}
	version = load_be16(dg->bytes);
	switch (version) {
	case 0:
		version = load_be16(dg->bytes + 2);
		if (version == 4 || version == 5)
			return sflow_decode(d, dg, version, out);
		break;
	case 1: case 5: case 7: case 8:
		return fixed_decode(d, dg, version, out);
	case 9: case 10:
		return sets_decode(d, dg, version, out);
	}
	decoder_count(d, FLOW_COUNT_UNKNOWN_VERSION, 1);
	return FLOW_OK;
}

enum flow_status
flow_decoder_datagram(struct flow_decoder *d, const struct flow_datagram *dg,
    struct flow_builder *out)
{
	age_clock_see(&d->age, dg->received_ms);
	decoder_count(d, FLOW_COUNT_DATAGRAMS, 1);
	decoder_count(d, FLOW_COUNT_BYTES, dg->len);
	return dispatch(d, dg, out);
}

void
flow_decoder_session_end(struct flow_decoder *d, const struct addr *exporter, uint16_t port)
{
	size_t i;

	for (i = d->sources; i > 0; i--) {
		struct source *s = d->all[i - 1];

		if (s->transport == FLOW_TCP && (exporter == NULL ||
		    (s->port == port && addr_equal(&s->sender, exporter)))) {
			store_clear(d, s);
			held_clear(d, s);
			sequence_forget(&s->sequence);
		}
	}
}

void
flow_decoder_expire(struct flow_decoder *d, int64_t now_ms)
{
	size_t i;

	if (now_ms == INT64_MAX) {
		for (i = 0; i < d->sources; i++)
			held_clear(d, d->all[i]);
		return;
	}
	age_clock_see(&d->age, now_ms);
	held_expire(d);
	for (i = 0; i < d->sources; i++)
		store_expire(d, d->all[i]);
}

const struct flow_counts *
flow_decoder_counts(const struct flow_decoder *d)
{
	return &d->counts;
}
