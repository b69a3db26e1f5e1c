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
 * What a column's values are wanted as.  Those up to 8 are the bytes of a number; 8 is 64 bits as they
 * stand, whatever they mean.
 */
enum pq_want {
	PQ_WANT_TEXT = 0,
	PQ_WANT_U8 = 1,
	PQ_WANT_U16 = 2,
	PQ_WANT_U32 = 4,
	PQ_WANT_BITS = 8,
	PQ_WANT_U64,
	PQ_WANT_I64,		/* from 0 on: a counter */
	PQ_WANT_TIME		/* milliseconds since 1970 */
};

/* NULL when out of memory.  A reader takes one chunk after the other, and keeps its memory. */
struct pq_chunk_reader *pq_chunk_reader_new(void);
void pq_chunk_reader_free(struct pq_chunk_reader *reader);

/*
 * Begins with a chunk.  BYTE_ARRAY columns have texts, others numbers: integers, decimals and floating-point
 * numbers, of which NaN is null.  Timestamps of any unit (and INT96) become milliseconds; integers
 * that are no timestamps have to be milliseconds of a likely year where a time is wanted.
 * FLOW_EUNSUPPORTED for codecs, encodings and types that are not read, by name.
 */
enum flow_status pq_chunk_reader_open(struct pq_chunk_reader *reader, const struct pq_file *file,
    size_t group, size_t column, unsigned want, struct flow_error *err) NODISCARD;

/*
 * Says, right after opening, that only some rows will be read: pages are then read from the
 * file one by one as they are wanted, where the chunk has an offset index.  FLOW_EFORMAT,
 * FLOW_EIO, FLOW_ENOMEM.
 */
enum flow_status pq_chunk_reader_by_page(struct pq_chunk_reader *reader, struct flow_error *err)
    NODISCARD;

/*
 * The next `rows` rows (no more than are left).  Exactly one of numbers and codes is
 * wanted, by the column's type.  Null rows are 0 in the array; `valid` gets their
 * bitmap from bit 0 on (BITMAP_WORDS(rows) words) and *has_nulls says whether it matters.
 * A number that cannot be what is wanted is FLOW_ERANGE: "VALUE, of its type TYPE, is not ...".
 */
enum flow_status pq_chunk_reader_numbers(struct pq_chunk_reader *reader, size_t rows, void *numbers,
    uint64_t *valid, bool *has_nulls, struct flow_error *err) NODISCARD;
enum flow_status pq_chunk_reader_codes(struct pq_chunk_reader *reader, size_t rows, uint32_t *codes,
    uint64_t *valid, bool *has_nulls, struct flow_error *err) NODISCARD;

/* Steps over the next `rows` rows. */
enum flow_status pq_chunk_reader_skip(struct pq_chunk_reader *reader, size_t rows,
    struct flow_error *err) NODISCARD;

/*
 * The texts that codes read so far refer to.  Grows (never changes) as pages without a
 * dictionary are read; valid until the next call that reads or opens.
 */
enum flow_status pq_chunk_reader_texts(struct pq_chunk_reader *reader,
    const struct flow_text **text, uint32_t *count, struct flow_error *err) NODISCARD;

/*
 * Says, right after opening, that few of the column's values will be asked for, one by one; a
 * dictionary of texts is then not made an array unless pq_chunk_reader_texts is called, and one of numbers is
 * decompressed as far as it is wanted, where it can be.  `sought`, which stays
 * as long as the chunk is read, is a text whose codes will be asked for; NULL: none.
 */
void pq_chunk_reader_want_few(struct pq_chunk_reader *reader, const struct flow_text *sought);

/*
 * The text of a code that was read; its bytes are valid until the reader opens another chunk.
 * FLOW_EFORMAT where the dictionary is malformed before it.
 */
enum flow_status pq_chunk_reader_text(struct pq_chunk_reader *reader, uint32_t code,
    struct flow_text *text, struct flow_error *err) NODISCARD;

/*
 * The codes, `count` of them in any order, of all rows read so far that have the text that was sought.
 * False where that is not known: all texts have to be looked at then.
 */
bool pq_chunk_reader_sought(const struct pq_chunk_reader *reader, uint32_t code[TEXT_DICT_HITS_MAX],
    size_t *count);
