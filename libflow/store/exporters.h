/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* What flow.exporters of a file says: names for record/name_set.h. */

#include "base/status.h"
#include "record/name_set.h"

/*
 * Takes the names of a value of flow.exporters (wire/decode.h describes it).  What is not as
 * described there is passed over.  FLOW_ENOMEM.
 */
enum flow_status store_exporters_names(const char *json, size_t len, struct flow_names *names)
    NODISCARD;
