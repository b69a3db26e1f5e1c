/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Texts of keys -> parts of a grouping. */

#include "agg/ask/question.h"

/*
 * Appends the parts of KEY[,KEY...] (as struct flow_agg_ask says) to g.  Only a
 * statistic may have alternatives.  FLOW_EINVAL names the word.
 */
enum flow_status key_parse(struct grouping *g, const char *text, size_t len, bool statistic,
    struct flow_error *err) NODISCARD;

/* The part that a text such as "src_addr" or "srcip" names, not a hidden one; g->parts where there is none. */
uint8_t key_part_find(const struct grouping *g, const char *text, size_t len);

/* Appends a bin of the instant `first`, of a width such as "5m"; there is room. */
enum flow_status key_add_bin(struct grouping *g, const char *width, struct flow_error *err)
    NODISCARD;

/* Appends a part that is a column's plain value; there is room. */
void key_add_field(struct grouping *g, enum flow_field field);

/* Decides dense or hashed, and where each part lies in the packed key; all parts are there. */
void key_layout(struct grouping *g);
