/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Reads files of older collectors as batches: nfdump's (history/nfdump_file.h) and those of
 * flow-tools (history/flow_tools_file.h).
 *
 *	old_file_open --> parts, each a task for a worker
 *	old_reader_begin(part) --> old_reader_next: early columns --> old_reader_late: the others, of rows that passed
 *
 * Damaged data is skipped, and reported at the end of the part, so that everything else is read.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "history/old_about.h"
#include "record/batch.h"
#include "record/field.h"
#include "record/filter_bounds.h"
#include "record/select.h"

enum old_kind {
	OLD_NONE,
	OLD_NFDUMP,
	OLD_FLOW_TOOLS,
};

/* Recognizes a file by its first bytes; four are enough. */
enum old_kind old_kind(const uint8_t *first, size_t len);

/* "nfdump" or "flow-tools". */
const char *old_kind_name(enum old_kind kind);

struct old_file;

/*
 * Opens a descriptor, or bytes in memory, which stay until the file is closed; *file is NULL and FLOW_OK returned
 * if it is no old file.  Errors as nfdump_file_open and flow_tools_file_open; messages without a path.
 */
enum flow_status old_file_open_fd(int fd, struct old_file **file, struct flow_error *err) NODISCARD;
enum flow_status old_file_open_memory(const uint8_t *bytes, size_t len, struct old_file **file,
    struct flow_error *err) NODISCARD;
void old_file_close(struct old_file *file);

enum old_kind old_file_kind(const struct old_file *file);
const struct old_about *old_file_about(const struct old_file *file);
uint64_t old_file_bytes(const struct old_file *file);

/* At least one. */
size_t old_file_parts(const struct old_file *file);

/* Rows of a part as the file counts them; the real number may differ. */
uint64_t old_file_part_rows(const struct old_file *file, size_t part);

/* Records of parts that were read to their end: each is in one of the first three. */
struct old_ledger {
	uint64_t flows;		/* became rows */
	uint64_t others;	/* describe exporters and the file */
	uint64_t lost;		/* damaged */
	uint64_t damaged;	/* damaged places */
};

struct old_reader;

/* A reader of these columns, to be used by one thread; NULL when out of memory. */
struct old_reader *old_reader_new(const struct flow_fieldset *early, const struct flow_fieldset *late);
void old_reader_free(struct old_reader *r);

/*
 * Tells the reader the filter's bounds.  If a filter only compares an early column of addresses with one host,
 * old_reader_next returns other addresses as null; old_reader_late then reads them if the column is late too.
 */
void old_reader_seek(struct old_reader *r, const struct flow_bounds *bounds);

/* Begins a part; the file stays until old_reader_end, or another begin. */
void old_reader_begin(struct old_reader *r, const struct old_file *file, size_t part);
void old_reader_end(struct old_reader *r);
bool old_reader_is_open(const struct old_reader *r);

/*
 * The next batch with its early columns, at most FLOW_BATCH_ROWS rows, in the form of scans.  At the end
 * FLOW_END, or FLOW_ECORRUPT with a message about the damage; FLOW_ENOMEM.
 */
enum flow_status old_reader_next(struct old_reader *r, const struct flow_batch **batch, struct flow_error *err)
    NODISCARD;

/* Adds the late columns to that batch for the selected rows (NULL: all); they are null in other rows. */
enum flow_status old_reader_late(struct old_reader *r, const struct flow_selection *sel, struct flow_error *err)
    NODISCARD;

/* Number, in its part, of the first row of the batch that was given last. */
uint64_t old_reader_at(const struct old_reader *r);

/* The counts of the part that ended; only after old_reader_next did not return FLOW_OK. */
struct old_ledger old_reader_ledger(const struct old_reader *r);
