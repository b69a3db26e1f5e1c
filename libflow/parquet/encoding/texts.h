/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Texts of a chunk: those of a dictionary page, and of pages without dictionary. */

#include "base/buf.h"
#include "base/cursor.h"
#include "base/status.h"
#include "base/text.h"

struct texts {
	struct flow_text *text;
	uint32_t count, cap;
	struct buf **block;	/* hold the bytes; they never move */
	size_t blocks, blocks_cap, used;
};

void texts_release(struct texts *t);
/* Drops the texts, but keeps memory. */
void texts_clear(struct texts *t);

/* An empty buffer that lives as long as the texts; NULL when out of memory. */
struct buf *texts_block(struct texts *t);

/*
 * Each adds texts whose bytes `in` lie in a block: PLAIN (up to n; UINT32_MAX: all), DELTA_LENGTH_BYTE_ARRAY and
 * DELTA_BYTE_ARRAY (at most n).
 */
enum flow_status texts_add_plain(struct texts *t, struct cursor in, uint32_t n,
    struct flow_error *err) NODISCARD;
enum flow_status texts_add_delta_length(struct texts *t, struct cursor in, uint32_t n,
    struct flow_error *err) NODISCARD;
enum flow_status texts_add_delta(struct texts *t, struct cursor in, uint32_t n,
    struct flow_error *err) NODISCARD;
