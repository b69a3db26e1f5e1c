/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/report/billing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agg/report/bins.h"

/* Merges items of the same key and bin. */
static size_t
join_items(struct bin_item *list, size_t n, const struct bin_order *o)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		if (kept > 0 && list[kept - 1].bin == list[i].bin &&
		    bins_same_key(o, list[kept - 1].group, list[i].group)) {
			list[kept - 1].bytes[BINS_IN] = add_saturated(list[kept - 1].bytes[BINS_IN],
			    list[i].bytes[BINS_IN]);
			list[kept - 1].bytes[BINS_OUT] = add_saturated(list[kept - 1].bytes[BINS_OUT],
			    list[i].bytes[BINS_OUT]);
		} else {
			list[kept++] = list[i];
		}
	}
	return kept;
}

static int
compare_real(const void *pa, const void *pb)
{
	const double *a = pa, *b = pb;

	return (*a > *b) - (*a < *b);
}

/* The nearest-rank percentile of `bins` bins, of which only n are not empty; sorts value. */
static double
percentile(double *value, size_t n, uint64_t bins, uint32_t percent)
{
	uint64_t rank = (uint64_t)(((unsigned __int128)bins * percent + 99999) / 100000);

	qsort(value, n, sizeof(*value), compare_real);
	return rank > bins - n ? value[rank - (bins - n) - 1] : 0;
}

/* Makes the bill of list[0 .. n-1], all of one key; scratch has room for n numbers. */
static struct bill
make_bill(const struct bin_item *list, size_t n, const struct bin_range *range, uint32_t percent,
    double *scratch)
{
	struct bill b = { .group = list[0].group };

	for (int way = BINS_IN; way <= BINS_OUT; way++) {
		for (size_t i = 0; i < n; i++) {
			scratch[i] = (double)list[i].bytes[way] * 8 * 1000 /
			    (double)bins_length_ms(range, list[i].bin);
			b.bytes[way] = add_saturated(b.bytes[way], list[i].bytes[way]);
			if (scratch[i] > b.most_bps[way])
				b.most_bps[way] = scratch[i];
		}
		b.percentile_bps[way] = percentile(scratch, n, range->bins, percent);
	}
	return b;
}

static double
billed_bps(const struct bill *b)
{
	const double *p = b->percentile_bps;

	return p[BINS_IN] > p[BINS_OUT] ? p[BINS_IN] : p[BINS_OUT];
}

uint64_t
billing_rank(const struct bill *b)
{
	double bps = billed_bps(b);
	uint64_t bits;

	memcpy(&bits, &bps, sizeof(bits));
	return bits;
}

static int
compare_bills(const void *pa, const void *pb, void *arg)
{
	const struct bill *a = pa, *b = pb;
	const struct bin_order *o = arg;
	int order = -compare_real(&(double){ billed_bps(a) }, &(double){ billed_bps(b) });

	return order != 0 ? order : result_compare_keys(o->result, &o->key, a->group, b->group);
}

static enum flow_status
make_bills(struct flow_agg_result *r, size_t view, const struct bin_item *list, size_t n,
    struct bin_order *o)
{
	const struct view *vw = &r->spec->view[view];
	struct result_view *v = &r->view[view];
	double *scratch;
	size_t from = 0;

	scratch = result_array(r, n, sizeof(*scratch));
	v->bill = result_array(r, n, sizeof(*v->bill));
	if (scratch == NULL || v->bill == NULL)
		return FLOW_ENOMEM;
	for (size_t i = 1; i <= n; i++) {
		if (i < n && bins_same_key(o, list[from].group, list[i].group))
			continue;
		v->bill[v->rows++] = make_bill(list + from, i - from, &v->range, vw->percent,
		    scratch);
		from = i;
	}
	result_array_free(r, scratch);
	result_sort(r, v->bill, v->rows, sizeof(*v->bill), compare_bills, o);
	if (vw->limit > 0 && v->rows > vw->limit)
		v->rows = vw->limit;
	return FLOW_OK;
}

enum flow_status
billing_fill(struct flow_agg_result *r, size_t view)
{
	const struct view *vw = &r->spec->view[view];
	const struct groups *in = &r->groups[vw->grouping], *out = &r->groups[vw->bins];
	struct bin_order o = bin_order(r, r->groups[vw->grouping].grouping);
	struct bin_item *list = result_array(r, groups_count(in) + groups_count(out), sizeof(*list));
	enum flow_status st;
	size_t n = 0;

	if (list == NULL)
		return FLOW_ENOMEM;
	r->view[view].range = bins_range(r, in, out);
	bins_list(in, BINS_IN, true, list, &n);
	bins_list(out, BINS_OUT, true, list, &n);
	bins_sort(list, n, &o);
	n = join_items(list, n, &o);
	st = make_bills(r, view, list, n, &o);
	result_array_free(r, list);
	return st;
}

static enum flow_status
add_columns(const struct view *vw, struct flow_table *t)
{
	static const char *const ways[] = { "in", "out" };
	char name[FLOW_TABLE_NAME_MAX], label[FLOW_TABLE_NAME_MAX], p[16];
	enum flow_status st = FLOW_OK;

	(void)snprintf(p, sizeof(p), "p%g", vw->percent / 1000.0);
	for (int way = BINS_IN; way <= BINS_OUT && st == FLOW_OK; way++) {
		(void)snprintf(name, sizeof(name), "%s_bytes", ways[way]);
		(void)snprintf(label, sizeof(label), "%s bytes", way == BINS_IN ? "In" : "Out");
		st = flow_table_add(t, name, label, FLOW_KIND_COUNT, false);
		if (st != FLOW_OK)
			break;
		(void)snprintf(name, sizeof(name), "%s_max_bps", ways[way]);
		(void)snprintf(label, sizeof(label), "%s max bps", way == BINS_IN ? "In" : "Out");
		st = flow_table_add(t, name, label, FLOW_KIND_RATE, false);
		if (st != FLOW_OK)
			break;
		(void)snprintf(name, sizeof(name), "%s_%s_bps", ways[way], p);
		(void)snprintf(label, sizeof(label), "%s %s bps", way == BINS_IN ? "In" : "Out", p);
		st = flow_table_add(t, name, label, FLOW_KIND_RATE, false);
	}
	return st == FLOW_OK ? flow_table_add(t, "billed_bps", "Billed bps", FLOW_KIND_RATE, false) : st;
}

enum flow_status
billing_table(const struct flow_agg_result *r, size_t view, uint64_t from, size_t rows,
    struct flow_table *t)
{
	const struct view *vw = &r->spec->view[view];
	struct bin_order o = bin_order(r, r->groups[vw->grouping].grouping);
	enum flow_status st;
	size_t keys;

	/* The groups may be those of another question, which calls the end otherwise. */
	memcpy(o.key.part[o.key.parts - 1].name, vw->end, sizeof(vw->end));
	st = result_key_columns(&o.key, t);
	keys = t->columns;

	if (st == FLOW_OK)
		st = add_columns(vw, t);
	if (st == FLOW_OK)
		st = flow_table_reserve(t, rows);
	for (size_t i = 0; i < rows && st == FLOW_OK; i++) {
		const struct bill *b = &r->view[view].bill[from + i];
		double billed = billed_bps(b);
		size_t c = keys;

		st = result_key_cells(r, &o.key, b->group, t, i);
		for (int way = BINS_IN; way <= BINS_OUT; way++) {
			flow_table_set(t, c++, i, &b->bytes[way]);
			flow_table_set(t, c++, i, &b->most_bps[way]);
			flow_table_set(t, c++, i, &b->percentile_bps[way]);
		}
		flow_table_set(t, c, i, &billed);
	}
	return st;
}
