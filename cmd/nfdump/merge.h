/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Flows to groups, as nfdump keeps them: a group is the first flow that it met, with the counters of all.
 *
 *	merge_add(batch, selection) ...      in the order of the rows
 *	merge_sort(order)
 *	merge_batch(from, n)                 rows again, as of any archive
 *
 * nfdump lists groups that nothing sorts from the last new one to the first, and groups that rank alike, mostly, too.
 */

#include "flow.h"
#include "nfdump/key_words.h"

struct merge;

/* Two-way: a TCP or UDP flow joins the group of the connection that it answers. NULL when out of memory. */
struct merge *merge_new(const struct nfdump_keys *keys, bool two_way) NODISCARD;
void merge_free(struct merge *g);

/* The columns that are needed beside those that are shown. */
void merge_fields(const struct merge *g, struct flow_fieldset *fields);

/* Adds the selected rows of a batch in DICT form; errors FLOW_ENOMEM, FLOW_ELIMIT at 2^32 groups. */
enum flow_status merge_add(struct merge *g, const struct flow_batch *batch, const struct flow_selection *sel) NODISCARD;

size_t merge_count(const struct merge *g);

/* Turns round TCP and UDP connections whose source port is the lower one of client and server: -B. */
enum flow_status merge_guess(struct merge *g) NODISCARD;

/* An order of nfdump's by its word (flows, bytes, ...); false where there is no such word. */
bool merge_order_known(const char *word, size_t len);

/* Sorts; the word as above, "" for the order of groups as they are. FLOW_ENOMEM. */
enum flow_status merge_sort(struct merge *g, const char *word, size_t len, bool ascending) NODISCARD;

/* Groups [from, from + n) in that order as rows, n at most FLOW_BATCH_ROWS; until the next call. NULL: no memory. */
const struct flow_batch *merge_batch(struct merge *g, size_t from, size_t n);
