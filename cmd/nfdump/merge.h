/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Groups flows as nfdump does: a group is its first flow, with the counters of all.
 *
 *	merge_add(batch, selection) ...      in the order of the rows
 *	merge_sort(order)
 *	merge_batch(from, n)                 groups as rows, like those of an archive
 *
 * Like nfdump, lists unsorted groups from the newest to the oldest, and mostly also groups of equal
 * rank.
 */

#include "flow.h"
#include "nfdump/key_words.h"

struct merge;

/* Two-way: a TCP or UDP flow joins the group of the connection that it answers. NULL when out of memory. */
struct merge *merge_new(const struct nfdump_keys *keys, bool two_way) NODISCARD;
void merge_free(struct merge *g);

/* The columns that are needed besides those shown. */
void merge_fields(const struct merge *g, struct flow_fieldset *fields);

/* Adds the selected rows of a batch in DICT form; errors FLOW_ENOMEM, FLOW_ELIMIT at 2^32 groups. */
enum flow_status merge_add(struct merge *g, const struct flow_batch *batch, const struct flow_selection *sel) NODISCARD;

size_t merge_count(const struct merge *g);

/* Turns round TCP and UDP connections whose source port is the lower one of client and server: -B. */
enum flow_status merge_guess(struct merge *g) NODISCARD;

/* Whether nfdump has an order of that word (flows, bytes, ...). */
bool merge_order_known(const char *word, size_t len);

/* Sorts by such a word, or "": keeps the order of groups.  FLOW_ENOMEM. */
enum flow_status merge_sort(struct merge *g, const char *word, size_t len, bool ascending) NODISCARD;

/* The rank of the group at a place of that order. */
uint64_t merge_rank(const struct merge *g, size_t place);

/*
 * Groups [from, from + n) in that order as rows, n at most FLOW_BATCH_ROWS; valid until the next call.  NULL
 * when out of memory.
 */
const struct flow_batch *merge_batch(struct merge *g, size_t from, size_t n);
