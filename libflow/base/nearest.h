/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Which of some known words was probably meant by a misspelt one. */

#include <stddef.h>

struct nearest {
	const char *word;
	size_t len;
	const char *best;	/* the nearest candidate so far; NULL: none is near */
	size_t best_len;
	size_t distance;
};

/* The word lives as long as *n is used; words beyond 32 bytes are near nothing. */
void nearest_begin(struct nearest *n, const char *word, size_t len);

/*
 * Takes the candidate if it is nearer than those before: by insertions, deletions, replacements and exchanges
 * of neighbours (Damerau's and Levenshtein's distance, of any case), at most one in a word of three letters,
 * two of six, three else.  The candidate lives as long as *n.
 */
void nearest_try(struct nearest *n, const char *candidate, size_t len);
void nearest_try_text(struct nearest *n, const char *candidate);

/* "; did you mean 'WORD'?", or "" where nothing is near; returns out. */
#define NEAREST_HINT_ROOM 64
const char *nearest_hint(const struct nearest *n, char out[NEAREST_HINT_ROOM]);
