/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "nfdump/merge.h"
#include "nfdump/row_counters.h"

struct group {
	struct nfdump_counters sum;
	uint16_t flags;
	bool turned;		/* shown with its ends exchanged */
};

/* A place in an order. */
struct merge_place {
	uint64_t rank;
	uint32_t group;
};

struct merge_slot {
	uint32_t group;		/* its number + 1; 0: free */
	uint32_t tag;		/* bits of the hash, which avoid most comparisons of keys */
};

struct merge_key;
struct merge_view;

struct merge {
	bool two_way;
	struct merge_key *maker;
	struct gather *firsts;		/* the first flow of each group */
	struct group *group;
	uint64_t *words;		/* keys, group by group */
	size_t count, cap;
	struct merge_slot *slot;	/* hash table */
	size_t slots;
	uint32_t fresh[FLOW_BATCH_ROWS];
	struct merge_place *place;	/* once sorted */
	struct gather *shown;
	struct merge_view *view;	/* the rows shown, and their columns that are not the first flow's */
};

void merge_view_free(struct merge_view *view);
