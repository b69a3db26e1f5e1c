/* SPDX-License-Identifier: BSD-2-Clause */
#include "synth/zipf.h"

#include <stdlib.h>

#define COUNT_MAX (UINT32_C(1) << 20)

/* The width of the bin at a rank: 1 for the first 128, then a 64th of the rank. */
static uint32_t
width_at(uint32_t rank, uint32_t count)
{
	uint32_t width = rank < 128 ? 1 : rank / 64;

	return width < count - rank ? width : count - rank;
}

static uint32_t
count_bins(uint32_t count)
{
	uint32_t bins = 0, rank;

	for (rank = 0; rank < count; rank += width_at(rank, count))
		bins++;
	return bins;
}

bool
zipf_init(struct zipf *z, uint32_t count)
{
	uint32_t bins = count <= COUNT_MAX ? count_bins(count) : 0, rank = 0, i, k;
	uint64_t *weight = calloc(bins + (size_t)1, sizeof(*weight));
	bool done = false;

	*z = (struct zipf){ { 0, NULL }, malloc((bins + (size_t)1) * sizeof(*z->range)) };
	if (weight != NULL && z->range != NULL) {
		for (i = 0; i < bins; i++) {
			z->range[i] = (struct zipf_bin){ rank, width_at(rank, count) };
			for (k = 0; k < z->range[i].width; k++, rank++)
				weight[i] += (UINT64_C(1) << 31) / (rank + 1);
		}
		done = alias_init(&z->bin, weight, bins);
	}
	free(weight);
	if (!done)
		zipf_release(z);
	return done;
}

void
zipf_release(struct zipf *z)
{
	alias_release(&z->bin);
	free(z->range);
	z->range = NULL;
}
