/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines of --scenario: events together and beside the mix.  First byte: exporters, protocol and sampling; then the
 * lines.  Flows come in order, and each has its packets.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "synth/synth.h"

#define EVENTS 6
#define START INT64_C(1767225600000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
must(bool condition)
{
	if (!condition)
		abort();
}

static void
check(const struct flow_batch *b, int64_t *last_ms)
{
	const int64_t *first = b->column[FLOW_FIELD_FIRST].values, *last = b->column[FLOW_FIELD_LAST].values;
	const int64_t *received = b->column[FLOW_FIELD_RECEIVED].values;
	const int64_t *packets = b->column[FLOW_FIELD_PACKETS].values, *bytes = b->column[FLOW_FIELD_BYTES].values;
	size_t i;

	for (i = 0; i < b->rows; i++) {
		must(first[i] <= last[i] && last[i] <= received[i] && received[i] >= *last_ms);
		must(packets[i] > 0 && bytes[i] >= packets[i]);
		*last_ms = received[i];
	}
}

static void
run(struct flow_synth_options *o)
{
	struct flow_builder *out = flow_builder_new();
	struct flow_synth *s = flow_synth_new(o);
	struct flow_synth_turn turn = { .rows = 1 };
	int64_t last_ms = START;
	unsigned turns;

	must(out != NULL && s != NULL);
	for (turns = 0; turns < 60 && turn.rows > 0; turns++) {
		flow_builder_clear(out);
		must(flow_synth_next(s, 50, out, &turn) == FLOW_OK);
		must(turn.exporter < o->exporters && turn.rows <= 50);
		if (flow_builder_rows(out) > 0)
			check(flow_builder_batch(out), &last_ms);
	}
	flow_synth_free(s);
	flow_builder_free(out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct flow_synth_options o = FLOW_SYNTH_OPTIONS_INIT;
	struct event_spec spec[EVENTS];
	char *text, *next, *line;

	if (len == 0 || (text = malloc(len)) == NULL)
		return 0;
	memcpy(text, data + 1, len - 1);
	text[len - 1] = '\0';
	next = text;
	while ((line = strsep(&next, "\n")) != NULL && o.events < EVENTS)
		if (event_spec_parse(line, strlen(line), START, &spec[o.events], NULL) == FLOW_OK)
			o.events++;
	o.exporters = 1 + data[0] % 4;
	o.version = (data[0] & 16) != 0 ? 105 : 9;
	o.sampling = (data[0] & 32) != 0 ? 7 : 0;
	o.by_second = true;
	o.event = spec;
	o.flows = 1000;
	o.rate = 10000;
	o.start_ms = START;
	run(&o);
	free(text);
	return 0;
}
