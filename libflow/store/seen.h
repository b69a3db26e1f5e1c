/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * What of an archive was read before, so that the next scan has only what came since: files that are finished, by their
 * paths, and how many rows of slots that were still open, by the journal and the directory that they are of.  A slot's
 * rows keep their order until it is a file, also if its collector was killed and the next one made the file of the journal.
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
 * How many rows of a file were read when it was still being written.  `real` is its path as realpath(3) has it, the
 * journal its flow.journal; where that is NULL or "", the path stands for it.
 */
uint64_t flow_seen_rows(const struct flow_seen *seen, const char *real, const char *journal);

/*
 * From now on so many rows are; `finished`: all of the file, which does not change any more, and `path` is how
 * flow_seen_has will be asked.  FLOW_ENOMEM.
 */
enum flow_status flow_seen_add(struct flow_seen *seen, const char *path, const char *real, const char *journal,
    uint64_t rows, bool finished) NODISCARD;

/*
 * How many slots are missing newly: rows of them were read, they are no files, and flow_seen_add was not told of them
 * FLOW_SEEN_ROUNDS calls of this long.  They were merged before they were read to their end, or their collector was killed.
 */
#define FLOW_SEEN_ROUNDS 15
size_t flow_seen_missing(struct flow_seen *seen);
