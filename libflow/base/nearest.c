/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/nearest.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Longest word that is compared. */
#define WORD_MAX 32

static int
lower(char c)
{
	return tolower((unsigned char)c);
}

/* Both of at most WORD_MAX bytes. */
static size_t
edit_distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t row[3][WORD_MAX + 1], i, j;

	for (j = 0; j <= b_len; j++)
		row[0][j] = j;
	for (i = 1; i <= a_len; i++) {
		size_t *now = row[i % 3], *before = row[(i - 1) % 3], *earlier = row[(i + 1) % 3];

		now[0] = i;
		for (j = 1; j <= b_len; j++) {
			size_t d = before[j - 1] + (lower(a[i - 1]) != lower(b[j - 1]));

			if (before[j] + 1 < d)
				d = before[j] + 1;
			if (now[j - 1] + 1 < d)
				d = now[j - 1] + 1;
			if (i > 1 && j > 1 && earlier[j - 2] + 1 < d && lower(a[i - 1]) == lower(b[j - 2]) &&
			    lower(a[i - 2]) == lower(b[j - 1]))
				d = earlier[j - 2] + 1;
			now[j] = d;
		}
	}
	return row[a_len % 3][b_len];
}

void
nearest_begin(struct nearest *n, const char *word, size_t len)
{
	*n = (struct nearest){ .word = word, .len = len, .distance = SIZE_MAX };
}

void
nearest_try(struct nearest *n, const char *candidate, size_t len)
{
	size_t d, limit = n->len <= 3 ? 1 : n->len <= 6 ? 2 : 3;

	if (n->len > WORD_MAX || len > WORD_MAX)
		return;
	d = edit_distance(n->word, n->len, candidate, len);
	/* A distance of the whole word would match anything. */
	if (d <= limit && d < n->len && d < n->distance) {
		n->best = candidate;
		n->best_len = len;
		n->distance = d;
	}
}

void
nearest_try_text(struct nearest *n, const char *candidate)
{
	nearest_try(n, candidate, strlen(candidate));
}

const char *
nearest_hint(const struct nearest *n, char out[NEAREST_HINT_ROOM])
{
	out[0] = '\0';
	if (n->best != NULL)
		(void)snprintf(out, NEAREST_HINT_ROOM, "; did you mean '%.*s'?", (int)n->best_len, n->best);
	return out;
}
