/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Values of flow.exporters of several files made one: counts of a source (exporter, version,
 * domain) are added, of rates and names the last word holds.
 */

#include <stddef.h>

#include "base/status.h"

/*
 * Makes *sum (NULL, or allocated) the sum of it and another value; what is not as
 * wire/decode.h describes it is left out.  FLOW_ENOMEM leaves *sum as it was.
 */
enum flow_status store_exporters_merge(char **sum, const char *more) NODISCARD;
