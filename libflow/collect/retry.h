/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Tries again to file failed slots while the collector runs, the oldest first. */

#include "collect/filing.h"

struct retry;

/* NULL when out of memory. */
struct retry *retry_new(const struct collect_options *options, struct filing *filing);

/* Starts its thread, after journals of earlier runs have been handled. */
void retry_start(struct retry *r);

/* Tries once more and ends; *rows: flows that were written by it. */
void retry_stop(struct retry *r, uint64_t *rows);
void retry_free(struct retry *r);
