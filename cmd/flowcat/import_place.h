/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Files that an import made, which wait in a directory of their own, into their places. */

#include "base/status.h"

/*
 * Moves every *.parquet file below `from` to the same place below `to`, replacing nothing: a name that is taken gets a number,
 * as base/file.h says.  What was moved already is not there any more, so that this can be done again after a crash.  Then
 * removes `from`.  FLOW_EIO, FLOW_ELIMIT, FLOW_ENOMEM.
 */
enum flow_status import_place(const char *from, const char *to, struct flow_error *err) NODISCARD;

/* Removes a directory and all below it; nothing where there is none. */
void import_remove(const char *directory);
