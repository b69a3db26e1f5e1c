/* SPDX-License-Identifier: BSD-2-Clause */
#include "collect/tree.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "collect/exporter_state.h"
#include "collect/left_files.h"
#include "store/slot_filed.h"
#include "time/span_text.h"
#include "time/stamp.h"

/* A group is full when a datagram's rows might not fit any more. */
#define GROUP_FULL_ROWS (FLOW_GROUP_ROWS - 2048)

/* How often waiting data is checked for having waited long enough. */
#define SETTLE_MS 1000

/* A datagram may be this much older than its slot, because clocks and queues are not exact. */
#define GRACE_MS 60000

/* Memory is measured once in this many datagrams. */
#define MEASURE_DATAGRAMS 16

struct tree {
	struct collect_options options;		/* with its own directory and ident */
	char *directory, *state, *ident;	/* NULL where the command line has them */
	struct flow_decoder *decoder;
	struct pipeline *pipeline;	/* shared */
	const struct tree_journal *journal;
	char known_after[JOURNAL_ID_MAX];	/* journals up to this are known; "" none */
	bool restored;			/* the decoder may know sessions of an earlier run */
	bool open;
	struct slot *slot;		/* NULL: none is open, or it is filed already */
	size_t groups;			/* handed over for it */
	struct flow_builder *builder;	/* NULL: none yet */
	unsigned measured;		/* datagrams since the last measurement */
	size_t waiting;			/* bytes of the builder as measured */
	struct flow_counts begin;	/* the decoder's counts when the slot began */
	uint64_t drops, drops_begin;
	uint64_t rows;			/* decoded, in all */
	unsigned told;			/* exporters whose first datagram was logged */
	int64_t last_ms;		/* receive time of the last datagram */
	int64_t settled_ms;		/* when waiting data was checked */
};

struct tree *
tree_new(const struct collect_options *options, const char *directory, const char *state,
    const char *ident, struct pipeline *pipeline, const struct tree_journal *journal)
{
	struct tree *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->options = *options;
	t->pipeline = pipeline;
	t->journal = journal;
	t->directory = strdup(directory);
	t->state = state != NULL ? strdup(state) : NULL;
	t->ident = ident != NULL ? strdup(ident) : NULL;
	t->decoder = flow_decoder_new(&options->decoder);
	if (t->directory == NULL || (state != NULL && t->state == NULL) ||
	    (ident != NULL && t->ident == NULL) || t->decoder == NULL) {
		tree_free(t);
		return NULL;
	}
	t->options.directory = t->directory;
	t->options.state = t->state;
	t->options.writer.ident = t->ident;
	if (options->remember) {
		exporter_state_load(&t->options, t->decoder, t->known_after);
		t->restored = true;
	}
	return t;
}

void
tree_free(struct tree *t)
{
	if (t == NULL)
		return;
	slot_free(t->slot);
	flow_builder_free(t->builder);
	flow_decoder_free(t->decoder);
	free(t->directory);
	free(t->state);
	free(t->ident);
	free(t);
}

void
tree_flush(struct tree *t)
{
	if (t->builder == NULL || flow_builder_rows(t->builder) == 0)
		return;
	if (t->slot != NULL) {
		t->rows += flow_builder_rows(t->builder);
		pipeline_group(t->pipeline, t->slot, t->groups++, t->builder);
	} else {
		pipeline_discard(t->pipeline, t->builder);
	}
	t->builder = NULL;
	t->waiting = 0;
}

/* A copy of the rows not handed over yet; *failed when out of memory. */
static struct flow_builder *
copy_rows(const struct tree *t, bool *failed)
{
	struct flow_builder *copy;

	*failed = false;
	if (t->builder == NULL || flow_builder_rows(t->builder) == 0)
		return NULL;
	copy = pipeline_builder(t->pipeline);
	if (copy != NULL && flow_builder_copy(copy, t->builder) == FLOW_OK)
		return copy;
	pipeline_discard(t->pipeline, copy);
	*failed = true;
	return NULL;
}

void
tree_look(struct tree *t, struct look *look)
{
	struct buf exporters = BUF_INIT;
	struct flow_builder *rows;
	bool failed;

	if (t->slot == NULL)
		return;
	rows = copy_rows(t, &failed);
	if (rows == NULL && t->groups == 0 && !failed)
		return;
	look_expect(look);
	if (failed) {
		look_add(look, NULL);
		return;
	}
	flow_decoder_exporters_json(t->decoder, NULL, &exporters);
	pipeline_look(t->pipeline, t->slot, t->groups, rows, &exporters, look);
}

static uint64_t
since_begin(const struct tree *t, enum flow_count count)
{
	uint64_t now = flow_decoder_counts(t->decoder)->value[count];

	/* Losses decrease when missing datagrams arrive late. */
	return now > t->begin.value[count] ? now - t->begin.value[count] : 0;
}

/* Saves the state at the end of the journal, for later runs. */
static void
save(struct tree *t)
{
	const struct tree_journal *j = t->journal;
	struct buf state = BUF_INIT;

	if (!j->saves || !t->options.remember)
		return;
	exporter_state_save(t->decoder, j->id, &state);
	filing_snapshot(j->entry, &t->options, &state);
}

static void
end_slot(struct tree *t, const struct buf *metrics)
{
	struct slot_end end = { .exporters = BUF_INIT, .metrics = BUF_INIT };

	end.datagrams = since_begin(t, FLOW_COUNT_DATAGRAMS);
	end.sequence_gaps = since_begin(t, FLOW_COUNT_SEQUENCE_LOST);
	end.kernel_drops = t->drops - t->drops_begin;
	end.left = t->journal->left;
	end.again = t->journal->again;
	if (t->journal->used)
		memcpy(end.journal_id, t->journal->id, sizeof(end.journal_id));
	flow_decoder_exporters_json(t->decoder, NULL, &end.exporters);
	if (metrics != NULL)
		buf_append(&end.metrics, metrics->data, metrics->len);
	if (t->groups == 0)
		log_to(t->options.log, LOG_LEVEL_INFO, "a slot without flows: datagrams %" PRIu64
		    ", kernel drops %" PRIu64, end.datagrams, end.kernel_drops);
	pipeline_end(t->pipeline, t->slot, t->groups, end, t->journal->entry);
}

void
tree_rotate(struct tree *t, const struct buf *metrics)
{
	if (!t->open)
		return;
	tree_flush(t);
	if (t->journal->used)
		save(t);
	if (t->slot != NULL)
		end_slot(t, metrics);
	t->open = false;
	t->slot = NULL;
	t->groups = 0;
}

/* Whether this slot of an earlier run's journal is filed; if not, its unfinished files are removed. */
static bool
filed_before(const struct tree *t, int64_t slot_ms)
{
	const struct collect_options *o = &t->options;
	const struct flow_slot_layout layout = { o->directory, o->layout, o->slot_s, o->zone };

	if (!t->journal->left)
		return false;
	left_files_remove(&layout, slot_ms, t->journal->id);
	if (t->journal->again != NULL && filing_slot_is_filed(t->journal->again, o->directory))
		return true;
	return flow_slot_filed(&layout, slot_ms, SLOT_JOURNAL_KEY, t->journal->id);
}

static bool
begin_slot(struct tree *t, int64_t received_ms)
{
	int64_t slot_ms = t->journal->used ? t->journal->slot_ms :
	    partition_slot(received_ms, t->options.slot_s);

	if (!filed_before(t, slot_ms) && (t->slot = slot_new(&t->options, slot_ms)) == NULL) {
		log_to(t->options.log, LOG_LEVEL_ERROR, "out of memory");
		return false;
	}
	t->open = true;
	/* From its first datagram on, so that a journal read again gives each slot the same rows. */
	t->settled_ms = INT64_MIN;
	t->begin = *flow_decoder_counts(t->decoder);
	t->drops_begin = t->drops;
	flow_decoder_slot_begin(t->decoder);
	return true;
}

bool
tree_due(const struct tree *t, int64_t now_ms)
{
	return t->slot != NULL && !t->journal->used &&
	    now_ms >= t->slot->start_ms + (int64_t)t->options.slot_s * 1000;
}

bool
tree_is_open(const struct tree *t)
{
	return t->open;
}

/* Opens a slot and a builder for rows of that time; false, after a log line, when out of memory. */
static bool
make_ready(struct tree *t, int64_t received_ms)
{
	if (!t->open && !begin_slot(t, received_ms))
		return false;
	if (t->builder == NULL && (t->builder = pipeline_builder(t->pipeline)) == NULL) {
		log_to(t->options.log, LOG_LEVEL_ERROR, "out of memory");
		return false;
	}
	return true;
}

/* Decodes data for which only another port's template is known. */
static void
settle(struct tree *t, int64_t now_ms)
{
	t->settled_ms = now_ms;
	while (flow_decoder_waiting(t->decoder) > 0 && make_ready(t, t->last_ms) &&
	    flow_decoder_settle(t->decoder, now_ms, t->builder) == FLOW_OK)
		if (flow_builder_rows(t->builder) >= GROUP_FULL_ROWS)
			tree_flush(t);
}

void
tree_expire(struct tree *t, int64_t now_ms)
{
	if (t->open || now_ms == INT64_MAX)
		settle(t, now_ms);
	flow_decoder_expire(t->decoder, now_ms);
}

size_t
tree_waiting(const struct tree *t)
{
	return t->waiting;
}

bool
tree_has_file(const struct tree *t)
{
	return t->groups > 0;
}

/* Dumps a datagram as text, for diagnosis. */
static void
dump(const struct tree *t, const struct flow_datagram *datagram)
{
	struct buf text = BUF_INIT;

	flow_datagram_dump(datagram, t->decoder, &text);
	if (buf_status(&text) == FLOW_OK)
		t->options.dump((const char *)text.data, text.len);
	buf_release(&text);
}

static void
tell_clock(const struct tree *t, const struct flow_exporter_news *n, int len, const char *addr)
{
	char span[SPAN_TEXT_MAX], says[STAMP_TEXT_MAX];
	struct stamp_cache cache = { 0 };
	int span_len = (int)span_text_format(n->ahead_ms, span);

	log_to(t->options.log, LOG_LEVEL_INFO, "exporter %.*s: its clock is %.*s %s: it says %.*s%s", len, addr,
	    span_len, span, n->ahead_ms < 0 ? "behind" : "ahead",
	    (int)stamp_format_iso(&cache, n->header_ms, says), says,
	    t->options.decoder.fix_clock ? "; its times are moved by that" : "");
}

/* Bounds the log against forged senders. */
#define TOLD_EXPORTERS_MAX 200

static void
tell_begin(struct tree *t, const struct flow_exporter_news *n, int len, const char *addr)
{
	bool sflow = n->version > 100;	/* export_version 105 is sFlow 5 */

	if (t->told == TOLD_EXPORTERS_MAX)
		log_to(t->options.log, LOG_LEVEL_INFO, "more exporters: "
		    "the first datagram of each is not told any more");
	if (t->told++ >= TOLD_EXPORTERS_MAX)
		return;
	log_to(t->options.log, LOG_LEVEL_INFO, "exporter %.*s: first datagram: %s%u%s", len, addr,
	    sflow ? "sFlow v" : n->version == 10 ? "IPFIX, version " : "NetFlow v",
	    sflow ? n->version - 100u : n->version,
	    n->waits ? ", no template yet: its data waits for that" : "");
}

/* Logs each exporter once, and what is wrong with its times. */
static void
tell_news(struct tree *t, const struct flow_exporter_news *n)
{
	char addr[ADDR_TEXT_MAX], first[STAMP_TEXT_MAX], last[STAMP_TEXT_MAX];
	struct stamp_cache cache = { 0 };
	int len = (int)addr_format(&n->exporter, addr);

	if (n->begins && t->options.tell_exporters)
		tell_begin(t, n, len, addr);
	if (n->clock)
		tell_clock(t, n, len, addr);
	if (n->times)
		log_to(t->options.log, LOG_LEVEL_INFO, "exporter %.*s: times of a flow that cannot be: %.*s to %.*s",
		    len, addr, (int)stamp_format_iso(&cache, n->first_ms, first), first,
		    (int)stamp_format_iso(&cache, n->last_ms, last), last);
}

static bool
decode(struct tree *t, const struct flow_datagram *datagram)
{
	struct flow_exporter_news news;

	if (flow_decoder_datagram(t->decoder, datagram, t->builder) != FLOW_OK) {
		log_to(t->options.log, LOG_LEVEL_ERROR, "out of memory while decoding");
		return false;
	}
	if (flow_decoder_news(t->decoder, &news))
		tell_news(t, &news);
	return true;
}

/* New datagrams belong to other sessions than those of an earlier run. */
static void
end_old_sessions(struct tree *t)
{
	if (t->restored && !t->journal->left) {
		flow_decoder_session_end(t->decoder, NULL, 0);
		t->restored = false;
	}
}

bool
tree_datagram(struct tree *t, const struct flow_datagram *datagram)
{
	if (t->journal->left && journal_id_upto(t->journal->id, t->known_after))
		return true;
	end_old_sessions(t);
	if (t->slot != NULL && !t->journal->used &&
	    datagram->received_ms < t->slot->start_ms - GRACE_MS)
		tree_rotate(t, NULL);
	t->last_ms = datagram->received_ms;
	if (!make_ready(t, datagram->received_ms) || !decode(t, datagram))
		return false;
	if (t->options.dump != NULL)
		dump(t, datagram);
	if (++t->measured >= MEASURE_DATAGRAMS || t->waiting == 0) {
		t->measured = 0;
		t->waiting = flow_builder_bytes(t->builder);
	}
	if (flow_builder_rows(t->builder) >= GROUP_FULL_ROWS)
		tree_flush(t);
	if (t->last_ms < t->settled_ms || t->last_ms >= t->settled_ms + SETTLE_MS)
		settle(t, t->last_ms);
	return true;
}

void
tree_session_end(struct tree *t, const struct addr *exporter, uint16_t port)
{
	flow_decoder_session_end(t->decoder, exporter, port);
}

void
tree_drops(struct tree *t, uint64_t drops)
{
	t->drops = drops;
}

const struct flow_decoder *
tree_decoder(const struct tree *t)
{
	return t->decoder;
}

void
tree_add(const struct tree *t, struct tree_sum *sum)
{
	const struct flow_counts *counts = flow_decoder_counts(t->decoder);
	unsigned i;

	for (i = 0; i < FLOW_COUNT_COUNT; i++)
		sum->counts.value[i] += counts->value[i];
	sum->rows += t->rows;
	sum->sources += flow_decoder_sources(t->decoder);
}
