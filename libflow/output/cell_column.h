/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Inside of a printer: a row is a list of columns, each the literal before
 * it, a value and the literal after it.  A batch is printed in chunks of rows;
 * for each column a function prepares the values of the whole chunk (one
 * tight loop per column), then the rows are joined.
 *
 *	column 0   [192.0.2.1   ] [198.51.100.7] ...   cells: text and length
 *	column 1   [53          ] [443         ] ...
 *	           row 0          row 1                joined: "192.0.2.1,53\n..."
 *
 * Cells are copied in steps of 16 bytes, without looking at their length:
 * what is behind a cell must be readable, what is copied beyond it is
 * overwritten by what follows.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "element/extra_path.h"
#include "net/geo.h"
#include "payload/payload.h"
#include "output/printer.h"
#include "record/batch.h"
#include "time/stamp.h"

/* Rows whose cells are prepared together; the cells of 18 columns fit the second-level cache. */
#define OUTPUT_CHUNK 128

/* A length: the cell has no value, and the column's literals are left out too. */
#define CELL_ABSENT UINT32_MAX

/* Widest cell that is not a reference. */
#define CELL_INLINE_MAX 64

struct cells {
	uint32_t stride;		/* bytes from cell to cell in `text`: 16, 32 or 64 */
	uint32_t step;			/* stride; or 0: all rows show the first cell */
	uint32_t copy;			/* bytes to copy of each; 0: cells are in `ref` */
	bool same;			/* all rows show the first cell, also its length */
	uint32_t len[OUTPUT_CHUNK];
	const char *ref[OUTPUT_CHUNK];	/* readable up to len, rounded up to 16 */
	char *text;
};

/* %idt for a file without an ident, as in nfdump. */
#define NO_IDENT "<no ident>"

struct chunk {
	const struct flow_batch *batch;
	size_t n;			/* at most OUTPUT_CHUNK */
	uint64_t number;		/* of the first row, for %cnt */
	const char *ident;		/* of the file, for %idt; NULL: the column's own */
	size_t call_rows;		/* rows of the whole call: tells whether caches pay */
	bool contiguous;		/* rows row[0], row[0] + 1 ... */
	uint32_t row[OUTPUT_CHUNK];
};

/* Prepared texts of a dictionary, by code; see text_cache.c. */
struct text_cache {
	uint64_t serial;
	bool complete;		/* all entries are prepared */
	uint32_t stride;
	uint8_t *slots;
	size_t slots_cap;
	struct buf arena;
};

/* A column's memory in a state. */
struct column_state {
	struct cells cells;
	struct text_cache cache;
	struct stamp_cache stamp;
};

struct column;

/* Prepares the cells of a chunk; false when out of memory. */
typedef bool column_fn(const struct column *c, struct column_state *s, const struct chunk *chunk);

/*
 * Formats a dictionary's entry at `out`, which has room for escape_room(len) + CELL_INLINE_MAX bytes;
 * returns the length.
 */
typedef size_t column_text_fn(const struct column *c, const struct flow_text *text, char *out);

/* How a dictionary's entry becomes the text that is printed. */
enum column_made {
	MADE_NOT,			/* the entry */
	MADE_PLACE,			/* the word of geo for it, an address */
	MADE_HELLO,			/* the word of the TLS hello in it, the column `extra` */
	MADE_HELLO_PEOPLE,		/* the same with the name of the fingerprint before it, as in nfdump */
	MADE_MEMBER			/* the first value of one of its members, the column `extra` */
};

/* Longest made text in bytes. */
#define MADE_BYTES_MAX (PAYLOAD_TEXT_MAX + 8)

/* The text made of an entry; it may be in `room`, of MADE_BYTES_MAX bytes. */
struct flow_text column_made_text(const struct column *c, const struct flow_text *entry, char *room);

struct column {
	column_fn *cells;
	column_text_fn *text;		/* where cells come from a dictionary */
	bool as_it_is;		/* texts without special characters are copied */
	enum flow_field field;		/* FLOW_FIELD_NONE where none */
	enum flow_field second;		/* port, mask, last ... */
	uint32_t null_len;		/* 0: nulls are empty; CELL_ABSENT: left out */
	uint16_t width;			/* least width, for people */
	uint16_t stride;		/* of the cells */
	bool left;			/* aligned to the left */
	bool plain_numbers;
	bool binary_halves;	/* see flow_printer_options */
	bool no_time_0;
	bool full_ipv6;
	enum stamp_zone zone;
	struct resolver *resolver;
	const struct flow_names *names;
	enum column_made made;
	enum flow_geo_word word;	/* of MADE_PLACE */
	enum payload_word payload;	/* of MADE_HELLO */
	uint8_t member_len;
	char member[EXTRA_PATH_MAX];	/* of MADE_MEMBER: its path */
	const struct flow_geo *geo;	/* NULL: nothing is known of any */
	const char *fixed;		/* a text that is always the same */
	/* Literals; `before` is padded so that it may be read in steps of 16 bytes. */
	char *before;
	uint32_t before_len;
	uint8_t after_len;
	char after[2];
};

/* The chunk's cells as references into the cache, of a DICT column; false when out of memory. */
bool text_cache_cells(const struct column *c, struct column_state *s, const struct chunk *chunk);
void text_cache_release(struct text_cache *t);

/* Gives rows without a value the length `len`. */
void column_nulls(const struct flow_column *in, const struct chunk *chunk, struct cells *out,
    uint32_t len);
