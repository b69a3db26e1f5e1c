/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Decodes one column chunk from its first row to its last, some rows at a time.
 * Skipping steps over whole pages without decompressing them.
 */

#include "base/status.h"
#include "base/text.h"
#include "parquet/file_read.h"
#include "parquet/meta/schema.h"
#include "parquet/dict/text_dict.h"

struct pq_chunk_reader;

/*
 * What a column's values are to be read as.  Those up to 8 are the bytes of a number; 8 gives the 64 bits of any
 * type.
 */
enum pq_want {
	PQ_WANT_TEXT = 0,
	PQ_WANT_U8 = 1,
	PQ_WANT_U16 = 2,
	PQ_WANT_U32 = 4,
	PQ_WANT_BITS = 8,
	PQ_WANT_U64,
	PQ_WANT_I64,		/* not negative: a counter */
	PQ_WANT_TIME		/* milliseconds since 1970 */
};

/* NULL when out of memory.  A reader reads one chunk after the other, and keeps its memory. */
struct pq_chunk_reader *pq_chunk_reader_new(void);
void pq_chunk_reader_free(struct pq_chunk_reader *reader);

/*
 * Begins a chunk.  BYTE_ARRAY columns hold texts, others numbers: integers, decimals and floating-point numbers,
 * of which NaN becomes null.  Timestamps of any unit (and INT96) become milliseconds; if a time is wanted of
 * plain integers, they must be milliseconds of a likely year. FLOW_EUNSUPPORTED, naming it, for a codec, encoding
 * or type that is not read.
 */
enum flow_status pq_chunk_reader_open(struct pq_chunk_reader *reader, const struct pq_file *file,
    size_t group, size_t column, unsigned want, struct flow_error *err) NODISCARD;

/*
 * To be called right after opening if only some rows will be read: if the chunk has an offset index, pages are
 * then read from the file one by one, on demand.  FLOW_EFORMAT, FLOW_EIO, FLOW_ENOMEM.
 */
enum flow_status pq_chunk_reader_by_page(struct pq_chunk_reader *reader, struct flow_error *err)
    NODISCARD;

/*
 * Reads the next `rows` rows (at most those left), as numbers or as codes: the column's type decides which. Null
 * rows are 0 in the array; `valid` gets their bitmap from bit 0 on (BITMAP_WORDS(rows) words), and *has_nulls
 * tells whether any bit is 0.  A number that is not valid for what is wanted is FLOW_ERANGE: "VALUE, of its type
 * TYPE, is not ...".
 */
enum flow_status pq_chunk_reader_numbers(struct pq_chunk_reader *reader, size_t rows, void *numbers,
    uint64_t *valid, bool *has_nulls, struct flow_error *err) NODISCARD;
enum flow_status pq_chunk_reader_codes(struct pq_chunk_reader *reader, size_t rows, uint32_t *codes,
    uint64_t *valid, bool *has_nulls, struct flow_error *err) NODISCARD;

/* Skips the next `rows` rows. */
enum flow_status pq_chunk_reader_skip(struct pq_chunk_reader *reader, size_t rows,
    struct flow_error *err) NODISCARD;

/*
 * The texts of the codes read so far.  The array only grows, with pages that have no dictionary; valid until the
 * next call that reads or opens.
 */
enum flow_status pq_chunk_reader_texts(struct pq_chunk_reader *reader,
    const struct flow_text **text, uint32_t *count, struct flow_error *err) NODISCARD;

/*
 * To be called right after opening if few of the column's values will be wanted, one by one: a dictionary of
 * texts does not become an array unless pq_chunk_reader_texts is called, and one of numbers is decompressed on
 * demand, if possible.  `sought`, which stays as long as the chunk is read, is a text for pq_chunk_reader_sought;
 * NULL: none.
 */
void pq_chunk_reader_want_few(struct pq_chunk_reader *reader, const struct flow_text *sought);

/*
 * The text of a code that was read; its bytes are valid until the reader opens another chunk. FLOW_EFORMAT if the
 * dictionary is malformed before it.
 */
enum flow_status pq_chunk_reader_text(struct pq_chunk_reader *reader, uint32_t code,
    struct flow_text *text, struct flow_error *err) NODISCARD;

/*
 * The codes of the sought text, `count` of them in any order, in the rows read so far.  False if they are not
 * known: compare all texts then.
 */
bool pq_chunk_reader_sought(const struct pq_chunk_reader *reader, uint32_t code[TEXT_DICT_HITS_MAX],
    size_t *count);
