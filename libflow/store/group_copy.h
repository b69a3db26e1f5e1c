/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Copies a row group of a file of this profile, without decoding it, to be written into another file. */

#include "base/status.h"
#include "store/opened_file.h"
#include "store/writer.h"

/*
 * The copy's totals are still to be counted (flow_group_count).  FLOW_EUNSUPPORTED if the rows have to be decoded
 * and encoded anew: the file is of another program or version, or its codec is not `codec` (NULL: any). Otherwise
 * as pq_chunk_copy; messages begin with the column.
 */
enum flow_status group_copy(const struct source *source, size_t group, const enum flow_codec *codec,
    struct flow_group **out, struct flow_error *err) NODISCARD;
