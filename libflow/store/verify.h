/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Checks that a file is consistent: every page's checksum, every value, every sum. */

#include "base/status.h"
#include "store/writer.h"

/*
 * Decodes all columns of a file; compares statistics, page indexes and Bloom filters with values and pages, and
 * flow.stats with the sums.  *rows is the number of rows read.  FLOW_ECORRUPT or FLOW_EFORMAT with a message that
 * begins with the path and says where.
 */
enum flow_status flow_verify(const char *path, uint64_t *rows, struct flow_error *err) NODISCARD;
