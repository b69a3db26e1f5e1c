/* SPDX-License-Identifier: BSD-2-Clause */
#include "collect/tree.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "collect/journal.h"
#include "collect/announcements.h"
#include "collect/pipeline.h"

/* A group is full when a datagram's rows might not fit any more. */
#define GROUP_FULL_ROWS (FLOW_GROUP_ROWS - 2048)

/* A datagram this much older than the slot still goes into it: clocks and queues are not exact. */
#define GRACE_MS 60000

struct tree {
	struct collect_options options;		/* with its own directory and ident */
	char *directory, *ident;	/* NULL where the command line has them */
	struct flow_decoder *decoder;
	struct pipeline *pipeline;	/* shared */
	struct announcements *known;	/* NULL: nothing is remembered */
	struct slot *slot;		/* NULL: none is open */
	size_t groups;			/* handed over for it */
	struct flow_builder *builder;	/* NULL: none yet */
	struct flow_counts begin;	/* the decoder's counts when the slot began */
	uint64_t drops, drops_begin;
	uint64_t rows;			/* decoded, in all */
};

struct tree *
tree_new(const struct collect_options *options, const char *directory, const char *ident,
    struct pipeline *pipeline)
{
	struct tree *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	a->options = *options;
	a->pipeline = pipeline;
	a->directory = strdup(directory);
	a->ident = ident != NULL ? strdup(ident) : NULL;
	a->decoder = flow_decoder_new(&options->decoder);
	if (a->directory == NULL || (ident != NULL && a->ident == NULL) || a->decoder == NULL ||
	    !pipeline_more(pipeline)) {
		tree_free(a);
		return NULL;
	}
	a->options.directory = a->directory;
	a->options.writer.ident = a->ident;
	if (options->remember && (a->known = announcements_new()) != NULL)
		announcements_load(a->known, &a->options, a->decoder);
	return a;
}

void
tree_free(struct tree *a)
{
	if (a == NULL)
		return;
	flow_builder_free(a->builder);
	flow_decoder_free(a->decoder);
	announcements_free(a->known);
	free(a->directory);
	free(a->ident);
	free(a);
}

void
tree_flush(struct tree *a)
{
	if (a->builder == NULL || flow_builder_rows(a->builder) == 0)
		return;
	a->rows += flow_builder_rows(a->builder);
	pipeline_group(a->pipeline, a->slot, a->groups++, a->builder);
	a->builder = NULL;
}

static uint64_t
since_begin(const struct tree *a, enum flow_count count)
{
	uint64_t now = flow_decoder_counts(a->decoder)->value[count];

	/* Losses are taken back when the missing comes late after all. */
	return now > a->begin.value[count] ? now - a->begin.value[count] : 0;
}

void
tree_rotate(struct tree *a, const struct buf *metrics)
{
	struct slot_end end = { .exporters = BUF_INIT, .announcements = BUF_INIT,
		.metrics = BUF_INIT };

	if (a->slot == NULL)
		return;
	tree_flush(a);
	end.datagrams = since_begin(a, FLOW_COUNT_DATAGRAMS);
	end.sequence_gaps = since_begin(a, FLOW_COUNT_SEQUENCE_LOST);
	end.kernel_drops = a->drops - a->drops_begin;
	flow_decoder_exporters_json(a->decoder, NULL, &end.exporters);
	if (a->known != NULL)
		announcements_save(a->known, &a->options, &end.announcements);
	if (metrics != NULL)
		buf_append(&end.metrics, metrics->data, metrics->len);
	if (a->groups == 0)
		log_to(a->options.log, LOG_LEVEL_INFO, "a slot without flows: datagrams %" PRIu64 ", kernel drops %"
		    PRIu64, end.datagrams, end.kernel_drops);
	pipeline_end(a->pipeline, a->slot, a->groups, end);
	a->slot = NULL;
	a->groups = 0;
}

static bool
begin_slot(struct tree *a, int64_t ms)
{
	a->slot = slot_new(&a->options, partition_slot(ms, a->options.slot_s));
	if (a->slot == NULL) {
		log_to(a->options.log, LOG_LEVEL_ERROR, "out of memory");
		return false;
	}
	a->begin = *flow_decoder_counts(a->decoder);
	a->drops_begin = a->drops;
	flow_decoder_slot_begin(a->decoder);
	return true;
}

static int64_t
slot_end_ms(const struct tree *a)
{
	return a->slot->start_ms + (int64_t)a->options.slot_s * 1000;
}

bool
tree_due(const struct tree *a, int64_t now_ms)
{
	return a->slot != NULL && now_ms >= slot_end_ms(a);
}

void
tree_expire(struct tree *a, int64_t now_ms)
{
	flow_decoder_expire(a->decoder, now_ms);
}

/* What the exporter said, for whoever wants to know why. */
static void
dump(const struct tree *a, const struct flow_datagram *datagram)
{
	struct buf text = BUF_INIT;

	flow_datagram_dump(datagram, a->decoder, &text);
	if (buf_status(&text) == FLOW_OK)
		a->options.dump((const char *)text.data, text.len);
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
tree_datagram(struct tree *a, const struct flow_datagram *datagram)
{
	uint64_t announcements;

	if (a->slot != NULL && datagram->received_ms < a->slot->start_ms - GRACE_MS)
		tree_rotate(a, NULL);
	if (a->slot == NULL && !begin_slot(a, datagram->received_ms))
		return false;
	journal_add(a->slot->journal, datagram);
	if (a->builder == NULL && (a->builder = pipeline_builder(a->pipeline)) == NULL) {
		log_to(a->options.log, LOG_LEVEL_ERROR, "out of memory");
		return false;
	}
	announcements = announced(a->decoder);
	if (flow_decoder_datagram(a->decoder, datagram, a->builder) != FLOW_OK) {
		log_to(a->options.log, LOG_LEVEL_ERROR, "out of memory while decoding");
		return false;
	}
	if (a->known != NULL && announced(a->decoder) != announcements)
		announcements_take(a->known, datagram);
	if (a->options.dump != NULL)
		dump(a, datagram);
	if (flow_builder_rows(a->builder) >= GROUP_FULL_ROWS)
		tree_flush(a);
	return true;
}

void
tree_session_end(struct tree *a, const struct addr *exporter, uint16_t port)
{
	flow_decoder_session_end(a->decoder, exporter, port);
}

void
tree_drops(struct tree *a, uint64_t drops)
{
	a->drops = drops;
}

void
tree_add(const struct tree *a, struct tree_sum *sum)
{
	const struct flow_counts *counts = flow_decoder_counts(a->decoder);
	unsigned i;

	for (i = 0; i < FLOW_COUNT_COUNT; i++)
		sum->counts.value[i] += counts->value[i];
	sum->rows += a->rows;
	sum->sources += flow_decoder_sources(a->decoder);
}
