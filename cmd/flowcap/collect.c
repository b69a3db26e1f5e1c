/* SPDX-License-Identifier: BSD-2-Clause */
#include "flowcap/collect.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "flowcap/journal.h"
#include "flowcap/log.h"
#include "flowcap/memory.h"
#include "flowcap/metrics.h"
#include "flowcap/pipeline.h"

/* A group is full when a datagram's rows might not fit any more. */
#define GROUP_FULL_ROWS (FLOW_GROUP_ROWS - 2048)

/* A datagram this much older than the slot still goes into it: clocks and queues are not exact. */
#define GRACE_MS 60000

struct collector {
	const struct options *options;
	struct flow_decoder *decoder;
	struct pipeline *pipeline;
	struct memory *memory;		/* NULL: nothing is remembered */
	struct slot *slot;		/* NULL: none is open */
	size_t groups;			/* handed over for it */
	struct flow_builder *builder;	/* NULL: none yet */
	struct flow_counts begin;	/* the decoder's counts when the slot began */
	uint64_t drops, drops_begin;
	uint64_t rows;			/* decoded, in all */
	bool failed;
};

struct collector *
collector_new(const struct options *options, unsigned builders)
{
	struct collector *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->options = options;
	c->decoder = flow_decoder_new(&options->decoder);
	if (c->decoder == NULL)
		log_line(LOG_LEVEL_ERROR, "out of memory");
	else
		c->pipeline = pipeline_new(options, builders);
	if (c->pipeline == NULL) {
		flow_decoder_free(c->decoder);
		free(c);
		return NULL;
	}
	if (options->remember && (c->memory = memory_new()) != NULL)
		memory_load(c->memory, options, c->decoder);
	return c;
}

static void
flush_group(struct collector *c)
{
	if (c->builder == NULL || flow_builder_rows(c->builder) == 0)
		return;
	c->rows += flow_builder_rows(c->builder);
	pipeline_group(c->pipeline, c->slot, c->groups++, c->builder);
	c->builder = NULL;
}

static uint64_t
since_begin(const struct collector *c, enum flow_count count)
{
	uint64_t now = flow_decoder_counts(c->decoder)->value[count];

	/* Losses are taken back when the missing comes late after all. */
	return now > c->begin.value[count] ? now - c->begin.value[count] : 0;
}

static void
format_metrics(const struct collector *c, struct buf *out)
{
	struct metrics m = { flow_decoder_counts(c->decoder), c->rows, c->drops,
		flow_decoder_sources(c->decoder), (int64_t)time(NULL) * 1000 };

	metrics_format(&m, out);
}

void
collector_rotate(struct collector *c)
{
	struct slot_end end = { .exporters = BUF_INIT, .memory = BUF_INIT,
		.metrics = BUF_INIT };

	if (c->slot == NULL)
		return;
	flush_group(c);
	end.datagrams = since_begin(c, FLOW_COUNT_DATAGRAMS);
	end.sequence_gaps = since_begin(c, FLOW_COUNT_SEQUENCE_LOST);
	end.kernel_drops = c->drops - c->drops_begin;
	flow_decoder_exporters_json(c->decoder, NULL, &end.exporters);
	if (c->memory != NULL)
		memory_save(c->memory, c->options, &end.memory);
	if (c->options->metrics != NULL)
		format_metrics(c, &end.metrics);
	if (c->groups == 0)
		log_line(LOG_LEVEL_INFO, "a slot without flows: datagrams %" PRIu64 ", kernel drops %"
		    PRIu64, end.datagrams, end.kernel_drops);
	pipeline_end(c->pipeline, c->slot, c->groups, end);
	c->slot = NULL;
	c->groups = 0;
}

static bool
begin_slot(struct collector *c, int64_t ms)
{
	c->slot = slot_new(c->options, partition_slot(ms, c->options->slot_s));
	if (c->slot == NULL) {
		log_line(LOG_LEVEL_ERROR, "out of memory");
		return false;
	}
	c->begin = *flow_decoder_counts(c->decoder);
	c->drops_begin = c->drops;
	flow_decoder_slot_begin(c->decoder);
	return true;
}

static int64_t
slot_end_ms(const struct collector *c)
{
	return c->slot->start_ms + (int64_t)c->options->slot_s * 1000;
}

void
collector_tick(struct collector *c, int64_t now_ms)
{
	if (c->slot != NULL && now_ms >= slot_end_ms(c)) {
		flow_decoder_expire(c->decoder, now_ms);
		collector_rotate(c);
	}
}

/* -v -v: what the exporter said, for whoever wants to know why. */
static void
dump(const struct collector *c, const struct flow_datagram *datagram)
{
	struct buf text = BUF_INIT;

	flow_datagram_dump(datagram, c->decoder, &text);
	if (buf_status(&text) == FLOW_OK)
		(void)fwrite(text.data, 1, text.len, stdout);
	/* Whoever watches a router through a pipe wants it now. */
	(void)fflush(stdout);
	buf_release(&text);
}

/* Grows with every announcement of templates, rates and names. */
static uint64_t
announced(const struct flow_decoder *decoder)
{
	const struct flow_counts *counts = flow_decoder_counts(decoder);

	return counts->value[FLOW_COUNT_TEMPLATES] + counts->value[FLOW_COUNT_OPTION_RECORDS] +
	    counts->value[FLOW_COUNT_WITHDRAWALS];
}

bool
collector_datagram(struct collector *c, const struct flow_datagram *datagram)
{
	uint64_t announcements;

	collector_tick(c, datagram->received_ms);
	if (c->slot != NULL && datagram->received_ms < c->slot->start_ms - GRACE_MS)
		collector_rotate(c);
	if (c->slot == NULL && !begin_slot(c, datagram->received_ms))
		return false;
	journal_add(c->slot->journal, datagram);
	if (c->builder == NULL && (c->builder = pipeline_builder(c->pipeline)) == NULL) {
		log_line(LOG_LEVEL_ERROR, "out of memory");
		return false;
	}
	announcements = announced(c->decoder);
	if (flow_decoder_datagram(c->decoder, datagram, c->builder) != FLOW_OK) {
		log_line(LOG_LEVEL_ERROR, "out of memory while decoding");
		return false;
	}
	if (c->memory != NULL && announced(c->decoder) != announcements)
		memory_take(c->memory, datagram);
	if (c->options->verbose > 1)
		dump(c, datagram);
	if (flow_builder_rows(c->builder) >= GROUP_FULL_ROWS)
		flush_group(c);
	return true;
}

void
collector_session_end(struct collector *c, const struct addr *exporter, uint16_t port)
{
	flow_decoder_session_end(c->decoder, exporter, port);
}

void
collector_drops(struct collector *c, uint64_t drops)
{
	c->drops = drops;
}

void
collector_skipped(struct collector *c, const struct pcap_counts *counts, uint64_t other_ports)
{
	(void)c;
	log_line(LOG_LEVEL_DETAIL, "capture: frames %" PRIu64 ", datagrams %" PRIu64
	    " (to other ports %" PRIu64 "), not UDP %" PRIu64 ", fragments %" PRIu64,
	    counts->frames, counts->packets, other_ports, counts->other, counts->fragments);
	if (counts->bad + counts->cut + counts->fragments_lost > 0)
		log_line(LOG_LEVEL_ERROR, "capture: damaged frames %" PRIu64 ", cut datagrams %" PRIu64
		    ", datagrams whose fragments are incomplete %" PRIu64, counts->bad, counts->cut,
		    counts->fragments_lost);
}

/* received = decoded + undecodable + dropped; decoded flows = written flows. */
static void
log_ledger(const struct collector *c, uint64_t written)
{
	const struct flow_counts *counts = flow_decoder_counts(c->decoder);
	unsigned i;

	log_line(LOG_LEVEL_INFO, "in all: datagrams %" PRIu64 ", flows decoded %" PRIu64
	    ", flows written %" PRIu64 ", sequence gaps %" PRIu64 ", kernel drops %" PRIu64,
	    counts->value[FLOW_COUNT_DATAGRAMS], c->rows, written,
	    counts->value[FLOW_COUNT_SEQUENCE_LOST], c->drops);
	for (i = FLOW_COUNT_UNKNOWN_VERSION; i < FLOW_COUNT_COUNT; i++)
		if (counts->value[i] > 0)
			log_line(LOG_LEVEL_INFO, "  %s: %" PRIu64, flow_count_text((enum flow_count)i),
			    counts->value[i]);
	for (i = 0; i < FLOW_COUNT_UNKNOWN_VERSION; i++)
		if (counts->value[i] > 0)
			log_line(LOG_LEVEL_DETAIL, "  %s: %" PRIu64,
			    flow_count_text((enum flow_count)i), counts->value[i]);
}

bool
collector_finish(struct collector *c)
{
	uint64_t written;
	bool done;

	flow_decoder_expire(c->decoder, INT64_MAX);
	collector_rotate(c);
	done = pipeline_finish(c->pipeline, &written);
	log_ledger(c, written);
	if (done && written != c->rows) {
		log_line(LOG_LEVEL_ERROR, "flows were lost between decoding and writing");
		done = false;
	}
	flow_builder_free(c->builder);
	flow_decoder_free(c->decoder);
	memory_free(c->memory);
	free(c);
	return done;
}
