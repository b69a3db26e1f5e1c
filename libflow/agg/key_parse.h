/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Texts of keys -> parts of a grouping. */

#include "agg/spec.h"

/*
 * Appends the parts of KEY[,KEY...] (as struct flow_agg_ask says) to g.  Only a
 * statistic may have alternatives.  FLOW_EINVAL names the word.
 */
enum flow_status key_parse(struct grouping *g, const char *text, size_t len, bool statistic,
    struct flow_error *err) NODISCARD;

/* Decides dense or hashed, and where each part lies in the packed key; all parts are there. */
void key_layout(struct grouping *g);
