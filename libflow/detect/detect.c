/* SPDX-License-Identifier: BSD-2-Clause */
#include "detect/detect.h"

#include <stdlib.h>
#include <string.h>

#include "detect/contacts.h"
#include "detect/detector.h"
#include "detect/pairing.h"

static const struct detector *const detectors[] = { &scan_of_hosts, &scan_of_ports, &beacons, &syn_floods,
    &other_floods, &reflections, &leaks, &listed };

#define DETECTORS (sizeof(detectors) / sizeof(detectors[0]))

struct flow_detect {
	struct flow_detect_options options;
	struct detect_scope scope;
	struct pairing *pairing;
	unsigned from, to;
	struct tally tally[DETECTORS];		/* no counters for a detector that is off */
	struct findings findings[DETECTORS];
	bool any[DETECTORS];			/* some key may reach the threshold */
	uint64_t seed;				/* of the matcher's hashes */
};

struct flow_detect_worker {
	struct flow_detect *detect;
	struct addr_cache cache[2];
	struct detect_rows rows;
	struct matcher matcher;
	struct evidence_log log[DETECTORS];
	struct findings findings[DETECTORS];
	size_t bytes;
};

static bool
is_on(const struct flow_detect *d, size_t i)
{
	return (d->options.what & detectors[i]->what) != 0;
}

struct flow_detect *
flow_detect_new(const struct flow_detect_options *options, uint64_t rows)
{
	struct flow_detect *d = calloc(1, sizeof(*d));
	bool good = d != NULL;

	if (!good)
		return NULL;
	d->options = *options;
	d->to = FLOW_DETECT_SHARES;
	d->seed = options->seed;
	d->pairing = calloc(1, sizeof(*d->pairing));
	good = d->pairing != NULL;
	/* rows / 16: few keys of a day share a counter, and the counters fit into the CPU's cache. */
	for (size_t i = 0; i < DETECTORS && good; i++)
		if (is_on(d, i))
			good = tally_init(&d->tally[i], rows / 16, detectors[i]->use);
	if (!good) {
		flow_detect_free(d);
		return NULL;
	}
	return d;
}

void
flow_detect_free(struct flow_detect *d)
{
	if (d == NULL)
		return;
	for (size_t i = 0; i < DETECTORS; i++) {
		tally_clear(&d->tally[i]);
		findings_clear(&d->findings[i]);
	}
	free(d->pairing);
	free(d);
}

void
flow_detect_fields(unsigned what, struct flow_fieldset *set)
{
	UNUSED(what);
	detect_rows_fields(set);
}

struct flow_detect_worker *
flow_detect_worker_new(struct flow_detect *d, size_t bytes)
{
	struct flow_detect_worker *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->detect = d;
	w->matcher.seed = d->seed;
	w->bytes = bytes;
	for (size_t i = 0; i < 2 && d->options.lists != NULL; i++)
		w->cache[i].marks = (struct addr_marks){ net_lists_sets(d->options.lists),
			d->options.own != NULL ? net_lists_sets(d->options.own) : NULL };
	for (size_t i = 0; i < DETECTORS; i++)
		evidence_log_init(&w->log[i], detectors[i]->record);
	return w;
}

void
flow_detect_worker_free(struct flow_detect_worker *w)
{
	if (w == NULL)
		return;
	for (size_t i = 0; i < DETECTORS; i++) {
		evidence_log_clear(&w->log[i]);
		findings_clear(&w->findings[i]);
	}
	addr_cache_release(&w->cache[0]);
	addr_cache_release(&w->cache[1]);
	free(w);
}

static struct detect_context
context_of(struct flow_detect *d, size_t i)
{
	return (struct detect_context){ .options = &d->options, .scope = &d->scope, .tally = &d->tally[i],
		.from = d->from, .to = d->to };
}

/* Only UDP can show whether answers are among the rows: TCP has flags, and pings may be few. */
static void
count_pairs(struct flow_detect *d, const struct detect_rows *r)
{
	uint64_t rows = 0, ends;
	bool forward;

	for (uint32_t i = 0; i < r->n; i++) {
		if (r->proto[i] != PROTO_UDP || !contact_wants_answer(r->contact[i]))
			continue;
		ends = matcher_ends(0, r, i, &forward);
		pairing_add(d->pairing, ends, forward);
		rows++;
	}
	(void)atomic_fetch_add_explicit(&d->pairing->rows, rows, memory_order_relaxed);
}

enum flow_status
flow_detect_count(struct flow_detect_worker *w, const struct flow_batch *batch, const struct flow_selection *sel,
    struct flow_error *err)
{
	struct flow_detect *d = w->detect;
	uint32_t at = 0;

	if (!detect_rows_begin(w->cache, batch, sel))
		return flow_fail_memory(err);
	while (detect_rows_next(&w->rows, w->cache, batch, sel, &at)) {
		contacts_tell(&w->rows);
		matcher_look(&w->matcher, &w->rows);
		count_pairs(d, &w->rows);
		for (size_t i = 0; i < DETECTORS; i++) {
			struct detect_context c = context_of(d, i);

			if (is_on(d, i))
				detectors[i]->count(&c, &w->rows);
		}
	}
	return FLOW_OK;
}

enum flow_status
flow_detect_counted(struct flow_detect *d, bool *any, struct flow_error *err)
{
	*any = false;
	d->scope.answers_seen = pairing_answers(d->pairing);
	for (size_t i = 0; i < DETECTORS; i++) {
		if (!is_on(d, i))
			continue;
		if (!tally_close(&d->tally[i], detectors[i]->least(&d->options), d->scope.answers_seen, &d->any[i]))
			return flow_fail_memory(err);
		*any |= d->any[i];
	}
	return FLOW_OK;
}

void
flow_detect_share(struct flow_detect *d, unsigned from, unsigned to)
{
	d->from = from;
	d->to = to;
}

static bool
is_full(const struct flow_detect_worker *w)
{
	size_t bytes = 0;

	for (size_t i = 0; i < DETECTORS; i++)
		bytes += w->log[i].bytes;
	return bytes > w->bytes;
}

enum flow_status
flow_detect_keep(struct flow_detect_worker *w, const struct flow_batch *batch, const struct flow_selection *sel,
    struct flow_error *err)
{
	enum flow_status st = FLOW_OK;
	uint32_t at = 0;

	if (!detect_rows_begin(w->cache, batch, sel))
		return flow_fail_memory(err);
	while (st == FLOW_OK && detect_rows_next(&w->rows, w->cache, batch, sel, &at)) {
		contacts_tell(&w->rows);
		for (size_t i = 0; i < DETECTORS && st == FLOW_OK; i++) {
			struct detect_context c = context_of(w->detect, i);

			if (w->detect->any[i])
				st = detectors[i]->keep(&c, &w->rows, &w->log[i]);
		}
	}
	if (st != FLOW_OK)
		return flow_fail_memory(err);
	return is_full(w) ? flow_fail(err, FLOW_ELIMIT, FLOW_NO_OFFSET,
	    "what flows tell of one 256th of the keys does not fit: give more with --memory") : FLOW_OK;
}

/* Judges one part of all workers' evidence for detector k. */
static enum flow_status
judge_part(struct flow_detect *d, struct flow_detect_worker *const *w, size_t n, size_t k, unsigned part,
    struct findings *out)
{
	struct detect_context c = context_of(d, k);
	enum flow_status st;
	uint64_t count = 0;
	void *all, *to;

	for (size_t i = 0; i < n; i++)
		count += w[i]->log[k].count[part];
	if (count == 0)
		return FLOW_OK;
	all = malloc(count * detectors[k]->record);
	if (all == NULL)
		return FLOW_ENOMEM;
	to = all;
	for (size_t i = 0; i < n; i++)
		to = evidence_log_take(&w[i]->log[k], part, to);
	st = detectors[k]->judge(&c, all, count, out);
	free(all);
	findings_trim(out, d->options.most);
	return st;
}

enum flow_status
flow_detect_judge(struct flow_detect *d, struct flow_detect_worker *const *w, size_t n, size_t i,
    struct flow_error *err)
{
	enum flow_status st = FLOW_OK;

	for (unsigned part = (unsigned)i; part < LOG_PARTS && st == FLOW_OK; part += (unsigned)n)
		for (size_t k = 0; k < DETECTORS && st == FLOW_OK; k++)
			st = judge_part(d, w, n, k, part, &w[i]->findings[k]);
	return st == FLOW_OK ? FLOW_OK : flow_fail_memory(err);
}

enum flow_status
flow_detect_gather(struct flow_detect *d, struct flow_detect_worker *const *w, size_t n, struct flow_error *err)
{
	enum flow_status st = FLOW_OK;

	for (size_t k = 0; k < DETECTORS; k++) {
		for (size_t i = 0; i < n; i++)
			for (size_t f = 0; f < w[i]->findings[k].count && st == FLOW_OK; f++)
				st = findings_add(&d->findings[k], &w[i]->findings[k].list[f]);
		findings_trim(&d->findings[k], d->options.most);
		findings_sort(&d->findings[k]);
	}
	return st == FLOW_OK ? FLOW_OK : flow_fail_memory(err);
}

/* The index of a table's detector. */
static size_t
table_detector(unsigned what, size_t table)
{
	size_t i = 0;

	for (; i < DETECTORS; i++)
		if ((what & detectors[i]->what) != 0 && table-- == 0)
			break;
	return i;
}

size_t
flow_detect_tables(unsigned what)
{
	size_t n = 0;

	for (size_t i = 0; i < DETECTORS; i++)
		n += (what & detectors[i]->what) != 0;
	return n;
}

uint64_t
flow_detect_rows(const struct flow_detect *d, size_t table)
{
	uint64_t rows = d->findings[table_detector(d->options.what, table)].count;

	return d->options.most > 0 && rows > d->options.most ? d->options.most : rows;
}

enum flow_status
flow_detect_table(const struct flow_detect *d, size_t table, uint64_t from, size_t rows, struct flow_table **out,
    struct flow_error *err)
{
	size_t k = table_detector(d->options.what, table);
	uint64_t total = flow_detect_rows(d, table);

	if (from > total)
		from = total;
	if (rows > total - from)
		rows = (size_t)(total - from);
	if (finding_table(detectors[k], &d->options, d->findings[k].list, from, rows, total, out) != FLOW_OK)
		return flow_fail_memory(err);
	return FLOW_OK;
}
