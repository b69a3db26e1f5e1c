/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * A PLAIN dictionary page of texts as it stands:
 *
 *	[ length 4 | text ] [ length 4 | text ] ...
 *
 * One walk over its entries checks their lengths, looks for one text, and notes where every
 * 64th entry stands; the others are found from there.  Where few entries are wanted that takes a
 * fraction of the time of an array of all of them.
 */

#include "base/cursor.h"
#include "base/status.h"
#include "base/text.h"

/* Entries that may be found to be the same text; a dictionary should have one. */
#define TEXT_DICT_HITS_MAX 4

struct text_dict {
	const uint8_t *bytes;
	uint32_t len;			/* of the page */
	uint32_t end;			/* where the last entry ends */
	uint32_t count;			/* entries */
	uint32_t hit[TEXT_DICT_HITS_MAX];	/* offsets of the text that is looked for */
	size_t hits;			/* more than TEXT_DICT_HITS_MAX: too many to tell */
	uint32_t *mark;			/* offsets of every 64th entry */
	size_t marks_cap;
};

void text_dict_release(struct text_dict *d);

/*
 * Begins with a page of `count` entries, bytes that stay and have BITPACK_SLACK readable bytes
 * behind them; those behind the last entry are ignored.  Looks for a text; NULL: for none.
 * A dictionary begins as zeros, and keeps its memory for the next page.
 * FLOW_EFORMAT for fewer or malformed entries, FLOW_ELIMIT beyond 4 GiB, FLOW_ENOMEM.
 */
enum flow_status text_dict_open(struct text_dict *d, struct cursor in, uint32_t count,
    const struct flow_text *sought, struct flow_error *err) NODISCARD;

/* The entry of a code below count; its text is in the page. */
struct flow_text text_dict_entry(const struct text_dict *d, uint32_t code);

/* The code of the text that is looked for: of hit[hit], hit < hits <= TEXT_DICT_HITS_MAX. */
uint32_t text_dict_hit(const struct text_dict *d, size_t hit);

/* The page. */
struct cursor text_dict_bytes(const struct text_dict *d);
