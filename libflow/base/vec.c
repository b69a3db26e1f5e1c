/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/vec.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Elements that an array begins with. */
#define FIRST 16

bool
vec_reserve(void *items, size_t *cap, size_t need, size_t size)
{
	size_t more = *cap < FIRST / 2 ? FIRST : *cap;
	void *array, *bigger;

	if (need <= *cap)
		return true;
	if (need > SIZE_MAX / 2 / size)
		return false;
	while (more < need || more <= *cap)
		more *= 2;
	/* POSIX: all object pointers are represented like void *, but have other types. */
	memcpy(&array, items, sizeof(array));
	bigger = realloc(array, more * size);
	if (bigger == NULL)
		return false;
	memcpy(items, &bigger, sizeof(bigger));
	*cap = more;
	return true;
}
