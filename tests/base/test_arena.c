/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/arena.h"

#include <stdint.h>
#include <string.h>

#include "tap.h"

int
main(void)
{
	struct arena *a = arena_new();
	unsigned char *p, *big;
	bool zero = true, aligned = true;
	size_t i, j;

	for (i = 0; i < 2000; i++) {
		p = arena_alloc(a, i % 97);
		aligned = aligned && (uintptr_t)p % sizeof(void *) == 0;
		for (j = 0; j < i % 97; j++)
			zero = zero && p[j] == 0;
		memset(p, 0xff, i % 97);
	}
	ok(zero);
	ok(aligned);
	/* What is larger than a chunk does not end the chunk in use. */
	big = arena_alloc(a, 8 << 20);
	ok(big != NULL);
	memset(big, 1, 8 << 20);
	p = arena_alloc(a, 16);
	ok(p != NULL && p[0] == 0 && p[15] == 0);
	is_str(arena_text(a, "abc", 2), "ab");
	is_str(arena_text(a, NULL, 0), "");
	ok(arena_array(a, SIZE_MAX, 2) == NULL);
	ok(arena_alloc(a, SIZE_MAX) == NULL);
	arena_free(a);
	arena_free(NULL);
	return tap_done();
}
