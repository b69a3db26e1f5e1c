/* SPDX-License-Identifier: BSD-2-Clause */
#include "synth/alias.h"

#include <stdlib.h>

#define MAX_COUNT ((uint32_t)1 << 18)
#define ONE ((uint32_t)1 << 24)

static uint64_t
weight_sum(const uint64_t *weight, uint32_t count)
{
	uint64_t sum = 0;
	uint32_t i;

	for (i = 0; i < count; i++) {
		if (weight[i] >> 32 != 0)
			return 0;
		sum += weight[i];
	}
	return sum >> 40 == 0 ? sum : 0;
}

/*
 * share[i] is weight i times count, so the average share is the sum.  Entries below
 * the average are filled up from those above it, until all are equal.
 * `todo` holds the small ones from its beginning, the large ones from its end.
 */
static void
level(struct alias_entry *entry, uint64_t *share, uint32_t *todo, uint32_t count, uint64_t sum)
{
	uint32_t small = 0, large = count, i;

	for (i = 0; i < count; i++) {
		entry[i] = (struct alias_entry){ ONE, i };
		if (share[i] < sum)
			todo[small++] = i;
		else
			todo[--large] = i;
	}
	while (small > 0 && large < count) {
		uint32_t s = todo[--small], l = todo[large];

		entry[s].keep = (uint32_t)(share[s] * ONE / sum);
		entry[s].other = l;
		share[l] -= sum - share[s];
		if (share[l] < sum) {
			large++;
			todo[small++] = l;
		}
	}
}

bool
alias_init(struct alias *a, const uint64_t *weight, uint32_t count)
{
	uint64_t sum = weight_sum(weight, count), *share;
	struct alias_entry *entry;
	uint32_t *todo, i;

	if (count == 0 || count > MAX_COUNT || sum == 0)
		return false;
	entry = malloc(count * sizeof(*entry));
	share = malloc(count * sizeof(*share));
	todo = malloc(count * sizeof(*todo));
	if (entry != NULL && share != NULL && todo != NULL) {
		for (i = 0; i < count; i++)
			share[i] = weight[i] * count;
		level(entry, share, todo, count, sum);
		*a = (struct alias){ count, entry };
		entry = NULL;
		sum = 0;
	}
	free(entry);
	free(share);
	free(todo);
	return sum == 0;
}

void
alias_release(struct alias *a)
{
	free(a->entry);
	*a = (struct alias){ 0, NULL };
}
