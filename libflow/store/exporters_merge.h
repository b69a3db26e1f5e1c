/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Merges values of flow.exporters of several files: adds the counts of each source (exporter, version, domain);
 * of rates and names the latest win.
 */

#include <stddef.h>

#include "base/status.h"

/*
 * Adds a value to *sum (NULL, or allocated).  Skips parts that do not have the form of wire/decode.h. FLOW_ENOMEM
 * leaves *sum as it was.
 */
enum flow_status store_exporters_merge(char **sum, const char *more) NODISCARD;
