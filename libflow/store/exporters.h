/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Reads names from flow.exporters of a file, for record/name_set.h. */

#include "base/status.h"
#include "record/name_set.h"

/*
 * Adds the names in a value of flow.exporters (wire/decode.h describes its form).  Parts that do not have that
 * form are skipped.  FLOW_ENOMEM.
 */
enum flow_status store_exporters_names(const char *json, size_t len, struct flow_names *names)
    NODISCARD;
