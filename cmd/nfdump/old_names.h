/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Translates nfcapd's names of files for archives of flowcap: nfcapd.202611300740 is the slot that begins at
 * that local time, so flowcap.202611300740.parquet if flowcap ran with --local-time (or in UTC).
 */

#include "common/query.h"

/* Makes the request's files from -r and -R (NULL: not given) and -M.  CLI_OK, or a status after a message. */
int old_names_read(struct query_request *request, const char *single, const char *range);
