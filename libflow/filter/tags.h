/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Names for flows, by a file of rules:
 *
 *	# what the network sells
 *	web = proto tcp and dst port in [80, 443]
 *	customer-7 = net 192.0.2.0/24 or
 *		net 198.51.100.0/24		a line that begins with a blank goes on
 *	rest = any
 *
 * A flow has the name of the first rule that it passes, or none.
 */

#include "filter/filter.h"

struct flow_tags;
struct flow_tags_state;

#define FLOW_TAGS_MAX 1000		/* rules */
#define FLOW_TAG_BYTES_MAX 64		/* of a name: letters, digits, - _ . : */

/*
 * Reads a file of rules.  FLOW_EINVAL, FLOW_ELIMIT or FLOW_EIO with a message that begins with the path and the
 * line; FLOW_ENOMEM.
 */
enum flow_status flow_tags_read(const char *path, const struct flow_filter_options *options, struct flow_tags **out,
    struct flow_error *err) NODISCARD;

/* The same of a text, for which messages have the name `path`. */
enum flow_status flow_tags_parse(const char *path, const char *text, size_t len,
    const struct flow_filter_options *options, struct flow_tags **out, struct flow_error *err) NODISCARD;
void flow_tags_free(struct flow_tags *t);

/* The columns that rules look at; valid as long as the rules. */
const struct flow_fieldset *flow_tags_fields(const struct flow_tags *t);

/* Whether a rule tests names of interfaces. */
bool flow_tags_ask_names(const struct flow_tags *t);

/* Whether a rule depends on the rows' file. */
bool flow_tags_ask_file(const struct flow_tags *t);

/* One per thread; NULL when out of memory.  The rules outlive it. */
struct flow_tags_state *flow_tags_state_new(const struct flow_tags *t) NODISCARD;
void flow_tags_state_free(struct flow_tags_state *s);

/*
 * Says of which file the next batches are: its ident (NULL: none; copied), and names of interfaces, which outlive
 * the state (NULL: none).  FLOW_ENOMEM.
 */
enum flow_status flow_tags_state_file(struct flow_tags_state *s, const char *ident, const struct flow_names *names)
    NODISCARD;

/*
 * Makes the column of names for a batch in DICT form, of at most FLOW_BATCH_ROWS rows, which has the columns of
 * flow_tags_fields; *column is valid until the next call.  FLOW_ENOMEM.
 */
enum flow_status flow_tags_apply(struct flow_tags_state *s, const struct flow_batch *batch,
    struct flow_column *column) NODISCARD;
