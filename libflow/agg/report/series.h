/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* The rows of a series: bins of the groups that are shown, the others of each bin as one. */

#include "agg/table/result.h"

/* The rank of a row that stands for all groups that are not shown. */
#define SERIES_REST UINT64_MAX

/* Replaces the rows of a view, which are the groups to show, by those of its series. */
enum flow_status series_fill(struct flow_agg_result *r, size_t view) NODISCARD;
