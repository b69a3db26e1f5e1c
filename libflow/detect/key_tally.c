/* SPDX-License-Identifier: BSD-2-Clause */
#include "detect/key_tally.h"

#include <stdlib.h>

static size_t
words(const struct tally *t)
{
	return (size_t)(t->mask / 64 + 1);
}

bool
tally_init(struct tally *t, uint64_t keys, enum tally_use use)
{
	uint64_t n = 1 << 12;

	while (n < keys && n < UINT64_C(1) << 25)
		n *= 2;
	t->mask = n - 1;
	t->count = calloc(n, sizeof(*t->count));
	t->open = use == TALLY_OPEN ? calloc(n, sizeof(*t->open)) : NULL;
	t->enough = use == TALLY_MARKS ? calloc(words(t), sizeof(*t->enough)) : NULL;
	return t->count != NULL && (use != TALLY_OPEN || t->open != NULL) && (use != TALLY_MARKS || t->enough != NULL);
}

void
tally_clear(struct tally *t)
{
	free(t->count);
	free(t->open);
	free(t->enough);
	*t = (struct tally){ .mask = 0 };
}

/* The bits of 64 counters, one word. */
static uint64_t
enough_of(const struct tally *t, size_t word, uint64_t least, bool open)
{
	uint64_t bits = 0;

	for (size_t i = 0; i < 64; i++) {
		uint64_t n = atomic_load_explicit(&t->count[word * 64 + i], memory_order_relaxed);

		if (open && t->open != NULL)
			n += atomic_load_explicit(&t->open[word * 64 + i], memory_order_relaxed);
		bits |= (uint64_t)(n >= least) << i;
	}
	return bits;
}

bool
tally_close(struct tally *t, uint64_t least, bool open, bool *any)
{
	bool marked = t->enough != NULL;

	*any = false;
	if (!marked)
		t->enough = calloc(words(t), sizeof(*t->enough));
	if (t->enough == NULL)
		return false;
	for (size_t i = 0; i < words(t); i++) {
		uint64_t bits = marked ? atomic_load_explicit(&t->enough[i], memory_order_relaxed) :
		    enough_of(t, i, least, open);

		atomic_store_explicit(&t->enough[i], bits, memory_order_relaxed);
		*any |= bits != 0;
	}
	free(t->count);
	free(t->open);
	t->count = NULL;
	t->open = NULL;
	return true;
}
