/* SPDX-License-Identifier: BSD-2-Clause */
#include "detect/spread_sample.h"

#include <math.h>
#include <stdlib.h>

static int
compare(const void *pa, const void *pb)
{
	double a = *(const double *)pa, b = *(const double *)pb;

	return a < b ? -1 : a > b;
}

static double
quantile(const double *sorted, size_t n, double q)
{
	double at = q * (double)(n - 1);
	size_t low = (size_t)at, high = low + 1 < n ? low + 1 : low;

	return sorted[low] + (sorted[high] - sorted[low]) * (at - (double)low);
}

struct spread_sample
spread_sample(double *value, size_t n)
{
	struct spread_sample s;
	double q1, q3;

	qsort(value, n, sizeof(*value), compare);
	s.median = quantile(value, n, 0.5);
	q1 = quantile(value, n, 0.25);
	q3 = quantile(value, n, 0.75);
	s.tenths = quantile(value, n, 0.9) - quantile(value, n, 0.1);
	/* If two quartiles are equal, the quotient is 1 or -1 whatever the third is. */
	s.skew = q3 > s.median && s.median > q1 ? (q1 + q3 - 2 * s.median) / (q3 - q1) : 0;
	return s;
}

double
spread_madm(double *value, size_t n, double median)
{
	for (size_t i = 0; i < n; i++)
		value[i] = fabs(value[i] - median);
	qsort(value, n, sizeof(*value), compare);
	return quantile(value, n, 0.5);
}
