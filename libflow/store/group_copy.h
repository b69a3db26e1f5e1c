/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* A row group of a file of this profile as it stands, to be written into another one. */

#include "base/status.h"
#include "store/opened_file.h"
#include "store/writer.h"

/*
 * Its totals are still to be counted (flow_group_count). FLOW_EUNSUPPORTED where its rows have to be decoded and
 * encoded anew: a file of others, or of another version, or compressed otherwise than by `codec` (NULL: however).
 * Else as pq_chunk_copy; messages begin with the column.
 */
enum flow_status group_copy(const struct source *source, size_t group, const enum flow_codec *codec,
    struct flow_group **out, struct flow_error *err) NODISCARD;
