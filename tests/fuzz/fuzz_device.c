/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Templates of a user's file: first byte the version, then the text.  What is accepted exports flows, in
 * datagrams that are not too long, and that the decoder takes without falling over.
 */
#include <stdlib.h>
#include <string.h>

#include "synth/synth.h"
#include "wire/decode.h"
#include "wire/encode/device.h"
#include "wire/encode/encode.h"

#define DATAGRAM_MAX 65487

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
must(bool condition)
{
	if (!condition)
		abort();
}

static void
decode(const struct flow_datagrams *d)
{
	struct flow_decoder *decoder = flow_decoder_new(NULL);
	struct flow_builder *out = flow_builder_new();
	size_t i;

	must(decoder != NULL && out != NULL);
	for (i = 0; i < d->count; i++) {
		struct flow_datagram datagram = { .bytes = d->bytes.data + d->item[i].offset, .len = d->item[i].len,
			.exporter = flow_synth_exporter(0), .port = 1, .transport = FLOW_UDP,
			    .received_ms = d->item[i].time_ms };

		must(d->item[i].len <= DATAGRAM_MAX);
		must(flow_decoder_datagram(decoder, &datagram, out) == FLOW_OK);
	}
	flow_decoder_free(decoder);
	flow_builder_free(out);
}

/* Five minutes, so that habits show. */
static void
speak(const struct flow_device *device, const struct flow_batch *rows)
{
	struct flow_encoder_options o = { .version = (uint8_t)flow_device_version(device),
		.scheme = (uint8_t)flow_device_scheme(device), .device = device, .exporter = flow_synth_exporter(0),
		    .sampling = 10 };
	struct flow_encoder *encoder = flow_encoder_new(&o);
	struct flow_datagrams d = FLOW_DATAGRAMS_INIT;

	if (encoder != NULL) {
		must(flow_encoder_batch(encoder, rows, 0, rows->rows, &d) == FLOW_OK);
		must(flow_encoder_flush(encoder, 0, &d) == FLOW_OK);
		decode(&d);
	}
	flow_encoder_free(encoder);
	flow_datagrams_release(&d);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct flow_synth_options so = FLOW_SYNTH_OPTIONS_INIT;
	static struct flow_builder *rows;
	struct flow_device *device;

	if (len == 0 || flow_device_parse((const char *)data + 1, len - 1, data[0] == '9' ? 9 : 10, &device,
	    NULL) != FLOW_OK)
		return 0;
	if (rows == NULL) {
		struct flow_synth_turn turn = { .rows = 1 };
		struct flow_synth *s;
		unsigned f;

		so.flows = 300;
		so.rate = 1000;
		for (f = 0; f < FLOW_FIELD_STORED; f++)
			flow_fieldset_add(&so.fields, (enum flow_field)f);
		rows = flow_builder_new();
		must(rows != NULL && (s = flow_synth_new(&so)) != NULL);
		while (turn.rows > 0)
			must(flow_synth_next(s, 300, rows, &turn) == FLOW_OK);
		flow_synth_free(s);
	}
	speak(device, flow_builder_batch(rows));
	flow_device_free(device);
	return 0;
}
