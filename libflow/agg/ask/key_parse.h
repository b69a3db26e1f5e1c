/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Parses the text of keys into the parts of a grouping. */

#include "agg/ask/question.h"

/*
 * Appends the parts of KEY[,KEY...] (as struct flow_agg_ask says) to g.  Only a
 * statistic may have alternatives.  FLOW_EINVAL names the word.
 */
enum flow_status key_parse(struct grouping *g, const char *text, size_t len, bool statistic,
    struct flow_error *err) NODISCARD;

/* The part with a name such as "src_addr" or "srcip", hidden ones excepted; g->parts: there is none. */
uint8_t key_part_find(const struct grouping *g, const char *text, size_t len);

/* Appends a bin of `first`, of a width such as "5m"; g must have room. */
enum flow_status key_add_bin(struct grouping *g, const char *width, struct flow_error *err)
    NODISCARD;

/* Appends a part that is a column's plain value; g must have room. */
void key_add_field(struct grouping *g, enum flow_field field);

/* Call it after the last part: decides dense or hashed, and each part's place in the packed key. */
void key_layout(struct grouping *g);
