/* SPDX-License-Identifier: BSD-2-Clause */
#include "nightly-report/cube.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "common/cli.h"
#include "nightly-report/cube_codes.h"
#include "nightly-report/cube_tuples.h"
#include "nightly-report/cube_values.h"

struct pass {
	struct query *query;
	struct cube **cube;		/* of each worker */
	const struct net_sets *local;
	atomic_bool failed;
};

static inline void
add_sums(struct cube_sums *to, const struct cube_sums *more)
{
	to->flows += more->flows;
	to->packets += more->packets;
	to->bytes += more->bytes;
}

/*
 * Adds one row by its codes, for the values that the cube has.  The sums of the others are computed in the
 * end (make_others), so that a third of 55 sums is touched.
 */
static bool
add_row(struct cube *cube, const struct cube_codes *codes, uint32_t row, size_t bin, const struct cube_sums *sums)
{
	size_t dim[CUBE_DIMS], code[CUBE_DIMS], n = 0;
	uint64_t key = 0;

	for (size_t d = 0; d < CUBE_DIMS; d++) {
		bool own = codes->code[d][row] < cube->dim[d].count;

		dim[n] = d;
		code[n] = codes->code[d][row];
		key |= (uint64_t)(own ? code[n] : CUBE_TUPLE_OTHER) << (d * CUBE_TUPLE_BITS);
		n += own;
	}
	add_sums(&cube->all[bin], sums);
	for (size_t i = 0; i < n; i++) {
		add_sums(&cube->time[dim[i]][code[i]][bin], sums);
		for (size_t k = i + 1; k < n; k++)
			add_sums(&cube->pair[dim[i]][dim[k]][code[i]][code[k]], sums);
	}
	return cube_tuples_add(cube->tuples, key, sums);
}

/* A column's numbers; NULL: no row has a value. */
static const uint64_t *
numbers_of(const struct flow_batch *batch, enum flow_field field)
{
	const struct flow_column *c = &batch->column[field];

	return c->form == FLOW_FORM_FLAT ? c->values : NULL;
}

static inline uint64_t
number_at(const uint64_t *number, const struct flow_column *c, uint32_t row, uint64_t otherwise)
{
	return number != NULL && (c->valid == NULL || bitmap_get(c->valid, row)) ? number[row] : otherwise;
}

static inline size_t
bin_of(int64_t first, int64_t all)
{
	if (all <= INT64_MAX / CUBE_BINS)
		return (size_t)(first * CUBE_BINS / all);
	return (size_t)((__int128)first * CUBE_BINS / all);
}

/* False when out of memory. */
static bool
add_batch(struct cube *cube, struct cube_codes *codes, const struct flow_batch *batch, const struct flow_selection *sel)
{
	static const enum flow_field field[] = { FLOW_FIELD_FIRST, FLOW_FIELD_FLOWS, FLOW_FIELD_PACKETS,
	    FLOW_FIELD_BYTES };
	int64_t from = cube->span.from_ms, all = cube->span.to_ms - from;
	const struct flow_column *c[ARRAY_LEN(field)];
	const uint64_t *v[ARRAY_LEN(field)];

	for (size_t f = 0; f < ARRAY_LEN(field); f++) {
		c[f] = &batch->column[field[f]];
		v[f] = numbers_of(batch, field[f]);
	}
	for (uint32_t i = 0; i < sel->count; i++) {
		uint32_t row = flow_selection_row(sel, i);
		int64_t first = (int64_t)number_at(v[0], c[0], row, 0) - from;
		const struct cube_sums sums = { number_at(v[1], c[1], row, 1), number_at(v[2], c[2], row, 0),
			number_at(v[3], c[3], row, 0) };

		if (first >= 0 && first < all && !add_row(cube, codes, row, bin_of(first, all), &sums))
			return false;
	}
	return true;
}

static void
work(void *context, unsigned i)
{
	struct pass *p = context;
	struct query_worker *worker = query_worker_new(p->query);
	struct cube_codes *codes = cube_codes_new(p->cube[i], p->local);
	const struct flow_selection *selection;
	const struct flow_batch *batch;
	size_t task;

	if (worker == NULL || codes == NULL)
		p->failed = true;
	while (!p->failed && query_take(worker, &task))
		while (!p->failed && query_next(worker, &batch, &selection)) {
			if (!cube_codes_fill(codes, batch) || !add_batch(p->cube[i], codes, batch, selection))
				p->failed = true;
		}
	cube_codes_free(codes);
	query_worker_free(worker);
}

/* Adds another worker's sums.  They consist only of 64-bit numbers. False when out of memory. */
static bool
merge(struct cube *to, const struct cube *from)
{
	uint64_t *const at[] = { &to->all[0].flows, &to->time[0][0][0].flows, &to->pair[0][0][0][0].flows };
	const uint64_t *const more[] = { &from->all[0].flows, &from->time[0][0][0].flows,
	    &from->pair[0][0][0][0].flows };
	const size_t count[] = { sizeof(to->all) / (sizeof(uint64_t)), sizeof(to->time) / (sizeof(uint64_t)),
		sizeof(to->pair) / (sizeof(uint64_t)) };

	for (size_t k = 0; k < ARRAY_LEN(at); k++)
		for (size_t i = 0; i < count[k]; i++)
			at[k][i] += more[k][i];
	return cube_tuples_merge(to->tuples, from->tuples);
}

static void
take_sums(struct cube_sums *from, const struct cube_sums *less)
{
	from->flows -= less->flows;
	from->packets -= less->packets;
	from->bytes -= less->bytes;
}

/* The sums of "other" in the pairs of dimensions a and b, from `sum`, each value's sums over all time. */
static void
pair_others(struct cube *cube, size_t a, size_t b, struct cube_sums sum[CUBE_DIMS][CUBE_VALUES + 1])
{
	size_t na = cube->dim[a].count, nb = cube->dim[b].count;

	for (size_t x = 0; x <= na; x++)
		cube->pair[a][b][x][nb] = sum[a][x];
	for (size_t y = 0; y < nb; y++) {
		cube->pair[a][b][na][y] = sum[b][y];
		for (size_t x = 0; x < na; x++) {
			take_sums(&cube->pair[a][b][na][y], &cube->pair[a][b][x][y]);
			take_sums(&cube->pair[a][b][x][nb], &cube->pair[a][b][x][y]);
		}
		take_sums(&cube->pair[a][b][na][nb], &cube->pair[a][b][na][y]);
	}
}

/* Computes the sums of "other": the total less those of all values. */
static void
make_others(struct cube *cube)
{
	struct cube_sums sum[CUBE_DIMS][CUBE_VALUES + 1] = { { { 0 } } };

	for (size_t d = 0; d < CUBE_DIMS; d++) {
		size_t others = cube->dim[d].count;

		for (size_t bin = 0; bin < CUBE_BINS; bin++) {
			cube->time[d][others][bin] = cube->all[bin];
			for (size_t x = 0; x < others; x++)
				take_sums(&cube->time[d][others][bin], &cube->time[d][x][bin]);
			for (size_t x = 0; x <= others; x++)
				add_sums(&sum[d][x], &cube->time[d][x][bin]);
		}
	}
	for (size_t a = 0; a < CUBE_DIMS; a++)
		for (size_t b = a + 1; b < CUBE_DIMS; b++)
			pair_others(cube, a, b, sum);
}

static int
open_query(struct nightly_options *o, const struct report_span *span, struct query **query)
{
	struct flow_fieldset wanted = { { 0 } };
	char window[SPAN_WINDOW_MAX];
	int status;

	cube_codes_fields(&wanted);
	report_span_window(span, window);
	o->request.window = window;
	o->request.touching = false;
	/* What could not be read was reported the first time. */
	cli_hush(true);
	status = query_open(&o->request, &wanted, query);
	cli_hush(false);
	o->request.window = NULL;
	return status;
}

static int
run_pass(struct pass *p, unsigned threads, const struct cube *like)
{
	p->cube = calloc(threads, sizeof(struct cube *));
	for (unsigned i = 0; p->cube != NULL && i < threads; i++) {
		p->cube[i] = malloc(sizeof(struct cube));
		if (p->cube[i] == NULL)
			return cli_fail("out of memory");
		memcpy(p->cube[i], like, sizeof(*like));
		p->cube[i]->tuples = cube_tuples_new();
		if (p->cube[i]->tuples == NULL)
			return cli_fail("out of memory");
	}
	if (p->cube == NULL)
		return cli_fail("out of memory");
	cli_hush(true);
	query_run(threads, work, p);
	cli_hush(false);
	return p->failed ? cli_fail("out of memory") : CLI_OK;
}

int
cube_make(struct nightly_options *o, const struct report_span *span, const struct report_answer *answer,
    const struct net_sets *local, struct cube **out)
{
	struct cube *cube = calloc(1, sizeof(*cube));
	struct pass p = { .local = local };
	unsigned threads = 0;
	int status;

	if (cube == NULL)
		return cli_fail("out of memory");
	cube->span = *span;
	cube_values_fill(cube, answer, local != NULL);
	status = open_query(o, span, &p.query);
	if (status == CLI_OK) {
		threads = query_threads(p.query);
		status = run_pass(&p, threads, cube);
	}
	cube->tuples = cube_tuples_new();
	if (status == CLI_OK && cube->tuples == NULL)
		status = cli_fail("out of memory");
	for (unsigned i = 0; p.cube != NULL && i < threads; i++) {
		if (status == CLI_OK && !merge(cube, p.cube[i]))
			status = cli_fail("out of memory");
		cube_free(p.cube[i]);
	}
	free(p.cube);
	query_free(p.query);
	make_others(cube);
	if (status == CLI_OK && !cube_tuples_finish(cube->tuples))
		status = cli_fail("out of memory");
	if (status == CLI_OK)
		*out = cube;
	else
		cube_free(cube);
	return status;
}

void
cube_free(struct cube *cube)
{
	if (cube != NULL)
		cube_tuples_free(cube->tuples);
	free(cube);
}
