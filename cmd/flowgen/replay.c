/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "flowgen/replay.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/cli.h"

/* Columns that are encoded, and those that identify exporters. */
static const enum flow_field columns[] = {
	FLOW_FIELD_FIRST, FLOW_FIELD_LAST, FLOW_FIELD_RECEIVED, FLOW_FIELD_SRC_ADDR,
	FLOW_FIELD_DST_ADDR, FLOW_FIELD_SRC_PORT, FLOW_FIELD_DST_PORT, FLOW_FIELD_PROTO,
	FLOW_FIELD_TOS, FLOW_FIELD_TCP_FLAGS, FLOW_FIELD_PACKETS, FLOW_FIELD_BYTES,
	FLOW_FIELD_SAMPLING, FLOW_FIELD_IN_IF, FLOW_FIELD_OUT_IF, FLOW_FIELD_SRC_AS,
	FLOW_FIELD_DST_AS, FLOW_FIELD_SRC_MASK, FLOW_FIELD_DST_MASK, FLOW_FIELD_NEXT_HOP,
	FLOW_FIELD_DIRECTION, FLOW_FIELD_FWD_STATUS, FLOW_FIELD_IP_VERSION, FLOW_FIELD_EXPORTER,
	FLOW_FIELD_DOMAIN,
};

/* A rate has 14 bits in NetFlow v5. */
#define V5_SAMPLING_MAX 16383

/* An exporter and its sampling rate: an announced rate applies to all its flows. */
struct source {
	struct addr exporter;
	uint32_t domain;
	uint32_t sampling;	/* 0: none known */
};

/* A source of the archive, sent as one exporter. */
struct voice {
	struct source source;
	struct sender from;
	struct flow_encoder *encoder;
	bool waits;		/* it has rows to be sent */
};

struct player {
	const struct options *options;
	struct sink *sink;
	struct flow_filter *filter;		/* NULL: everything */
	struct flow_filter_state *state;
	struct flow_scan *scan;
	struct flow_scan_worker *worker;
	struct voice *voice;
	size_t voices, cap, last;		/* last: the voice of the last row */
	struct buf waiting;			/* numbers of voices that wait, uint32_t */
	int64_t received_ms;			/* receive time of these rows */
	struct flow_datagrams datagrams;
	uint64_t left;				/* flows that may still be sent */
	bool closed;				/* the reader has gone */
	bool incomplete;			/* something could not be read */
};

static int
deliver(struct player *p, const struct voice *v)
{
	int status = CLI_OK;

	if (p->datagrams.count > 0)
		status = sink_datagrams(p->sink, &v->from, &p->datagrams, &p->closed);
	flow_datagrams_clear(&p->datagrams);
	return status;
}

/* Changes the domain if another source has it: over UDP all share one address. */
static uint32_t
free_domain(const struct player *p, uint32_t domain)
{
	size_t i;

	for (i = 0; i < p->voices; i++)
		if (p->voice[i].source.domain == domain)
			return UINT32_C(0x80000000) + (uint32_t)p->voices;
	return domain;
}

/* Omits a rate that v5 cannot announce; then counters stay scaled. */
static uint32_t
announced(const struct player *p, uint32_t sampling)
{
	return p->options->version == 5 && sampling > V5_SAMPLING_MAX ? 0 : sampling;
}

static struct voice *
add_voice(struct player *p, const struct source *source)
{
	struct flow_encoder_options eo = { .version = p->options->version, .scheme = p->options->scheme,
	    .device = p->options->device,
		.exporter = source->exporter,
		.domain = free_domain(p, source->domain),
		.sampling = announced(p, source->sampling) };
	struct flow_encoder *encoder = flow_encoder_new(&eo);

	if (p->voices == p->cap) {
		size_t cap = p->cap != 0 ? 2 * p->cap : 16;
		struct voice *voice = realloc(p->voice, cap * sizeof(*voice));

		if (voice == NULL) {
			flow_encoder_free(encoder);
			return NULL;
		}
		p->voice = voice;
		p->cap = cap;
	}
	if (encoder == NULL)
		return NULL;
	p->voice[p->voices] = (struct voice){ *source,
		{ (uint32_t)p->voices, source->exporter, (uint32_t)p->voices, 0 }, encoder, false };
	p->last = p->voices;
	return &p->voice[p->voices++];
}

static struct voice *
find_voice(struct player *p, const struct source *source)
{
	size_t n, i = p->last;

	for (n = 0; n < p->voices; n++, i = i + 1 < p->voices ? i + 1 : 0) {
		const struct source *s = &p->voice[i].source;

		if (s->domain == source->domain && s->sampling == source->sampling &&
		    addr_equal(&s->exporter, &source->exporter)) {
			p->last = i;
			return &p->voice[i];
		}
	}
	return add_voice(p, source);
}

static uint32_t
number_of(const struct flow_batch *b, enum flow_field field, size_t row)
{
	const struct flow_column *c = &b->column[field];

	return flow_column_has(c, row) ? ((const uint32_t *)c->values)[row] : 0;
}

static uint32_t
exporter_code(const struct flow_batch *b, size_t row)
{
	const struct flow_column *c = &b->column[FLOW_FIELD_EXPORTER];

	return flow_column_has(c, row) ? c->codes[row] : UINT32_MAX;
}

static bool
same_source(const struct flow_batch *b, size_t row, size_t other)
{
	return exporter_code(b, row) == exporter_code(b, other) &&
	    number_of(b, FLOW_FIELD_DOMAIN, row) == number_of(b, FLOW_FIELD_DOMAIN, other) &&
	    number_of(b, FLOW_FIELD_SAMPLING, row) == number_of(b, FLOW_FIELD_SAMPLING, other);
}

/* Sends waiting rows, so that a datagram has rows of only one time, and datagrams are in the order of time. */
static int
flush_waiting(struct player *p)
{
	const uint32_t *number = (const uint32_t *)(const void *)p->waiting.data;
	size_t n = p->waiting.len / sizeof(*number), i;
	int status = CLI_OK;

	for (i = 0; i < n && status == CLI_OK && !p->closed; i++) {
		struct voice *v = &p->voice[number[i]];

		v->waits = false;
		if (flow_encoder_flush(v->encoder, 0, &p->datagrams) != FLOW_OK)
			return cli_fail("out of memory");
		status = deliver(p, v);
	}
	buf_clear(&p->waiting);
	return status;
}

static enum flow_status
note_waiting(struct player *p, struct voice *v)
{
	uint32_t number = (uint32_t)(v - p->voice);

	if (v->waits)
		return FLOW_OK;
	v->waits = true;
	buf_append(&p->waiting, &number, sizeof(number));
	return buf_status(&p->waiting);
}

static int64_t
received_of(const struct flow_batch *b, size_t row)
{
	const struct flow_column *c = &b->column[FLOW_FIELD_RECEIVED];

	return flow_column_has(c, row) ? ((const int64_t *)c->values)[row] : 0;
}

/* Encodes rows [from, from + rows) of one source and time. */
static int
play_run(struct player *p, const struct flow_batch *b, size_t from, size_t rows)
{
	const struct flow_column *c = &b->column[FLOW_FIELD_EXPORTER];
	struct source source = { addr_any4, number_of(b, FLOW_FIELD_DOMAIN, from),
		number_of(b, FLOW_FIELD_SAMPLING, from) };
	struct voice *v;
	int status;

	if (flow_column_has(c, from)) {
		struct flow_text text = flow_column_text(c, from);

		if (!addr_parse(text.p, text.len, &source.exporter))
			source.exporter = addr_any4;
	}
	if (received_of(b, from) != p->received_ms && (status = flush_waiting(p)) != CLI_OK)
		return status;
	p->received_ms = received_of(b, from);
	v = find_voice(p, &source);
	if (v == NULL || note_waiting(p, v) != FLOW_OK ||
	    flow_encoder_batch(v->encoder, b, from, rows, &p->datagrams) != FLOW_OK)
		return cli_fail("out of memory");
	return deliver(p, v);
}

/* Splits the selected rows into runs of adjacent rows with the same source and time. */
static int
play_batch(struct player *p, const struct flow_batch *b, const struct flow_selection *sel)
{
	int status = CLI_OK;
	uint32_t i, n;

	for (i = 0; i < sel->count && status == CLI_OK && p->left > 0 && !p->closed; i += n) {
		uint32_t from = flow_selection_row(sel, i);

		for (n = 1; i + n < sel->count && n < p->left; n++) {
			uint32_t row = flow_selection_row(sel, i + n);

			if (row != from + n || !same_source(b, row, from) ||
			    received_of(b, row) != received_of(b, from))
				break;
		}
		status = play_run(p, b, from, n);
		p->left -= n;
	}
	return status;
}

/* Keeps the selected rows that begin in the window. */
static void
keep_window(const struct stamp_window *w, const struct flow_batch *b, struct flow_selection *sel)
{
	const int64_t *first = b->column[FLOW_FIELD_FIRST].values;
	uint32_t i, kept = 0;

	for (i = 0; i < sel->count; i++) {
		uint32_t row = flow_selection_row(sel, i);

		if (first != NULL && first[row] >= w->from_ms && first[row] < w->to_ms)
			sel->row[kept++] = (uint16_t)row;
	}
	sel->all = false;
	sel->count = kept;
}

static int
choose(struct player *p, const struct flow_batch *b, struct flow_selection *sel)
{
	const struct stamp_window *w = &p->options->window;

	if (p->filter == NULL)
		flow_selection_all(sel, b->rows);
	else if (flow_filter_select(p->state, b, sel) != FLOW_OK)
		return cli_fail("out of memory");
	if (w->from_ms != INT64_MIN || w->to_ms != INT64_MAX)
		keep_window(w, b, sel);
	return CLI_OK;
}

static int
play_all(struct player *p, const volatile int *stop)
{
	const struct flow_batch *b;
	struct flow_selection sel;
	struct flow_error err;
	enum flow_status st;
	int status = CLI_OK;
	size_t task;

	while (flow_scan_take(p->worker, &task)) {
		while ((st = flow_scan_next(p->worker, &b, &err)) == FLOW_OK) {
			status = choose(p, b, &sel);
			if (status == CLI_OK)
				status = play_batch(p, b, &sel);
			if (status != CLI_OK || *stop || p->closed || p->left == 0)
				return status;
		}
		if (st != FLOW_END) {
			(void)cli_fail_error(&err);
			p->incomplete = true;
		}
	}
	return CLI_OK;
}

static void
tell_skipped(const struct player *p)
{
	uint64_t skipped = 0, shortened = 0;
	size_t i;

	for (i = 0; i < p->voices; i++) {
		skipped += flow_encoder_skipped(p->voice[i].encoder);
		shortened += flow_encoder_shortened(p->voice[i].encoder);
	}
	if (skipped > 0)
		cli_warn("%" PRIu64 " flows were left out: %s", skipped, p->options->version < 9
		    ? "NetFlow before v9 has no IPv6" : "no template is for them");
	if (shortened > 0)
		cli_warn("%" PRIu64 " flows were sent without some of their columns: an exporter has more kinds "
		    "of flows than templates", shortened);
}

static int
filter_misuse(const char *path, const struct flow_error *err)
{
	if (err->status == FLOW_ENOMEM || err->status == FLOW_EIO)
		return cli_fail_error(err);
	return cli_misuse("-f %s: %s", path, err->message);
}

static int
open_filter(struct player *p)
{
	const char *text = p->options->filter;
	struct buf caret = BUF_INIT;
	struct flow_error err;

	if (p->options->filter_file != NULL) {
		if (flow_filter_parse_file(p->options->filter_file, NULL, &p->filter, &err) != FLOW_OK)
			return filter_misuse(p->options->filter_file, &err);
	} else if (text == NULL) {
		return CLI_OK;
	} else if (flow_filter_parse(text, strlen(text), NULL, &p->filter, &err) != FLOW_OK) {
		flow_filter_caret(text, strlen(text), &err, &caret);
		(void)cli_fail("filter: %s\n%.*s", err.message, (int)caret.len, (char *)caret.data);
		buf_release(&caret);
		return CLI_MISUSE;
	}
	p->state = flow_filter_state_new(p->filter);
	return p->state != NULL ? CLI_OK : cli_fail("out of memory");
}

static int
open_scan(struct player *p, const struct flow_files *files)
{
	struct flow_scan_options so = { .threads = 1 };
	struct flow_error err;
	size_t i;

	for (i = 0; i < ARRAY_LEN(columns); i++)
		flow_fieldset_add(&so.early, columns[i]);
	if (p->options->device != NULL)
		flow_fieldset_union(&so.early, flow_device_fields(p->options->device));
	if (p->filter != NULL) {
		flow_fieldset_union(&so.early, flow_filter_fields(p->filter));
		so.bounds = flow_filter_bounds(p->filter);
	}
	if (flow_scan_open((const char *const *)files->path, files->count, &so, &p->scan, &err) !=
	    FLOW_OK)
		return cli_fail_error(&err);
	if (flow_scan_notice(p->scan) != NULL)
		cli_warn("%s", flow_scan_notice(p->scan));
	for (i = 0; flow_scan_problem(p->scan, i) != NULL; i++) {
		cli_warn("%s", flow_scan_problem(p->scan, i));
		p->incomplete = true;
	}
	p->worker = flow_scan_worker_new(p->scan);
	return p->worker != NULL ? CLI_OK : cli_fail("out of memory");
}

static int
find_files(struct player *p, struct flow_files *files)
{
	size_t i;

	for (i = 0; i < p->options->replays; i++)
		if (flow_files_add(files, p->options->replay[i]) != FLOW_OK)
			return cli_fail("out of memory");
	flow_files_sort(files);
	for (i = 0; i < files->problems; i++) {
		cli_warn("%s", files->problem[i]);
		p->incomplete = true;
	}
	return CLI_OK;
}

static void
release(struct player *p)
{
	size_t i;

	for (i = 0; i < p->voices; i++)
		flow_encoder_free(p->voice[i].encoder);
	free(p->voice);
	buf_release(&p->waiting);
	flow_scan_worker_free(p->worker);
	flow_scan_free(p->scan);
	flow_filter_state_free(p->state);
	flow_filter_free(p->filter);
	flow_datagrams_release(&p->datagrams);
}

int
replay(const struct options *o, struct sink *sink, const volatile int *stop, bool *keep)
{
	struct player p = { .options = o, .sink = sink, .datagrams = FLOW_DATAGRAMS_INIT,
		.left = o->flows != 0 ? o->flows : UINT64_MAX };
	struct flow_files files = FLOW_FILES_INIT;
	int status = open_filter(&p);

	if (status == CLI_OK)
		status = find_files(&p, &files);
	if (status == CLI_OK)
		status = open_scan(&p, &files);
	if (status == CLI_OK)
		status = play_all(&p, stop);
	if (status == CLI_OK && !p.closed)
		status = flush_waiting(&p);
	if (status == CLI_OK)
		tell_skipped(&p);
	*keep = status == CLI_OK && (p.voices > 0 || !p.incomplete);
	if (status == CLI_OK && p.incomplete)
		status = CLI_FAILURE;
	release(&p);
	flow_files_clear(&files);
	return status;
}
