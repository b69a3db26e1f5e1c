/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Keeps rows out of groups that cannot be among the first of a list, so that the list takes the memory of few groups.
 *
 *	merge_sieve_new			NULL: the order, or the rows, are none that it can do
 *	merge_sieve_count		a pass over all rows, by all threads: sums by hashes of keys
 *	merge_sieve_guess		a bound that probably leaves more than enough groups
 *	merge_sieve_select		of each batch of a second pass: rows whose group may reach the bound
 *
 * A sum is at least that of each of its groups.  So the list is right if its last group reaches the bound; if not, that
 * group's rank is a bound with which a third pass makes it right (merge_sieve_bound).
 */

#include "common/query.h"
#include "nfdump/key_words.h"
#include "nfdump/row_counters.h"

struct merge_sieve;

/* For the first `top` groups in descending order of a word.  *sieve NULL: not possible.  CLI_OK, or a status. */
int merge_sieve_new(const struct nfdump_keys *keys, bool two_way, const char *order, uint64_t top,
    struct merge_sieve **sieve);
void merge_sieve_free(struct merge_sieve *s);

/* Counts all rows of the query, also in *totals, and rewinds it.  CLI_OK, or a status after a message. */
int merge_sieve_count(struct merge_sieve *s, struct query *query, struct nfdump_totals *totals);

/* Sets the bound to one that some times as many groups reach as are wanted; and to a group's rank. */
void merge_sieve_guess(struct merge_sieve *s);
void merge_sieve_bound(struct merge_sieve *s, uint64_t least);
uint64_t merge_sieve_least(const struct merge_sieve *s);

/* *some: the selected rows whose groups may reach the bound; valid until the next call.  FLOW_ENOMEM. */
enum flow_status merge_sieve_select(struct merge_sieve *s, const struct flow_batch *batch,
    const struct flow_selection *sel, const struct flow_selection **some) NODISCARD;
