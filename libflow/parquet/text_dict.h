/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * A PLAIN dictionary page of texts as it stands:
 *
 *	[ length 4 | text ] [ length 4 | text ] ...
 *
 * Its entries are passed once, which checks all lengths, looks for one text and leaves marks by
 * which entries are then found.  Where few are wanted that takes a fraction of what an array of all
 * of them does.
 */

#include <stdbool.h>

#include "base/cursor.h"
#include "base/status.h"
#include "base/text.h"

/* Entries that may be found to be the same text; a dictionary should have one. */
#define TEXT_DICT_HITS_MAX 4

struct text_mark {
	uint32_t code, offset;
};

struct text_dict {
	const uint8_t *bytes;
	uint32_t len;
	uint32_t count;			/* of entries */
	uint32_t hit[TEXT_DICT_HITS_MAX];	/* offsets of the text that is looked for */
	size_t hits;			/* more than TEXT_DICT_HITS_MAX: too many to tell */
	struct text_mark *mark;		/* by code, the first one for code 0 */
	size_t marks, marks_cap;
};

void text_dict_release(struct text_dict *d);

/*
 * Begins with a page of `count` entries, bytes that stay and have BITPACK_SLACK readable bytes
 * behind them; those behind the last entry are ignored.  Looks for a text; NULL: for none.
 * A dictionary begins as zeros, and keeps its memory for the next page.
 * FLOW_EFORMAT for fewer or malformed entries, FLOW_ELIMIT, FLOW_ENOMEM.
 */
enum flow_status text_dict_open(struct text_dict *d, struct cursor in, uint32_t count,
    const struct flow_text *sought, struct flow_error *err) NODISCARD;

/* The entry of a code below count. */
struct flow_text text_dict_entry(const struct text_dict *d, uint32_t code);

/* The code of the hit-th entry that is the text that was looked for. */
uint32_t text_dict_hit(const struct text_dict *d, size_t hit);
