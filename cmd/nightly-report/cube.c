/* SPDX-License-Identifier: BSD-2-Clause */
#include "nightly-report/cube.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "common/cli.h"
#include "nightly-report/cube_codes.h"
#include "nightly-report/cube_values.h"

struct pass {
	struct query *query;
	struct cube **cube;		/* of each worker */
	const struct net_sets *local;
	atomic_bool failed;
};

static void
add_sums(struct cube_sums *to, uint64_t flows, uint64_t packets, uint64_t bytes)
{
	to->flows += flows;
	to->packets += packets;
	to->bytes += bytes;
}

/* Adds one row by its codes. */
static void
add_row(struct cube *cube, const struct cube_codes *codes, uint32_t row, size_t bin, const uint64_t sums[3])
{
	for (size_t a = 0; a < CUBE_DIMS; a++) {
		size_t x = codes->code[a][row];

		if (cube->dim[a].count == 0)
			continue;
		add_sums(&cube->time[a][x][bin], sums[0], sums[1], sums[2]);
		for (size_t b = a + 1; b < CUBE_DIMS; b++)
			if (cube->dim[b].count > 0)
				add_sums(&cube->pair[a][b][x][codes->code[b][row]], sums[0], sums[1], sums[2]);
	}
}

static uint64_t
number_at(const struct flow_batch *batch, enum flow_field field, uint32_t row, uint64_t otherwise)
{
	const struct flow_column *c = &batch->column[field];

	return c->form == FLOW_FORM_FLAT && flow_column_has(c, row) ? ((const uint64_t *)c->values)[row] : otherwise;
}

static void
add_batch(struct cube *cube, struct cube_codes *codes, const struct flow_batch *batch, const struct flow_selection *sel)
{
	int64_t from = cube->span.from_ms, all = cube->span.to_ms - from;

	for (uint32_t i = 0; i < sel->count; i++) {
		uint32_t row = flow_selection_row(sel, i);
		int64_t first = (int64_t)number_at(batch, FLOW_FIELD_FIRST, row, 0) - from;
		const uint64_t sums[] = { number_at(batch, FLOW_FIELD_FLOWS, row, 1),
			number_at(batch, FLOW_FIELD_PACKETS, row, 0), number_at(batch, FLOW_FIELD_BYTES, row, 0) };

		if (first >= 0 && first < all)
			add_row(cube, codes, row, (size_t)((__int128)first * CUBE_BINS / all), sums);
	}
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
			if (!cube_codes_fill(codes, batch))
				p->failed = true;
			else
				add_batch(p->cube[i], codes, batch, selection);
		}
	cube_codes_free(codes);
	query_worker_free(worker);
}

/* Adds another worker's sums, which are all numbers of 64 bits. */
static void
merge(struct cube *to, const struct cube *from)
{
	uint64_t *const at[] = { &to->time[0][0][0].flows, &to->pair[0][0][0][0].flows };
	const uint64_t *const more[] = { &from->time[0][0][0].flows, &from->pair[0][0][0][0].flows };
	const size_t count[] = { sizeof(to->time) / sizeof(uint64_t), sizeof(to->pair) / sizeof(uint64_t) };

	for (size_t k = 0; k < ARRAY_LEN(at); k++)
		for (size_t i = 0; i < count[k]; i++)
			at[k][i] += more[k][i];
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
	/* What could not be read was told the first time. */
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
	for (unsigned i = 0; p.cube != NULL && i < threads; i++) {
		if (status == CLI_OK)
			merge(cube, p.cube[i]);
		free(p.cube[i]);
	}
	free(p.cube);
	query_free(p.query);
	if (status == CLI_OK)
		*out = cube;
	else
		free(cube);
	return status;
}

void
cube_free(struct cube *cube)
{
	free(cube);
}
