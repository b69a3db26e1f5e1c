/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs the parts of a plan, which write columns, in their order. */
#include "wire/decoder.h"
#include "wire/sflow/packet.h"

/* A zeroed choice for each of n rows, in the decoder's scratch: valid until the next call. */
static struct choice *
choices_make(struct flow_decoder *d, size_t n)
{
	struct buf *b = &d->choices;
	size_t bytes = n * sizeof(struct choice);

	buf_clear(b);
	if (!buf_reserve(b, bytes))
		return NULL;
	memset(b->data, 0, bytes);
	return (struct choice *)(void *)b->data;
}

static enum flow_status
fill_columns(const struct rows *r, struct packet *p)
{
	enum flow_status st = FLOW_OK;
	size_t i;

	for (i = 0; i < r->plan->ops && st == FLOW_OK; i++)
		st = rows_column(r, &r->plan->op[i]);
	if (st == FLOW_OK)
		st = rows_counters(r);
	if (st == FLOW_OK)
		st = rows_header(r);
	if (st == FLOW_OK) {
		rows_mapped(r);
		st = rows_families(r);
	}
	if (st == FLOW_OK && p != NULL)
		st = rows_packet(r, p);
	if (st == FLOW_OK) {
		rows_mapped_nat(r);
		rows_mapped_hops(r);
		st = rows_times(r);
	}
	if (st == FLOW_OK)
		st = rows_source(r->ctx, r->n, true);
	if (st == FLOW_OK && r->plan->has_origin)
		st = rows_origin(r);
	if (st == FLOW_OK)
		st = rows_sampling(r);	/* reads interfaces, scales counters */
	if (st == FLOW_OK)
		st = rows_values(r);	/* reads protocol and port */
	if (st == FLOW_OK)
		st = rows_extra(r);
	return st == FLOW_OK ? rows_account(r->ctx, r->n) : st;
}

static enum flow_status
fill_rows(const struct rows *r)
{
	struct packet p;
	struct rows own = *r;

	if (r->plan->has_choice) {
		own.choice = choices_make(r->ctx->d, r->n);
		if (own.choice == NULL)
			return FLOW_ENOMEM;
	}
	own.packet = r->plan->has_packet ? &p : NULL;
	return fill_columns(&own, r->plan->has_packet ? &p : NULL);
}

enum flow_status
plan_run(const struct rows *r)
{
	enum flow_status st;

	if (r->n == 0)
		return FLOW_OK;
	st = flow_builder_reserve(r->ctx->out, r->n);
	if (st == FLOW_OK)
		st = fill_rows(r);
	if (st == FLOW_OK)
		flow_builder_commit(r->ctx->out, r->n);
	return st;
}
