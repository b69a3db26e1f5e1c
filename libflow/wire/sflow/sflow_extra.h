/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Records of sFlow flow samples that have no column, as members of the object in `extra`:
 *
 *   "http_request":{"method":"GET","uri":"/","resp_bytes":315,"status":200}
 *   "sflow_4413_7":"0a0b0c"       not known here: enterprise, format, its bytes
 *
 * Names are those of the structures at sflow.org/developers/structures.php.
 */

#include "base/buf.h"
#include "base/cursor.h"

/* Whether records of this kind (enterprise << 12 | format) have no column at all. */
bool sflow_extra_is(uint32_t kind);

/* Appends a record as a member: `{` before the first, no `}`.  Fields beyond the record's end are left out. */
void sflow_extra_append(struct buf *text, uint32_t kind, struct cursor body);
