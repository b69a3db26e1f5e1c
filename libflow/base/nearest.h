/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Finds which known word was probably meant by a misspelt one. */

#include <stddef.h>

struct nearest {
	const char *word;
	size_t len;
	const char *best;	/* the nearest candidate so far; NULL: none is near */
	size_t best_len;
	size_t distance;
};

/* The word must live as long as *n; words beyond 32 bytes are near nothing. */
void nearest_begin(struct nearest *n, const char *word, size_t len);

/*
 * Keeps the candidate if it is nearer than those before, by the Damerau-Levenshtein distance (insertions,
 * deletions, replacements, exchanges of neighbours; case is ignored).  The limit is 1 for words of up to
 * three letters, 2 up to six, else 3.  The candidate must live as long as *n.
 */
void nearest_try(struct nearest *n, const char *candidate, size_t len);
void nearest_try_text(struct nearest *n, const char *candidate);

/* "; did you mean 'WORD'?", or "" where nothing is near; returns out. */
#define NEAREST_HINT_ROOM 64
const char *nearest_hint(const struct nearest *n, char out[NEAREST_HINT_ROOM]);
