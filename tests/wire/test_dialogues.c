/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_dialogues [SEED [COUNT]]
 * Invented dialogues, decoded once as a whole and once by decoders that are saved and loaded at
 * every cut: rows, their order, and what is told of exporters at the end of each slot are equal to
 * the byte.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/builder.h"
#include "tap.h"
#include "wire/dialogue.h"
#include "wire/state/decoder_state.h"
#include "wire/wire_helper.h"

#define SEED 20261130
#define COUNT 3000

struct run {
	const struct flow_decoder_options *options;
	bool restarts;
	struct flow_decoder *d;
	struct flow_builder *rows;
	struct buf exporters;		/* a line of JSON for each slot */
	uint64_t restarted, settled, rescued, scaled, evicted, expired;	/* what the dialogues have shown */
};

/* Everything that has a limit meets it. */
static const struct flow_decoder_options small = { .max_sources = 4, .max_templates = 12,
	.max_source_templates = 4, .max_held_bytes = 4096, .max_names = 6, .max_total_names = 16,
	.held_ms = 100000, .template_ms = 400000 };
static const struct flow_decoder_options usual = { .held_ms = 600000 };

static void
restart(struct run *r)
{
	struct flow_decoder *fresh = flow_decoder_new(r->options);
	struct buf state = BUF_INIT, again = BUF_INIT;
	struct flow_error err;

	flow_decoder_save(r->d, &state);
	if (fresh == NULL || state.failed ||
	    flow_decoder_load(fresh, state.data, state.len, &err) != FLOW_OK)
		abort();
	flow_decoder_save(fresh, &again);
	if (again.len != state.len)
		abort();
	r->rescued += flow_decoder_counts(r->d)->value[FLOW_COUNT_SETS_RESCUED];
	r->evicted += flow_decoder_counts(r->d)->value[FLOW_COUNT_SOURCE_EVICTED];
	r->expired += flow_decoder_counts(r->d)->value[FLOW_COUNT_TEMPLATE_EXPIRED];
	flow_decoder_free(r->d);
	r->d = fresh;
	r->restarted++;
	buf_release(&state);
	buf_release(&again);
}

/* As a collector does: about once a second, and when a slot ends. */
static void
settle(struct run *r, int64_t now_ms)
{
	while (flow_decoder_settle(r->d, now_ms, r->rows) == FLOW_OK)
		r->settled += r->restarts;
}

static void
end_slot(struct run *r)
{
	struct flow_source_info info;
	size_t i;

	flow_decoder_exporters_json(r->d, NULL, &r->exporters);
	for (i = 0; i < flow_decoder_sources(r->d); i++) {
		flow_decoder_source(r->d, i, &info);
		buf_printf(&r->exporters, "\n%u %u %" PRIu32 " %zu %zu %" PRId64 " %" PRId64, info.version,
		    info.port, info.sampling, info.templates, info.names, info.first_ms, info.last_ms);
	}
	buf_append_u8(&r->exporters, '\n');
	if (r->restarts)
		restart(r);
	else
		flow_decoder_slot_begin(r->d);
}

static void
step(struct run *r, const struct event *e)
{
	switch (e->what) {
	case HAPPENS_DATAGRAM:
		if (flow_decoder_datagram(r->d, &e->datagram, r->rows) != FLOW_OK)
			abort();
		break;
	case HAPPENS_EXPIRE:
		settle(r, e->datagram.received_ms);
		flow_decoder_expire(r->d, e->datagram.received_ms);
		break;
	case HAPPENS_SESSION_END:
		flow_decoder_session_end(r->d, &e->datagram.exporter, e->datagram.port);
		break;
	case HAPPENS_CUT:
		settle(r, e->datagram.received_ms);
		end_slot(r);
		break;
	}
}

static void
run(struct run *r, const struct dialogue *d)
{
	size_t i;

	r->d = flow_decoder_new(r->options);
	r->rows = flow_builder_new();
	r->exporters = (struct buf)BUF_INIT;
	if (r->d == NULL || r->rows == NULL)
		abort();
	for (i = 0; i < d->events; i++)
		step(r, &d->event[i]);
	end_slot(r);
	flow_decoder_free(r->d);
}

static bool
same_value(const struct flow_column *a, const struct flow_column *b, enum flow_type type, size_t row)
{
	if (flow_column_has(a, row) != flow_column_has(b, row))
		return false;
	if (!flow_column_has(a, row))
		return true;
	if (type == FLOW_TYPE_ADDR)
		return addr_equal((const struct addr *)a->values + row, (const struct addr *)b->values + row);
	if (type == FLOW_TYPE_TEXT)
		return flow_column_text(a, row).len == flow_column_text(b, row).len &&
		    memcmp(flow_column_text(a, row).p, flow_column_text(b, row).p,
			flow_column_text(a, row).len) == 0;
	return flow_column_number(a, type, row) == flow_column_number(b, type, row);
}

/* Tells the first difference. */
static bool
same_rows(uint64_t seed, struct run *a, const struct run *b)
{
	const struct flow_batch *x = flow_builder_batch(a->rows), *y = flow_builder_batch(b->rows);
	unsigned field;
	size_t row;

	if (x->rows != y->rows) {
		printf("# seed %" PRIu64 ": %zu rows without restarts, %zu with\n", seed, x->rows, y->rows);
		return false;
	}
	for (row = 0; row < x->rows; row++)
		for (field = 0; field < FLOW_FIELD_COUNT; field++)
			if (!same_value(&x->column[field], &y->column[field],
			    flow_field_info((enum flow_field)field)->type, row)) {
				printf("# seed %" PRIu64 ": row %zu: %s\n", seed, row,
				    flow_field_info((enum flow_field)field)->name);
				return false;
			}
	return true;
}

static uint64_t
count_scaled(const struct run *r)
{
	const struct flow_batch *b = flow_builder_batch(r->rows);
	const struct flow_column *c = &b->column[FLOW_FIELD_SAMPLING];
	uint64_t n = 0;
	size_t row;

	for (row = 0; row < b->rows; row++)
		n += flow_column_has(c, row) && flow_column_number(c, FLOW_TYPE_U32, row) > 1;
	return n;
}

static bool
same_dialogue(uint64_t seed, struct run *whole, struct run *cut)
{
	struct dialogue d;
	bool same;

	dialogue_make(&d, seed, 150);
	whole->options = cut->options = seed % 2 == 0 ? &usual : &small;
	run(whole, &d);
	run(cut, &d);
	same = same_rows(seed, whole, cut);
	if (same && (whole->exporters.len != cut->exporters.len ||
	    memcmp(whole->exporters.data, cut->exporters.data, cut->exporters.len) != 0)) {
		printf("# seed %" PRIu64 ": exporters\n# %.*s\n# %.*s\n", seed, (int)whole->exporters.len,
		    (char *)whole->exporters.data, (int)cut->exporters.len, (char *)cut->exporters.data);
		same = false;
	}
	cut->scaled += count_scaled(cut);
	flow_builder_free(whole->rows);
	flow_builder_free(cut->rows);
	buf_release(&whole->exporters);
	buf_release(&cut->exporters);
	dialogue_free(&d);
	return same;
}

int
main(int argc, char **argv)
{
	uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) : SEED;
	uint64_t count = argc > 2 ? strtoull(argv[2], NULL, 0) : COUNT, i, wrong = 0;
	struct run whole = { .restarts = false }, cut = { .restarts = true };

	for (i = 0; i < count; i++)
		wrong += !same_dialogue(seed + i, &whole, &cut);
	printf("# %" PRIu64 " restarts, %" PRIu64 " rows with a rate, %" PRIu64 " sets rescued, %" PRIu64
	    " with the template of another port, %" PRIu64 " sources evicted, %" PRIu64
	    " templates expired\n", cut.restarted, cut.scaled, cut.rescued, cut.settled, cut.evicted,
	    cut.expired);
	is_uint(wrong, 0);
	/* The dialogues are about something. */
	ok(cut.restarted > 2 * count && cut.scaled > 5 * count && cut.rescued > count);
	ok(cut.settled > count / 10);
	ok(cut.evicted > count / 10 && cut.expired > count / 10);
	return tap_done();
}
