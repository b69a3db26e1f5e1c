/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "collect/collect.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/hash.h"
#include "collect/exporter_metrics.h"
#include "collect/metrics.h"
#include "collect/sources.h"
#include "collect/state_directory.h"
#include "collect/tree.h"

/*
 * Most exporters with a directory below -M (a power of two); the hash table has twice as many places.  All
 * others share one.
 */
#define ROUTES_MAX 1024
#define ROUTE_SLOTS (2 * ROUTES_MAX)
#define SHARED_NAME "others"

#define ALL_SLOTS INT64_MAX	/* a time at which all slots are over */

/* Default limits: bytes of waiting rows in all trees, and files open at a time. */
#define WAITING_BYTES ((size_t)256 << 20)
#define OPEN_FILES 200

/* Where an exporter's datagrams go. */
struct route {
	bool used;
	struct addr exporter;
	struct tree *tree;		/* NULL: nowhere */
};

struct collector {
	const struct collect_options *options;
	struct pipeline *pipeline;
	struct filing *filing;		/* NULL: none */
	struct tree_journal journal;
	struct tree **tree;		/* -w: one; -n: in their order; -M: as they came */
	size_t trees;
	struct route *route;		/* -M: by hash */
	size_t routes;
	struct tree *shared;		/* -M: of all exporters beyond ROUTES_MAX; NULL: none yet */
	int64_t now_ms;			/* of the last datagram */
	size_t waiting;			/* bytes of rows in all trees */
	struct collector_losses losses;
	uint64_t refused;		/* datagrams of senders without a directory */
	uint64_t written;		/* flows, by others */
};

static struct tree *
add_tree(struct collector *c, const char *directory, const char *state, const char *ident)
{
	struct tree **bigger = realloc(c->tree, (c->trees + 1) * sizeof(*bigger));
	struct tree *t;

	if (bigger == NULL)
		return NULL;
	c->tree = bigger;
	t = tree_new(c->options, directory, state, ident, c->pipeline, &c->journal);
	if (t == NULL)
		return NULL;
	tree_drops(t, c->losses.kernel_drops);
	return c->tree[c->trees++] = t;
}

static bool
add_trees(struct collector *c)
{
	const struct collect_options *o = c->options;
	size_t i;

	if (o->dynamic != NULL) {
		c->route = calloc(ROUTE_SLOTS, sizeof(*c->route));
		if (c->route == NULL)
			return false;
	}
	if (o->directory != NULL)
		return add_tree(c, o->directory, o->state, o->writer.ident) != NULL;
	for (i = 0; i < o->sources; i++)
		if (add_tree(c, o->source[i].directory, o->source[i].state, o->source[i].ident) == NULL)
			return false;
	return true;
}

static void
free_trees(struct collector *c)
{
	size_t i;

	for (i = 0; i < c->trees; i++)
		tree_free(c->tree[i]);
	free(c->tree);
	free(c->route);
	free(c);
}

struct collector *
collector_new(const struct collect_options *options, unsigned groups, struct filing *filing)
{
	struct collector *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->options = options;
	c->filing = filing;
	c->pipeline = pipeline_new(options, groups);
	if (c->pipeline == NULL) {
		free(c);
		return NULL;
	}
	if (!add_trees(c)) {
		log_to(c->options->log, LOG_LEVEL_ERROR, "out of memory");
		(void)pipeline_finish(c->pipeline, NULL);
		free_trees(c);
		return NULL;
	}
	return c;
}

/* The slot of an exporter among the routes, used or free. */
static struct route *
route_of(const struct collector *c, const struct addr *exporter)
{
	size_t i = (size_t)hash_mix128(addr_hi(exporter), addr_lo(exporter)) & (ROUTE_SLOTS - 1);

	while (c->route[i].used && !addr_equal(&c->route[i].exporter, exporter))
		i = (i + 1) & (ROUTE_SLOTS - 1);
	return &c->route[i];
}

/* Makes a directory below -M and its tree; NULL after a log line. */
static struct tree *
make_dynamic(struct collector *c, const char *name)
{
	struct tree *t = NULL;
	char *path, *state = NULL;

	if (asprintf(&path, "%s/%s", c->options->dynamic, name) < 0)
		return NULL;
	/* Where this fails, the exporter's state is kept with its files. */
	if (c->options->state != NULL)
		state = state_directory_below(c->options->state, name, c->options->log);
	if (mkdir(path, 0777) != 0 && errno != EEXIST)
		log_to(c->options->log, LOG_LEVEL_ERROR, "%s: %s: its flows are refused", path,
		    strerror(errno));
	else if ((t = add_tree(c, path, state, name)) == NULL)
		log_to(c->options->log, LOG_LEVEL_ERROR, "%s: out of memory: its flows are refused", path);
	free(path);
	free(state);
	return t;
}

static struct tree *
shared_tree(struct collector *c)
{
	if (c->shared == NULL) {
		log_to(c->options->log, LOG_LEVEL_ERROR, "more than %d exporters: the flows of further ones "
		    "go to %s/" SHARED_NAME, ROUTES_MAX, c->options->dynamic);
		c->shared = make_dynamic(c, SHARED_NAME);
	}
	return c->shared;
}

static struct tree *
find_dynamic(struct collector *c, const struct flow_datagram *d, const struct addr *exporter)
{
	struct route *r = route_of(c, exporter);
	char name[SOURCE_NAME_MAX];

	/* Senders of anything else get no directory. */
	if (r->used || !flow_datagram_is_export(d))
		return r->tree;
	if (c->routes == ROUTES_MAX)
		return shared_tree(c);
	c->routes++;
	source_name(exporter, name);
	*r = (struct route){ true, *exporter, make_dynamic(c, name) };
	return r->tree;
}

/* An sFlow agent is found by its own address, then by the sender's.  NULL: not to be collected here. */
static struct tree *
find_tree(struct collector *c, const struct flow_datagram *d)
{
	const struct collect_options *o = c->options;
	const struct addr exporter = flow_datagram_exporter(d);
	const struct collect_source *s;

	if (o->directory != NULL)
		return c->tree[0];
	s = sources_find(o, &exporter);
	if (s == NULL)
		s = sources_find(o, &d->exporter);
	if (s != NULL)
		return c->tree[s - o->source];
	return o->dynamic != NULL ? find_dynamic(c, d, &exporter) : NULL;
}

static struct tree_sum
add_up(const struct collector *c)
{
	struct tree_sum sum = { .rows = 0 };
	size_t i;

	for (i = 0; i < c->trees; i++)
		tree_add(c->tree[i], &sum);
	/* No decoder sees these. */
	sum.counts.value[FLOW_COUNT_STREAM_BAD] += c->losses.bad_streams;
	sum.counts.value[FLOW_COUNT_STREAM_CUT] += c->losses.cut_streams;
	return sum;
}

static void
format_metrics(const struct collector *c, struct buf *out)
{
	struct tree_sum sum = add_up(c);
	struct metrics m = { &sum.counts, sum.rows, c->losses.kernel_drops,
		c->losses.not_journalled, c->losses.refused_connections, sum.sources,
		(int64_t)time(NULL) * 1000 };

	metrics_format(&m, out);
}

void
collector_report(const struct collector *c, struct buf *out)
{
	struct exporter_metrics *e = exporter_metrics_new();
	size_t i;

	format_metrics(c, out);
	metrics_value(out, "refused_datagrams_total", "counter", "datagrams of senders without a directory",
	    c->refused);
	metrics_value(out, "decoded_until_seconds", "gauge", "when the datagram that was decoded last came, since 1970",
	    (uint64_t)(c->now_ms / 1000));
	for (i = 0; i < c->trees && e != NULL; i++)
		exporter_metrics_add(e, tree_decoder(c->tree[i]));
	exporter_metrics_format(e, out);
	exporter_metrics_free(e);
}

void
collector_files(const struct collector *c, struct pipeline_sum *sum)
{
	pipeline_written(c->pipeline, sum);
}

void
collector_look(struct collector *c, const char *journal, struct look *look)
{
	size_t i;

	look_begin(look, pipeline_ends(c->pipeline), journal != NULL ? journal : "");
	for (i = 0; i < c->trees; i++)
		tree_look(c->tree[i], look);
	look_begun(look);
	look_release(look);
}

bool
collector_await_ends(struct collector *c, uint64_t ends, const struct timespec *until)
{
	return pipeline_await_ends(c->pipeline, ends, until);
}

uint64_t
collector_ends_begun(struct collector *c)
{
	return pipeline_ends_begun(c->pipeline);
}

static bool
is_due(const struct tree *t, int64_t now_ms)
{
	return now_ms == ALL_SLOTS ? tree_is_open(t) : tree_due(t, now_ms);
}

/* Ends the slots that are over at that time; the last one also gets the metrics. */
static void
rotate_due(struct collector *c, int64_t now_ms)
{
	struct buf metrics = BUF_INIT;
	size_t i, due = 0;

	for (i = 0; i < c->trees; i++)
		due += is_due(c->tree[i], now_ms);
	for (i = 0; i < c->trees && due > 0; i++) {
		if (!is_due(c->tree[i], now_ms))
			continue;
		if (now_ms != ALL_SLOTS || c->journal.used)
			tree_expire(c->tree[i], c->now_ms);
		c->waiting -= tree_waiting(c->tree[i]);
		tree_flush(c->tree[i]);
		if (--due == 0 && c->options->metrics != NULL)
			format_metrics(c, &metrics);
		tree_rotate(c->tree[i], metrics.len > 0 ? &metrics : NULL);
	}
	buf_release(&metrics);
}

void
collector_rotate(struct collector *c)
{
	rotate_due(c, ALL_SLOTS);
}

bool
collector_journal_begin(struct collector *c, const char *id)
{
	c->journal = (struct tree_journal){ .used = true, .left = id != NULL, .slot_ms = INT64_MIN,
		.saves = c->filing != NULL };
	if (id != NULL)
		(void)snprintf(c->journal.id, sizeof(c->journal.id), "%s", id);
	if (c->filing != NULL)
		c->journal.entry = filing_begin(c->filing);
	if (c->filing != NULL && c->journal.entry == NULL) {
		log_to(c->options->log, LOG_LEVEL_ERROR, "out of memory");
		return false;
	}
	return true;
}

bool
collector_journal_again(struct collector *c, const char *id, struct filing_entry *failed)
{
	if (!collector_journal_begin(c, id))
		return false;
	c->journal.again = failed;
	return true;
}

struct filing_entry *
collector_journal_end(struct collector *c, const char *id)
{
	struct filing_entry *entry = c->journal.entry;

	if (!c->journal.left && id != NULL)
		(void)snprintf(c->journal.id, sizeof(c->journal.id), "%s", id);
	rotate_due(c, ALL_SLOTS);
	c->journal.entry = NULL;
	return entry;
}

/* Hands over the largest waiting groups; if too many files are open, only those of trees with an open file. */
static void
flush_largest(struct collector *c)
{
	size_t files = c->options->open_files > 0 ? c->options->open_files : OPEN_FILES;
	struct tree *largest = NULL;
	size_t i, open = 0;

	for (i = 0; i < c->trees; i++)
		open += tree_has_file(c->tree[i]);
	for (i = 0; i < c->trees; i++)
		if ((open < files || tree_has_file(c->tree[i])) &&
		    (largest == NULL || tree_waiting(c->tree[i]) > tree_waiting(largest)))
			largest = c->tree[i];
	if (largest == NULL)
		return;
	c->waiting -= tree_waiting(largest);
	tree_flush(largest);
}

bool
collector_datagram(struct collector *c, const struct flow_datagram *datagram)
{
	size_t limit = c->options->waiting_bytes > 0 ? c->options->waiting_bytes : WAITING_BYTES;
	struct tree *t = find_tree(c, datagram);
	bool done;

	c->now_ms = datagram->received_ms;
	if (c->journal.used && c->journal.slot_ms == INT64_MIN)
		c->journal.slot_ms = partition_slot(datagram->received_ms, c->options->slot_s);
	if (t == NULL) {
		c->refused++;
		return true;
	}
	if (tree_due(t, datagram->received_ms))
		rotate_due(c, datagram->received_ms);
	c->waiting -= tree_waiting(t);
	done = tree_datagram(t, datagram);
	c->waiting += tree_waiting(t);
	if (c->waiting > limit && c->trees > 1)
		flush_largest(c);
	return done;
}

void
collector_session_end(struct collector *c, const struct addr *exporter, uint16_t port)
{
	const struct flow_datagram d = { .exporter = exporter != NULL ? *exporter : addr_any4 };
	struct tree *t = exporter != NULL ? find_tree(c, &d) : NULL;
	size_t i;

	if (t != NULL)
		tree_session_end(t, exporter, port);
	for (i = 0; exporter == NULL && i < c->trees; i++)
		tree_session_end(c->tree[i], NULL, 0);
}

/* The exporters of dropped datagrams are unknown, so every tree reports all of them. */
void
collector_losses(struct collector *c, const struct collector_losses *losses)
{
	bool more = losses->kernel_drops != c->losses.kernel_drops;
	size_t i;

	c->losses = *losses;
	for (i = 0; i < c->trees && more; i++)
		tree_drops(c->tree[i], losses->kernel_drops);
}

void
collector_written(struct collector *c, uint64_t rows)
{
	c->written += rows;
}

static void
log_count(const struct collector *c, const char *what, uint64_t n)
{
	if (n > 0)
		log_to(c->options->log, LOG_LEVEL_INFO, "  %s: %" PRIu64, what, n);
}

/* received = decoded + undecodable + dropped; decoded flows = written flows. */
static void
log_ledger(const struct collector *c, const struct tree_sum *sum, uint64_t written)
{
	const struct flow_counts *counts = &sum->counts;
	unsigned i;

	log_to(c->options->log, LOG_LEVEL_INFO, "in all: datagrams %" PRIu64 ", flows decoded %" PRIu64
	    ", flows written %" PRIu64 ", sequence gaps %" PRIu64 ", kernel drops %" PRIu64,
	    counts->value[FLOW_COUNT_DATAGRAMS], sum->rows, written,
	    counts->value[FLOW_COUNT_SEQUENCE_LOST], c->losses.kernel_drops);
	log_count(c, "datagrams of other senders, refused", c->refused);
	log_count(c, "datagrams that no journal had when they were decoded", c->losses.not_journalled);
	log_count(c, "TCP connections refused", c->losses.refused_connections);
	for (i = FLOW_COUNT_UNKNOWN_VERSION; i < FLOW_COUNT_COUNT; i++)
		log_count(c, flow_count_text((enum flow_count)i), counts->value[i]);
	for (i = 0; i < FLOW_COUNT_UNKNOWN_VERSION; i++)
		if (counts->value[i] > 0)
			log_to(c->options->log, LOG_LEVEL_DETAIL, "  %s: %" PRIu64,
			    flow_count_text((enum flow_count)i), counts->value[i]);
}

void
collector_tell(const struct collector *c)
{
	struct tree_sum sum = add_up(c);
	struct pipeline_sum written;

	pipeline_written(c->pipeline, &written);
	log_ledger(c, &sum, written.rows + c->written);
}

bool
collector_finish(struct collector *c)
{
	struct tree_sum sum;
	uint64_t written;
	bool done;
	size_t i;

	/* If state is saved, data waits for its template until the next start. */
	for (i = 0; i < c->trees && c->filing == NULL; i++)
		tree_expire(c->tree[i], INT64_MAX);
	rotate_due(c, ALL_SLOTS);
	done = pipeline_finish(c->pipeline, &written);
	written += c->written;
	sum = add_up(c);
	log_ledger(c, &sum, written);
	/* What is still in journals is not written, but not lost either. */
	if (done && written != sum.rows && (c->filing == NULL || filing_waiting(c->filing) == 0)) {
		log_to(c->options->log, LOG_LEVEL_ERROR, "flows were lost between decoding and writing");
		done = false;
	}
	free_trees(c);
	return done;
}

bool
collector_finish_quietly(struct collector *c, uint64_t *rows)
{
	bool done = pipeline_finish(c->pipeline, rows);

	free_trees(c);
	return done;
}
