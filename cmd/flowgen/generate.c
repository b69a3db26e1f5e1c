/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "flowgen/generate.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/cli.h"
#include "flowgen/mishap.h"
#include "flowgen/tally.h"
#include "flowgen/truth.h"

/* Rows that one exporter makes before it is another's turn. */
#define TURN_ROWS 256

/* Exporters do not keep flows back for longer than this. */
#define FLUSH_MS 1000

#define MAX_INTERFACES 64

struct generator {
	const struct options *options;
	struct sink *sink;
	struct flow_synth *synth;
	struct flow_builder *builder;
	struct flow_device *device;	/* how all of them speak; NULL: a version without templates */
	struct flow_encoder **encoder;	/* one an exporter, made when it first speaks */
	struct flow_datagrams datagrams;
	struct flow_encoder_interface interface[MAX_INTERFACES];
	size_t interfaces;
	struct mishap mishap;
	struct truth *truth;		/* NULL: none is wanted */
	struct tally tally;		/* where it is */
	int64_t flushed_ms;
	bool closed;			/* the reader has gone */
};

static void
name_interfaces(struct generator *g)
{
	struct flow_synth_interface from;

	for (g->interfaces = 0; g->interfaces < MAX_INTERFACES &&
	    flow_synth_interface((uint32_t)g->interfaces, &from); g->interfaces++) {
		struct flow_encoder_interface *to = &g->interface[g->interfaces];

		to->index = from.index;
		memcpy(to->name, from.name, sizeof(to->name));
		memcpy(to->text, from.text, sizeof(to->text));
	}
}

static struct flow_encoder *
encoder_of(struct generator *g, uint32_t exporter)
{
	struct flow_encoder_options eo = {
		.version = g->options->version, .scheme = g->options->scheme, .domain = exporter,
		.exporter = flow_synth_exporter(exporter), .device = g->device,
		.sampling = g->options->synth.sampling,
		.interface = g->interface, .interfaces = g->interfaces,
	};

	if (g->encoder[exporter] == NULL)
		g->encoder[exporter] = flow_encoder_new(&eo);
	return g->encoder[exporter];
}

static int
deliver(struct generator *g, uint32_t exporter)
{
	struct sender from = { exporter, flow_synth_exporter(exporter) };
	int status = CLI_OK;

	mishap(&g->mishap, &g->datagrams);
	if (g->datagrams.count > 0)
		status = sink_datagrams(g->sink, &from, &g->datagrams, &g->closed);
	flow_datagrams_clear(&g->datagrams);
	return status;
}

static int
flush_all(struct generator *g)
{
	int64_t now = flow_synth_now(g->synth);
	int status = CLI_OK;
	uint32_t i;

	for (i = 0; i < g->options->synth.exporters && status == CLI_OK; i++) {
		if (g->encoder[i] == NULL)
			continue;
		if (flow_encoder_flush(g->encoder[i], now, &g->datagrams) != FLOW_OK)
			return cli_fail("out of memory");
		status = deliver(g, i);
	}
	g->flushed_ms = now;
	return status;
}

/* Fewer rows at a low rate, so that they come evenly. */
static size_t
turn_rows(const struct options *o)
{
	uint64_t rows = o->synth.rate / 1000 / 50 + 1;

	return rows < TURN_ROWS ? (size_t)rows : TURN_ROWS;
}

static int
hand_over(struct generator *g, uint32_t exporter)
{
	const struct flow_batch *batch = flow_builder_batch(g->builder);
	struct flow_encoder *encoder;

	if (batch == NULL || (encoder = encoder_of(g, exporter)) == NULL ||
	    flow_encoder_batch(encoder, batch, 0, batch->rows, &g->datagrams) != FLOW_OK)
		return cli_fail("out of memory");
	return deliver(g, exporter);
}

static int
tell_truth(struct generator *g, const struct flow_synth_turn *turn)
{
	const struct flow_batch *batch = flow_builder_batch(g->builder);

	if (batch == NULL)
		return cli_fail("out of memory");
	tally_add(&g->tally, batch, turn);
	return truth_add(g->truth, batch, turn);
}

/* One exporter's turn; *made is 0 at the end. */
static int
take_turn(struct generator *g, size_t *made)
{
	struct flow_synth_turn turn;
	int status = CLI_OK;

	flow_builder_clear(g->builder);
	if (flow_synth_next(g->synth, turn_rows(g->options), g->builder, &turn) != FLOW_OK)
		return cli_fail("out of memory");
	*made = turn.rows;
	if (turn.rows > 0 && g->truth != NULL)
		status = tell_truth(g, &turn);
	return status == CLI_OK && turn.rows > 0 && !turn.unseen ? hand_over(g, turn.exporter) : status;
}

static int
run(struct generator *g, const volatile int *stop)
{
	size_t made = 1;
	int status = CLI_OK;

	while (status == CLI_OK && made > 0 && !g->closed && !*stop) {
		status = take_turn(g, &made);
		if (status == CLI_OK && flow_synth_now(g->synth) - g->flushed_ms >= FLUSH_MS)
			status = flush_all(g);
	}
	return status == CLI_OK && !g->closed ? flush_all(g) : status;
}

/* An event that came to nothing was hardly meant so. */
static void
tell_events(const struct generator *g)
{
	size_t i;

	for (i = 0; i < g->options->synth.events; i++)
		if (flow_synth_event_rows(g->synth, i) == 0)
			cli_warn("event %zu, %s: no flow; does it begin after the run's end, or last too short?", i + 1,
			    g->options->synth.event[i].name);
}

static int
run_truly(struct generator *g, const volatile int *stop)
{
	const struct options *o = g->options;
	int status = CLI_OK, closed;

	if (o->truth != NULL)
		status = truth_open(o->truth, o->synth.event, o->synth.events, &g->truth);
	if (status == CLI_OK)
		status = run(g, stop);
	closed = truth_close(g->truth, status == CLI_OK);
	if (status == CLI_OK && o->truth != NULL)
		tally_print(&g->tally, o->synth.event);
	if (status == CLI_OK)
		tell_events(g);
	return status != CLI_OK ? status : closed;
}

static int
make_device(struct generator *g)
{
	struct flow_error err;

	if (g->options->version < 9)
		return CLI_OK;
	return flow_device_named("usual", g->options->version, &g->device, &err) == FLOW_OK ? CLI_OK : cli_fail_error(&err);
}

int
generate(const struct options *o, struct sink *sink, const volatile int *stop)
{
	struct generator g = { .options = o, .sink = sink, .flushed_ms = o->synth.start_ms,
		.datagrams = FLOW_DATAGRAMS_INIT };
	int status;
	uint32_t i;

	status = make_device(&g);
	if (status != CLI_OK)
		return status;
	name_interfaces(&g);
	mishap_init(&g.mishap, o->synth.seed, (uint32_t)o->lose, (uint32_t)o->swap);
	g.synth = flow_synth_new(&o->synth);
	g.builder = flow_builder_new();
	g.encoder = calloc(o->synth.exporters, sizeof(*g.encoder));
	if (g.synth == NULL || g.builder == NULL || g.encoder == NULL)
		status = cli_fail("out of memory");
	else if (o->truth != NULL && (tally_init(&g.tally, o->synth.exporters, o->synth.events) != FLOW_OK))
		status = cli_fail("out of memory");
	else
		status = run_truly(&g, stop);
	if (status == CLI_OK && g.mishap.datagrams > 0)
		cli_warn("lost on purpose: %" PRIu64 " datagrams with %" PRIu64 " flows",
		    g.mishap.datagrams, g.mishap.flows);
	for (i = 0; g.encoder != NULL && i < o->synth.exporters; i++)
		flow_encoder_free(g.encoder[i]);
	free(g.encoder);
	tally_release(&g.tally);
	flow_device_free(g.device);
	flow_builder_free(g.builder);
	flow_synth_free(g.synth);
	flow_datagrams_release(&g.datagrams);
	return status;
}
