/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * A PLAIN dictionary page of texts as it stands:
 *
 *	[ length 4 | text ] [ length 4 | text ] ...
 *
 * Its entries are passed once, which checks their lengths, looks for one text and leaves marks by
 * which entries are then found.  Where few are wanted that takes a fraction of what an array of all
 * of them does.  A compressed page is decompressed, and passed, as far as entries are wanted.
 */

#include <stdbool.h>

#include "base/cursor.h"
#include "base/status.h"
#include "base/text.h"
#include "parquet/dict/lz4_block.h"

/* Entries that may be found to be the same text; a dictionary should have one. */
#define TEXT_DICT_HITS_MAX 4

struct text_mark {
	uint32_t code, offset;
};

struct text_dict {
	const uint8_t *bytes;
	uint32_t len;			/* of those that are there */
	uint32_t at;			/* where the next entry begins */
	uint32_t count, passed;		/* entries of the page, and before `at` */
	struct lz4_block packed;	/* what is still to come */
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
 * FLOW_EFORMAT for fewer or malformed entries, FLOW_ENOMEM.
 */
enum flow_status text_dict_open(struct text_dict *d, struct cursor in, uint32_t count,
    const struct flow_text *sought, struct flow_error *err) NODISCARD;

/*
 * The same with a compressed page; the room it is decompressed to has the slack.  Entries are passed
 * only as far as the text may stand: in a sorted page up to the first one behind it.
 */
enum flow_status text_dict_open_packed(struct text_dict *d, const struct lz4_block *packed,
    uint32_t count, const struct flow_text *sought, bool is_sorted, struct flow_error *err) NODISCARD;

/* The entry of a code below count.  FLOW_EFORMAT where the page is malformed before it. */
enum flow_status text_dict_entry(struct text_dict *d, uint32_t code, struct flow_text *text,
    struct flow_error *err) NODISCARD;

/* The code of the hit-th entry that is the text that was looked for. */
uint32_t text_dict_hit(const struct text_dict *d, size_t hit);

/* All bytes of the page.  FLOW_EFORMAT. */
enum flow_status text_dict_bytes(struct text_dict *d, struct cursor *in, struct flow_error *err)
    NODISCARD;
