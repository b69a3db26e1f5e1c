/* SPDX-License-Identifier: BSD-2-Clause */
#include "parquet/dict/number_dict.h"

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/hash.h"
#include "base/sort64.h"

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

/* If all values are below this, a table of that size replaces the hash table. */
#define DIRECT_MAX 65536

/* Size of the sample that tells whether a dictionary is hopeless; taken if `most` exceeds SAMPLE_FROM. */
#define SAMPLE 2048
#define SAMPLE_FROM 8192

static uint64_t
all_bits(const uint64_t *values, size_t n)
{
	uint64_t bits = 0;
	size_t i;

	for (i = 0; i < n; i++)
		bits |= values[i];
	return bits;
}

/* The index of a value, which is added if it is new; false if that exceeds `most`. */
static inline bool
find(struct number_dict *d, uint64_t value, size_t most, uint32_t *index)
{
	size_t at = hash_mix64(value) & (d->slots - 1);

	while (d->slot[at] != 0 && d->value[d->slot[at] - 1] != value)
		at = (at + 1) & (d->slots - 1);
	if (d->slot[at] == 0) {
		if (d->count == most)
			return false;
		d->value[d->count] = value;
		d->slot[at] = (uint32_t)++d->count;
	}
	*index = d->slot[at] - 1;
	return true;
}

/* Small numbers: slots are indexed by value. */
static bool
build_direct(struct number_dict *d, const uint64_t *values, size_t n, size_t most,
    uint32_t *index, bool *failed)
{
	size_t i;

	d->slot = calloc(DIRECT_MAX, sizeof(*d->slot));
	d->value = malloc(DIRECT_MAX * sizeof(*d->value));
	*failed = d->slot == NULL || d->value == NULL;
	for (i = 0; i < n && !*failed; i++) {
		uint32_t *slot = &d->slot[values[i]];

		if (*slot == 0) {
			if (d->count == most)
				return false;
			d->value[d->count] = values[i];
			*slot = (uint32_t)++d->count;
		}
		index[i] = *slot - 1;
	}
	return !*failed;
}

/*
 * Whether a sample is too diverse for `most` entries.  If there were `most` equally frequent values (the case
 * with the fewest repetitions), about SAMPLE^2 / (2 most) sampled values would be repetitions; far fewer mean
 * that there are more values.
 */
static bool
is_hopeless(struct number_dict *d, const uint64_t *values, size_t n, size_t most, bool *failed)
{
	size_t step = n / SAMPLE, repeats, i;
	uint32_t index;

	for (i = 0; i < SAMPLE && !*failed; i++) {
		*failed = d->count == d->cap && !grow(d);
		if (!*failed && !find(d, values[i * step], SAMPLE, &index))
			break;
	}
	repeats = SAMPLE - d->count;
	for (i = 0; i < d->slots; i++)
		d->slot[i] = 0;
	d->count = 0;
	return repeats < (size_t)SAMPLE * SAMPLE / (4 * most);
}

bool
number_dict_build(struct number_dict *d, const uint64_t *values, size_t n, size_t most,
    uint32_t *index, bool *failed)
{
	size_t i;

	*failed = false;
	if (all_bits(values, n) < DIRECT_MAX)
		return build_direct(d, values, n, most, index, failed);
	if (most > SAMPLE_FROM && n >= 2 * SAMPLE && is_hopeless(d, values, n, most, failed))
		return false;
	for (i = 0; i < n && !*failed; i++) {
		/* Repetitions are common: times within a datagram, one interface. */
		if (i > 0 && values[i] == values[i - 1]) {
			index[i] = index[i - 1];
			continue;
		}
		if (d->count == d->cap && !grow(d))
			*failed = true;
		else if (!find(d, values[i], most, &index[i]))
			return false;
	}
	return !*failed;
}

/* The slot of a value that is in the dictionary. */
static uint32_t *
slot_of(const struct number_dict *d, uint64_t value)
{
	size_t at;

	if (d->slots == 0)	/* slots are indexed by value */
		return &d->slot[value];
	at = hash_mix64(value) & (d->slots - 1);
	while (d->value[d->slot[at] - 1] != value)
		at = (at + 1) & (d->slots - 1);
	return &d->slot[at];
}

bool
number_dict_sort(struct number_dict *d, uint32_t *index, size_t n)
{
	uint64_t *sorted;
	uint32_t *rank;
	size_t i;

	if (d->count == 0)
		return true;
	sorted = malloc(d->count * sizeof(*sorted));
	rank = malloc(d->count * sizeof(*rank));
	if (sorted == NULL || rank == NULL) {
		free(sorted);
		free(rank);
		return false;
	}
	memcpy(sorted, d->value, d->count * sizeof(*sorted));
	sort64(sorted, d->count);
	for (i = 0; i < d->count; i++)
		rank[*slot_of(d, sorted[i]) - 1] = (uint32_t)i;
	for (i = 0; i < n; i++)
		index[i] = rank[index[i]];
	/* The slots keep the old order: no value is looked up after this. */
	memcpy(d->value, sorted, d->count * sizeof(*sorted));
	free(sorted);
	free(rank);
	return true;
}
