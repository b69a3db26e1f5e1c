/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * A PLAIN dictionary page of texts, used in place:
 *
 *	[ length 4 | text ] [ length 4 | text ] ...
 *
 * One walk over the entries checks their lengths, looks for one text, and records the offset of every 64th entry,
 * from which the others are found.  If few entries are wanted, that takes a fraction of the time of an array of
 * all of them.
 */

#include "base/cursor.h"
#include "base/status.h"
#include "base/text.h"

/* The most entries that may equal the sought text; a proper dictionary has one. */
#define TEXT_DICT_HITS_MAX 4

struct text_dict {
	const uint8_t *bytes;
	uint32_t len;			/* of the page */
	uint32_t end;			/* end of the last entry */
	uint32_t count;			/* entries */
	uint32_t hit[TEXT_DICT_HITS_MAX];	/* offsets of entries that equal the sought text */
	size_t hits;			/* more than TEXT_DICT_HITS_MAX: hit[] is incomplete */
	uint32_t *mark;			/* offsets of every 64th entry */
	size_t marks_cap;
};

void text_dict_release(struct text_dict *d);

/*
 * Begins a page of `count` entries.  Its bytes stay, and have BITPACK_SLACK readable bytes behind them; bytes
 * after the last entry are ignored.  Looks for a text (NULL: none).  A dictionary begins as zeros, and keeps its
 * memory for the next page.  FLOW_EFORMAT for fewer or malformed entries, FLOW_ELIMIT beyond 4 GiB, FLOW_ENOMEM.
 */
enum flow_status text_dict_open(struct text_dict *d, struct cursor in, uint32_t count,
    const struct flow_text *sought, struct flow_error *err) NODISCARD;

/* The entry of a code < count; its text lies in the page. */
struct flow_text text_dict_entry(const struct text_dict *d, uint32_t code);

/* The code of hit[hit], for hit < hits <= TEXT_DICT_HITS_MAX. */
uint32_t text_dict_hit(const struct text_dict *d, size_t hit);

/* The page's bytes. */
struct cursor text_dict_bytes(const struct text_dict *d);
