/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * What was read of an archive, so that the next scan gets only what came later: finished files by their paths;
 * slots that were still open by journal and directory, with the number of rows read.  A slot's rows keep their
 * order until it is a file, even if its collector is killed and the next one makes the file of the journal.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct flow_seen;

struct flow_seen *flow_seen_new(void);
void flow_seen_free(struct flow_seen *seen);

/* Whether a file of that path was read to its end. */
bool flow_seen_has(const struct flow_seen *seen, const char *path);

/*
 * How many rows of a file were read while it was a slot.  `real` is its path, resolved as by realpath(3),
 * `journal` its flow.journal; if that is NULL or "", the path identifies the slot.
 */
uint64_t flow_seen_rows(const struct flow_seen *seen, const char *real, const char *journal);

/*
 * Sets the number of rows read.  `finished`: all rows of the file were, it will not change any more, and `path`
 * is what flow_seen_has will be asked for.  FLOW_ENOMEM.
 */
enum flow_status flow_seen_add(struct flow_seen *seen, const char *path, const char *real, const char *journal,
    uint64_t rows, bool finished) NODISCARD;

/*
 * Number of slots that have just become missing: some of their rows were read, but no file of them appeared, and
 * flow_seen_add has not named them for FLOW_SEEN_ROUNDS calls of this function.  They were merged or removed before
 * they were read to their end, or their collector was killed.
 */
#define FLOW_SEEN_ROUNDS 15
size_t flow_seen_missing(struct flow_seen *seen);

/*
 * Number of slots that are missing for FLOW_SEEN_PENDING rounds or more, longer than it takes to make a file, but not
 * for so long that flow_seen_missing counted them.
 */
#define FLOW_SEEN_PENDING 5
size_t flow_seen_pending(const struct flow_seen *seen);
