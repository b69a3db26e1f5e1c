/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* How a sample of numbers is spread, by its order alone, so that some that are far off do not matter. */

#include <stddef.h>
#include <stdint.h>

struct spread_sample {
	double median;
	double skew;	/* Bowley's: (Q1 + Q3 - 2 Q2) / (Q3 - Q1), from -1 to 1; 0 where that says nothing */
	double tenths;	/* from the 10th to the 90th percentile */
};

/* Sorts the n > 0 values and describes them; percentiles lie between values in proportion. */
struct spread_sample spread_sample(double *value, size_t n);

/* Median of the distances of n > 0 values from their median; they are lost. */
double spread_madm(double *value, size_t n, double median);
