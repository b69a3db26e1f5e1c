/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Moves the files of an import from their own directory into place. */

#include "base/status.h"

/*
 * Moves every *.parquet file below `from` to the same place below `to`, replacing nothing: if a name is taken
 * the file gets a number (base/file.h).  Can be repeated after a crash.  Then removes `from`.  FLOW_EIO,
 * FLOW_ELIMIT, FLOW_ENOMEM.
 */
enum flow_status import_place(const char *from, const char *to, struct flow_error *err) NODISCARD;

/* Removes a directory and all below it; nothing where there is none. */
void import_remove(const char *directory);
