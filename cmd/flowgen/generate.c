/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "flowgen/generate.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "common/cli.h"
#include "flowgen/malform.h"
#include "flowgen/mishap.h"
#include "flowgen/tally.h"
#include "flowgen/truth.h"

/* Rows per turn of an exporter. */
#define TURN_ROWS 256

/* The longest time that exporters hold flows back. */
#define FLUSH_MS 1000

#define MAX_INTERFACES 64

/* Random numbers of their own for sFlow's agents. */
#define AGENT_STREAM UINT64_C(0x6167656e74)

struct generator {
	const struct options *options;
	struct sink *sink;
	struct flow_synth *synth;
	struct flow_builder *builder;	/* flows as exported */
	struct flow_builder *whole;	/* flows before sampling; NULL: the same */
	struct flow_encoder **encoder;	/* one per exporter, made at its first flow */
	struct flow_datagrams datagrams;
	struct flow_encoder_interface interface[MAX_INTERFACES];
	size_t interfaces;
	struct mishap mishap;
	struct malform malform;
	struct flow_datagrams bad;
	uint32_t *boot;			/* restarts so far, by exporter */
	struct packet_skip *agent;		/* sFlow's, by exporter; else NULL */
	struct buf shifted;		/* times by a wrong clock */
	struct truth *truth;		/* NULL: none is wanted */
	struct tally tally;		/* where it is */
	uint64_t made;			/* flows before sampling; after it: */
	struct tally_sum told;
	uint64_t skipped;		/* by encoders that are no more */
	int64_t flushed_ms;
	bool closed;			/* the reader has gone */
};

static bool
is_sflow(const struct options *o)
{
	return o->version == FLOW_SFLOW4 || o->version == FLOW_SFLOW5;
}

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

static uint64_t
draw_skip(void *agent)
{
	return packet_skip_next(agent);
}

static struct flow_encoder *
encoder_of(struct generator *g, uint32_t exporter)
{
	uint32_t told = g->options->one_address ? 0 : exporter;
	struct flow_encoder_options eo = {
		.version = g->options->version, .scheme = g->options->scheme, .domain = told,
		.exporter = flow_synth_exporter(told), .device = g->options->device,
		.sampling = g->options->synth.sampling > 1 ? g->options->synth.sampling : 0,
		.interface = g->interface, .interfaces = g->interfaces,
	};

	if (g->agent != NULL) {
		eo.skip = draw_skip;
		eo.skipper = &g->agent[exporter];
	}
	if (g->encoder[exporter] == NULL)
		g->encoder[exporter] = flow_encoder_new(&eo);
	return g->encoder[exporter];
}

/* Also keeps the flows before sampling if the truth is wanted, because exporters see only samples. */
static int
open_synth(struct generator *g)
{
	const struct options *o = g->options;
	struct flow_synth_options so = o->synth;

	so.by_second = true;
	so.threads = o->threads - 1;
	if (o->truth != NULL && so.sampling > 1 && !is_sflow(o)) {
		g->whole = so.whole = flow_builder_new();
		if (g->whole == NULL)
			return cli_fail("out of memory");
	}
	g->synth = flow_synth_new(&so);
	return g->synth != NULL ? CLI_OK : cli_fail("out of memory");
}

/* How fast exporter i's clock is: all are, or every second one of several. */
static int64_t
skew(const struct generator *g, uint32_t exporter)
{
	return g->options->synth.exporters == 1 || exporter % 2 == 1 ? g->options->skew_ms : 0;
}

/* Exporters behind one address differ in their ports. */
static struct sender
sender_of(const struct generator *g, uint32_t exporter)
{
	uint32_t host = g->options->one_address && exporter < g->options->synth.exporters ? 0 : exporter;

	return (struct sender){ exporter, flow_synth_exporter(host), host,
		(uint16_t)(host == exporter ? 0 : 50000 + exporter % 10000) };
}

static int
deliver_bad(struct generator *g)
{
	struct sender from = sender_of(g, g->options->synth.exporters);
	int status = CLI_OK;

	if (malform(&g->malform, &g->datagrams, &g->bad) != FLOW_OK)
		return cli_fail("out of memory");
	if (g->bad.count > 0)
		status = sink_datagrams(g->sink, &from, &g->bad, &g->closed);
	flow_datagrams_clear(&g->bad);
	return status;
}

static int
deliver(struct generator *g, uint32_t exporter)
{
	struct sender from = sender_of(g, exporter);
	int64_t fast_ms = skew(g, exporter);
	int status = CLI_OK;
	size_t i;

	/* The true time of sending, which headers with a wrong clock do not have. */
	for (i = 0; i < g->datagrams.count && fast_ms != 0; i++)
		g->datagrams.item[i].time_ms -= fast_ms;
	if (mishap(&g->mishap, &g->datagrams) != FLOW_OK)
		return cli_fail("out of memory");
	if (g->datagrams.count > 0)
		status = sink_datagrams(g->sink, &from, &g->datagrams, &g->closed);
	if (status == CLI_OK && g->options->malform != 0)
		status = deliver_bad(g);
	flow_datagrams_clear(&g->datagrams);
	return status;
}

static int
flush_all(struct generator *g)
{
	/* Flushes before the second of the next flow, so that each second exports what was made in it. */
	int64_t now = flow_synth_now(g->synth), passed = now - g->options->synth.start_ms;
	int64_t second = now - passed % FLUSH_MS;
	int status = CLI_OK;
	uint32_t i;

	now = second > g->flushed_ms ? second - 1 : now;
	for (i = 0; i < g->options->synth.exporters && status == CLI_OK; i++) {
		if (g->encoder[i] == NULL)
			continue;
		if (flow_encoder_flush(g->encoder[i], now + skew(g, i), &g->datagrams) != FLOW_OK)
			return cli_fail("out of memory");
		status = deliver(g, i);
	}
	g->flushed_ms = second;
	return status;
}

/* Fewer rows at a low rate, so that they come evenly. */
static size_t
turn_rows(const struct options *o)
{
	uint64_t rows = o->synth.rate / 1000 / 50 + 1;

	return rows < TURN_ROWS ? (size_t)rows : TURN_ROWS;
}

/* *batch with its times by a clock that is that fast. */
static enum flow_status
shift_times(struct generator *g, const struct flow_batch *batch, int64_t fast_ms, struct flow_batch *out)
{
	static const enum flow_field fields[] = { FLOW_FIELD_FIRST, FLOW_FIELD_LAST, FLOW_FIELD_RECEIVED };
	int64_t *to;
	size_t i, k;

	buf_clear(&g->shifted);
	if (!buf_reserve(&g->shifted, ARRAY_LEN(fields) * batch->rows * sizeof(*to)))
		return FLOW_ENOMEM;
	to = (int64_t *)(void *)g->shifted.data;
	*out = *batch;
	for (k = 0; k < ARRAY_LEN(fields); k++, to += batch->rows) {
		const int64_t *from = batch->column[fields[k]].values;

		for (i = 0; i < batch->rows; i++)
			to[i] = from[i] + fast_ms;
		out->column[fields[k]].values = to;
	}
	return FLOW_OK;
}

/* Frees an exporter's encoder, and keeps its counts. */
static void
retire(struct generator *g, uint32_t exporter)
{
	struct flow_encoder *e = g->encoder[exporter];
	struct flow_encoder_taken taken;

	if (e == NULL)
		return;
	taken = flow_encoder_taken(e);
	g->told.flows += taken.samples;
	g->told.packets += taken.samples * g->options->synth.sampling;
	g->told.bytes += taken.frame_bytes * g->options->synth.sampling;
	g->skipped += flow_encoder_skipped(e);
	flow_encoder_free(e);
	g->encoder[exporter] = NULL;
}

/* An exporter that has restarted begins anew: uptime, sequence numbers, templates. */
static int
restart(struct generator *g, uint32_t exporter, int64_t now)
{
	int64_t passed = now - g->options->synth.start_ms;
	uint32_t boot = (uint32_t)(passed / g->options->restart_ms);
	int status = CLI_OK;

	if (boot == g->boot[exporter])
		return CLI_OK;
	g->boot[exporter] = boot;
	if (g->encoder[exporter] == NULL)
		return CLI_OK;
	if (flow_encoder_flush(g->encoder[exporter], now + skew(g, exporter), &g->datagrams) != FLOW_OK)
		return cli_fail("out of memory");
	status = deliver(g, exporter);
	retire(g, exporter);
	return status;
}

static int
hand_over(struct generator *g, uint32_t exporter)
{
	const struct flow_batch *batch = flow_builder_batch(g->builder);
	int64_t fast_ms = skew(g, exporter);
	struct flow_encoder *encoder;
	struct flow_batch shifted;
	int status;

	if (batch == NULL)
		return cli_fail("out of memory");
	if (g->options->restart_ms > 0 &&
	    (status = restart(g, exporter, *(const int64_t *)batch->column[FLOW_FIELD_RECEIVED].values)) != CLI_OK)
		return status;
	if ((encoder = encoder_of(g, exporter)) == NULL)
		return cli_fail("out of memory");
	if (fast_ms != 0 && shift_times(g, batch, fast_ms, &shifted) != FLOW_OK)
		return cli_fail("out of memory");
	if (flow_encoder_batch(encoder, fast_ms != 0 ? &shifted : batch, 0, batch->rows, &g->datagrams) != FLOW_OK)
		return cli_fail("out of memory");
	return deliver(g, exporter);
}

static int
tell_truth(struct generator *g, const struct flow_synth_turn *turn)
{
	const struct flow_batch *batch = flow_builder_batch(g->whole != NULL ? g->whole : g->builder);

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
	if (g->whole != NULL)
		flow_builder_clear(g->whole);
	if (flow_synth_next(g->synth, turn_rows(g->options), g->builder, &turn) != FLOW_OK)
		return cli_fail("out of memory");
	*made = turn.rows;
	if (turn.rows > 0 && g->truth != NULL)
		status = tell_truth(g, &turn);
	g->made += turn.rows;
	if (status != CLI_OK || turn.unseen || flow_builder_rows(g->builder) == 0)
		return status;
	if (g->options->synth.sampling > 1 && !is_sflow(g->options))
		tally_batch(&g->told, flow_builder_batch(g->builder));
	return hand_over(g, turn.exporter);
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

/* Warns about events without flows, which were hardly intended. */
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

/* Warns about rows of events and of the mix that have no template. */
static void
tell_skipped(const struct generator *g)
{
	if (g->skipped > 0)
		cli_warn("%" PRIu64 " flows were left out: no template is for them, or the version has none",
		    g->skipped);
}

static void
tell_mishaps(const struct generator *g)
{
	if (is_sflow(g->options))
		cli_warn("sampled: of %" PRIu64 " flows %" PRIu64 " packets were taken; they stand for "
		    "packets %" PRIu64 ", bytes %" PRIu64, g->made, g->told.flows, g->told.packets, g->told.bytes);
	else if (g->options->synth.sampling > 1 && g->told.flows < g->made)
		cli_warn("sampled: of %" PRIu64 " flows %" PRIu64 " had a packet that was taken; they stand for "
		    "packets %" PRIu64 ", bytes %" PRIu64, g->made, g->told.flows, g->told.packets, g->told.bytes);
	if (g->mishap.datagrams > 0)
		cli_warn("lost on purpose: %" PRIu64 " datagrams with %" PRIu64 " flows",
		    g->mishap.datagrams, g->mishap.flows);
	if (g->mishap.twice > 0)
		cli_warn("sent twice on purpose: %" PRIu64 " datagrams with %" PRIu64 " flows", g->mishap.twice,
		    g->mishap.flows_twice);
	if (g->malform.made > 0)
		cli_warn("malformed on purpose: %" PRIu64 " datagrams", g->malform.made);
}

static bool
init_agents(struct generator *g)
{
	const struct flow_synth_options *so = &g->options->synth;
	uint32_t i;

	g->agent = calloc(so->exporters, sizeof(*g->agent));
	for (i = 0; g->agent != NULL && i < so->exporters; i++)
		packet_skip_init(&g->agent[i], hash_mix64(so->seed ^ AGENT_STREAM) + i, so->sampling);
	return g->agent != NULL;
}

int
generate(const struct options *o, struct sink *sink, const volatile int *stop)
{
	struct generator g = { .options = o, .sink = sink, .flushed_ms = o->synth.start_ms,
		.datagrams = FLOW_DATAGRAMS_INIT, .bad = FLOW_DATAGRAMS_INIT };
	int status;
	uint32_t i;

	name_interfaces(&g);
	mishap_init(&g.mishap, &(struct mishap_options){ o->synth.seed, o->lose, o->swap, o->duplicate,
		o->templates_ms < 0 ? INT64_MIN : o->templates_ms < INT64_MAX ? o->synth.start_ms + o->templates_ms :
		INT64_MAX });
	malform_init(&g.malform, o->synth.seed, o->malform);
	g.boot = calloc(o->synth.exporters, sizeof(*g.boot));
	g.builder = flow_builder_new();
	g.encoder = calloc(o->synth.exporters, sizeof(*g.encoder));
	if (g.builder == NULL || g.encoder == NULL || g.boot == NULL || (is_sflow(o) && !init_agents(&g)))
		status = cli_fail("out of memory");
	else if (o->truth != NULL && (tally_init(&g.tally, o->synth.exporters, o->synth.events) != FLOW_OK))
		status = cli_fail("out of memory");
	else if ((status = open_synth(&g)) == CLI_OK)
		status = run_truly(&g, stop);
	for (i = 0; g.encoder != NULL && i < o->synth.exporters; i++)
		retire(&g, i);
	if (status == CLI_OK)
		tell_mishaps(&g);
	tell_skipped(&g);
	free(g.encoder);
	free(g.boot);
	free(g.agent);
	malform_release(&g.malform);
	flow_datagrams_release(&g.bad);
	buf_release(&g.shifted);
	tally_release(&g.tally);
	flow_builder_free(g.builder);
	flow_builder_free(g.whole);
	flow_synth_free(g.synth);
	flow_datagrams_release(&g.datagrams);
	return status;
}
