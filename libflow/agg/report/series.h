/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Makes the rows of a series: the bins of the shown groups, and all others of a bin as one row. */

#include "agg/table/result.h"

/* The rank of the "other" row of a bin. */
#define SERIES_REST UINT64_MAX

/* Replaces a view's rows, which are the groups to show, by those of its series. */
enum flow_status series_fill(struct flow_agg_result *r, size_t view) NODISCARD;
