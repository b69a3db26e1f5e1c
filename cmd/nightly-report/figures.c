/* SPDX-License-Identifier: BSD-2-Clause */
#include "nightly-report/figures.h"

#include <stdlib.h>
#include <string.h>

size_t
figures_bin(const struct flow_table *t, size_t row, const struct report_span *span)
{
	size_t c = flow_table_find(t, "time"), bin;
	int64_t at;

	if (c == t->columns || !bitmap_get(t->column[c].valid, row))
		return SIZE_MAX;
	at = ((const int64_t *)t->column[c].values)[row];
	if (at < span->from_ms - span->bin_ms || at >= span->to_ms)
		return SIZE_MAX;
	bin = (size_t)(at / span->bin_ms - span->from_ms / span->bin_ms);
	return bin < report_span_bins(span) ? bin : SIZE_MAX;
}

double
figures_value(const struct flow_table *t, const char *column, size_t row)
{
	size_t c = flow_table_find(t, column);

	if (c == t->columns || !bitmap_get(t->column[c].valid, row))
		return 0;
	if (t->column[c].kind == FLOW_KIND_RATE || t->column[c].kind == FLOW_KIND_RATIO ||
	    t->column[c].kind == FLOW_KIND_PERCENT)
		return ((const double *)t->column[c].values)[row];
	return (double)((const uint64_t *)t->column[c].values)[row];
}

void
figures_exporter(const struct flow_table *t, size_t row, char out[ADDR_TEXT_MAX + 1])
{
	size_t c = flow_table_find(t, "exporter");

	out[0] = '\0';
	if (c < t->columns && t->column[c].kind == FLOW_KIND_ADDR && bitmap_get(t->column[c].valid, row))
		out[addr_format(&((const struct addr *)t->column[c].values)[row], out)] = '\0';
	else if (t->rest != NULL && bitmap_get(t->rest, row))
		memcpy(out, "other", sizeof("other"));
}

static int
descending(const void *pa, const void *pb)
{
	double a = *(const double *)pa, b = *(const double *)pb;

	return (a < b) - (a > b);
}

/* Mean, maximum and 95th percentile by nearest rank; sorts the values. */
static void
summarise(double *values, size_t n, double *mean, double *peak, double *p95)
{
	*mean = 0;
	for (size_t i = 0; i < n; i++)
		*mean += values[i] / (double)n;
	qsort(values, n, sizeof(*values), descending);
	*peak = values[0];
	*p95 = values[n - (n * 95 + 99) / 100];
}

/* All exporters' rates by bin. */
static void
add_rows(const struct flow_table *t, const struct report_span *span, double *bps, double *pps)
{
	for (size_t r = 0; r < t->rows; r++) {
		size_t bin = figures_bin(t, r, span);

		if (bin == SIZE_MAX)
			continue;
		bps[bin] += figures_value(t, "bps", r);
		pps[bin] += figures_value(t, "pps", r);
	}
}

enum flow_status
figures_make(const struct report_answer *answer, const struct report_span *span, struct figures *f)
{
	size_t bins = report_span_bins(span), most = 0;
	double *pps = calloc(bins, sizeof(*pps)), *sorted = calloc(bins, sizeof(*sorted));

	*f = (struct figures){ .span = *span, .any = answer->flows > 0, .flows = answer->flows,
		.packets = answer->packets, .bytes = answer->bytes, .bins = bins };
	f->bps = calloc(bins, sizeof(*f->bps));
	if (f->bps == NULL || pps == NULL || sorted == NULL) {
		free(pps);
		free(sorted);
		return FLOW_ENOMEM;
	}
	add_rows(answer->table[TABLE_LOAD], span, f->bps, pps);
	for (size_t i = 0; i < bins; i++)
		most = f->bps[i] > f->bps[most] ? i : most;
	f->peak_ms = (span->from_ms / span->bin_ms + (int64_t)most) * span->bin_ms;
	memcpy(sorted, f->bps, bins * sizeof(*sorted));
	summarise(sorted, bins, &f->mean_bps, &f->peak_bps, &f->p95_bps);
	summarise(pps, bins, &f->mean_pps, &f->peak_pps, &f->p95_pps);
	free(pps);
	free(sorted);
	return FLOW_OK;
}

void
figures_clear(struct figures *figures)
{
	free(figures->bps);
	figures->bps = NULL;
}
