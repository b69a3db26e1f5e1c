/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Runs --scans and similar options over a query's rows: passes, shares of keys, and commands for findings. */

#include "common/query.h"
#include "flow.h"

struct detections;

/*
 * Examines the query's rows; memory in bytes, 0: half of the machine's.  CLI_OK, or CLI_FAILURE after a
 * message.  Sets the options' command and filter from the request.
 */
int detections_make(const struct flow_detect_options *options, const struct query_request *request,
    struct query *query, uint64_t memory, struct detections **out);
void detections_free(struct detections *d);

uint64_t detections_rows(const struct detections *d, size_t table);
enum flow_status detections_table(const struct detections *d, size_t table, uint64_t from, size_t rows,
    struct flow_table **t, struct flow_error *err) NODISCARD;
