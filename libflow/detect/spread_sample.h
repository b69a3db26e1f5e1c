/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Robust statistics of a sample, from its quantiles: a few outliers do not matter. */

#include <stddef.h>
#include <stdint.h>

struct spread_sample {
	double median;
	double skew;	/* Bowley's: (Q1 + Q3 - 2 Q2) / (Q3 - Q1), from -1 to 1; 0 if two quartiles are equal */
	double tenths;	/* from the 10th to the 90th percentile */
};

/* Sorts the n > 0 values and describes them; percentiles are interpolated linearly. */
struct spread_sample spread_sample(double *value, size_t n);

/* The median absolute deviation of n > 0 values from their median; overwrites them. */
double spread_madm(double *value, size_t n, double median);
