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
#include "collect/tree.h"
#include "collect/metrics.h"
#include "collect/sources.h"

/* Exporters that get a directory of -M; a power of two, twice as many places. */
#define ROUTES_MAX 1024
#define ROUTE_SLOTS (2 * ROUTES_MAX)

#define ALL_SLOTS INT64_MAX	/* a time at which all are over */

/* Where an exporter's datagrams go. */
struct route {
	bool used;
	struct addr exporter;
	struct tree *tree;	/* NULL: nowhere */
};

struct collector {
	const struct collect_options *options;
	struct pipeline *pipeline;
	struct tree **tree;	/* -w: one; -n: in their order; -M: as they came */
	size_t trees;
	struct route *route;		/* -M: by hash */
	size_t routes;
	uint64_t drops;
	uint64_t refused;		/* datagrams of senders without a directory */
};

static struct tree *
add_tree(struct collector *c, const char *directory, const char *ident)
{
	struct tree **bigger = realloc(c->tree, (c->trees + 1) * sizeof(*bigger));
	struct tree *a;

	if (bigger == NULL)
		return NULL;
	c->tree = bigger;
	a = tree_new(c->options, directory, ident, c->pipeline);
	if (a == NULL)
		return NULL;
	tree_drops(a, c->drops);
	return c->tree[c->trees++] = a;
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
		return add_tree(c, o->directory, o->writer.ident) != NULL;
	for (i = 0; i < o->sources; i++)
		if (add_tree(c, o->source[i].directory, o->source[i].ident) == NULL)
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
collector_new(const struct collect_options *options, unsigned builders)
{
	struct collector *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->options = options;
	c->pipeline = pipeline_new(options, builders);
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

/* The place of an exporter among the routes, taken or not. */
static struct route *
route_of(const struct collector *c, const struct addr *exporter)
{
	size_t i = (size_t)hash_mix128(addr_hi(exporter), addr_lo(exporter)) & (ROUTE_SLOTS - 1);

	while (c->route[i].used && !addr_equal(&c->route[i].exporter, exporter))
		i = (i + 1) & (ROUTE_SLOTS - 1);
	return &c->route[i];
}

/* Makes an exporter's directory and archive; NULL after a log line. */
static struct tree *
make_dynamic(struct collector *c, const struct addr *exporter)
{
	char name[SOURCE_NAME_MAX];
	struct tree *a = NULL;
	char *path;

	source_name(exporter, name);
	if (asprintf(&path, "%s/%s", c->options->dynamic, name) < 0)
		return NULL;
	if (mkdir(path, 0777) != 0 && errno != EEXIST)
		log_to(c->options->log, LOG_LEVEL_ERROR, "%s: %s: its flows are refused", path, strerror(errno));
	else if ((a = add_tree(c, path, name)) == NULL)
		log_to(c->options->log, LOG_LEVEL_ERROR, "%s: out of memory: its flows are refused", path);
	free(path);
	return a;
}

static struct tree *
find_dynamic(struct collector *c, const struct flow_datagram *d)
{
	struct route *r = route_of(c, &d->exporter);

	/* Whoever sends anything else gets no directory. */
	if (r->used || !flow_datagram_is_export(d))
		return r->tree;
	if (c->routes == ROUTES_MAX) {
		if (c->refused == 0)
			log_to(c->options->log, LOG_LEVEL_ERROR, "more than %d exporters: further ones are refused",
			    ROUTES_MAX);
		return NULL;
	}
	c->routes++;
	*r = (struct route){ true, d->exporter, make_dynamic(c, &d->exporter) };
	return r->tree;
}

/* NULL: of no business here. */
static struct tree *
find_tree(struct collector *c, const struct flow_datagram *d)
{
	const struct collect_options *o = c->options;
	const struct collect_source *s;

	if (o->directory != NULL)
		return c->tree[0];
	s = sources_find(o, &d->exporter);
	if (s != NULL)
		return c->tree[s - o->source];
	return o->dynamic != NULL ? find_dynamic(c, d) : NULL;
}

static struct tree_sum
add_up(const struct collector *c)
{
	struct tree_sum sum = { .rows = 0 };
	size_t i;

	for (i = 0; i < c->trees; i++)
		tree_add(c->tree[i], &sum);
	return sum;
}

static void
format_metrics(const struct collector *c, struct buf *out)
{
	struct tree_sum sum = add_up(c);
	struct metrics m = { &sum.counts, sum.rows, c->drops, sum.sources,
		(int64_t)time(NULL) * 1000 };

	metrics_format(&m, out);
}

/* Ends the slots that are over before that time; the metrics go with the last of them. */
static void
rotate_due(struct collector *c, int64_t now_ms)
{
	struct buf metrics = BUF_INIT;
	size_t i, due = 0;

	for (i = 0; i < c->trees; i++)
		due += tree_due(c->tree[i], now_ms);
	for (i = 0; i < c->trees && due > 0; i++) {
		if (!tree_due(c->tree[i], now_ms))
			continue;
		if (now_ms != ALL_SLOTS)
			tree_expire(c->tree[i], now_ms);
		tree_flush(c->tree[i]);
		if (--due == 0 && c->options->metrics != NULL)
			format_metrics(c, &metrics);
		tree_rotate(c->tree[i], metrics.len > 0 ? &metrics : NULL);
	}
	buf_release(&metrics);
}

void
collector_tick(struct collector *c, int64_t now_ms)
{
	rotate_due(c, now_ms);
}

void
collector_rotate(struct collector *c)
{
	rotate_due(c, ALL_SLOTS);
}

bool
collector_datagram(struct collector *c, const struct flow_datagram *datagram)
{
	struct tree *a = find_tree(c, datagram);

	if (a == NULL) {
		c->refused++;
		return true;
	}
	if (tree_due(a, datagram->received_ms))
		rotate_due(c, datagram->received_ms);
	return tree_datagram(a, datagram);
}

void
collector_session_end(struct collector *c, const struct addr *exporter, uint16_t port)
{
	const struct flow_datagram d = { .exporter = *exporter };
	struct tree *a = find_tree(c, &d);

	if (a != NULL)
		tree_session_end(a, exporter, port);
}

/* Whose they were is not known: every archive tells them all. */
void
collector_drops(struct collector *c, uint64_t drops)
{
	size_t i;

	if (drops == c->drops)
		return;
	c->drops = drops;
	for (i = 0; i < c->trees; i++)
		tree_drops(c->tree[i], drops);
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
	    counts->value[FLOW_COUNT_SEQUENCE_LOST], c->drops);
	if (c->refused > 0)
		log_to(c->options->log, LOG_LEVEL_INFO, "  datagrams of other senders, refused: %" PRIu64, c->refused);
	for (i = FLOW_COUNT_UNKNOWN_VERSION; i < FLOW_COUNT_COUNT; i++)
		if (counts->value[i] > 0)
			log_to(c->options->log, LOG_LEVEL_INFO, "  %s: %" PRIu64, flow_count_text((enum flow_count)i),
			    counts->value[i]);
	for (i = 0; i < FLOW_COUNT_UNKNOWN_VERSION; i++)
		if (counts->value[i] > 0)
			log_to(c->options->log, LOG_LEVEL_DETAIL, "  %s: %" PRIu64,
			    flow_count_text((enum flow_count)i), counts->value[i]);
}

bool
collector_finish(struct collector *c)
{
	struct tree_sum sum;
	uint64_t written;
	bool done;
	size_t i;

	for (i = 0; i < c->trees; i++)
		tree_expire(c->tree[i], INT64_MAX);
	rotate_due(c, ALL_SLOTS);
	done = pipeline_finish(c->pipeline, &written);
	sum = add_up(c);
	log_ledger(c, &sum, written);
	if (done && written != sum.rows) {
		log_to(c->options->log, LOG_LEVEL_ERROR, "flows were lost between decoding and writing");
		done = false;
	}
	free_trees(c);
	return done;
}
