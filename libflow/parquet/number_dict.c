/* SPDX-License-Identifier: BSD-2-Clause */
#include "parquet/number_dict.h"

#include <stdlib.h>

#include "base/hash.h"

#define MIN_SLOTS 1024

void
number_dict_release(struct number_dict *d)
{
	free(d->value);
	free(d->slot);
	*d = (struct number_dict)NUMBER_DICT_INIT;
}

static bool
grow(struct number_dict *d)
{
	size_t slots = d->slots == 0 ? MIN_SLOTS : d->slots * 4, i;
	uint32_t *slot = calloc(slots, sizeof(*slot));
	uint64_t *value = realloc(d->value, slots / 2 * sizeof(*value));

	if (value != NULL)
		d->value = value;
	if (slot == NULL || value == NULL) {
		free(slot);
		return false;
	}
	for (i = 0; i < d->count; i++) {
		size_t at = hash_mix64(d->value[i]) & (slots - 1);

		while (slot[at] != 0)
			at = (at + 1) & (slots - 1);
		slot[at] = (uint32_t)i + 1;
	}
	free(d->slot);
	d->slot = slot;
	d->slots = slots;
	d->cap = slots / 2;
	return true;
}

bool
number_dict_build(struct number_dict *d, const uint64_t *values, size_t n, size_t most,
    uint32_t *index, bool *failed)
{
	size_t i, at;

	*failed = false;
	for (i = 0; i < n; i++) {
		/* Runs are common: times of one datagram, one interface. */
		if (i > 0 && values[i] == values[i - 1]) {
			index[i] = index[i - 1];
			continue;
		}
		if (d->count == d->cap && !grow(d)) {
			*failed = true;
			return false;
		}
		at = hash_mix64(values[i]) & (d->slots - 1);
		while (d->slot[at] != 0 && d->value[d->slot[at] - 1] != values[i])
			at = (at + 1) & (d->slots - 1);
		if (d->slot[at] == 0) {
			if (d->count == most)
				return false;
			d->value[d->count] = values[i];
			d->slot[at] = (uint32_t)++d->count;
		}
		index[i] = d->slot[at] - 1;
	}
	return true;
}
