/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Keeps track of journals until they are filed: each is an entry, in the order in which they were
 * received, with a slot of each tree that got something from it.
 *
 *	open ─► decided: filed, or failed ─(retried)─► filed
 *
 * A journal is removed when it and all before it are filed, and the trees' state at its end (a
 * snapshot) is saved.  So the disk always has a state of the decoders and all journals since;
 * replaying these in order, except slots that are filed, restores what was lost.
 */

#include "collect/journal.h"
#include "collect/collect_options.h"

struct filing;
struct filing_entry;

/* NULL when out of memory. */
struct filing *filing_new(const struct log *log);

/*
 * Frees the entries that are not filed; their journals stay.  Logs each and returns how many, plus the slots
 * that were filed incompletely.
 */
size_t filing_free(struct filing *f);

/* A new last entry; NULL when out of memory. */
struct filing_entry *filing_begin(struct filing *f);

/* The entry waits for one slot more, and for one less: that of the tree in this directory. */
void filing_slot_begin(struct filing_entry *e);
void filing_slot_end(struct filing_entry *e, const char *directory, bool filed);

/*
 * Of an entry that failed, and is tried again: remembers that the slot of the tree in this directory is filed
 * now, and whether it is.  Its file may be gone: a command (-x) has moved it away, or it has expired.
 */
void filing_slot_note(struct filing_entry *e, const char *directory);
bool filing_slot_is_filed(struct filing_entry *e, const char *directory);

/*
 * A tree's state at the end of the entry (exporter_state_save), to be saved when the entry is filed; takes
 * over the buffer.
 */
void filing_snapshot(struct filing_entry *e, const struct collect_options *tree, struct buf *state);

/* Ends the entry: no more slots.  Its journal is this segment, or this file of an earlier run. */
void filing_end_segment(struct filing_entry *e, struct journal_segment *segment);
void filing_end_file(struct filing_entry *e, char *path, bool damaged);

/* The same for a file that could not be opened. */
void filing_fail_file(struct filing_entry *e, char *path);

/* Waits until all entries are decided. */
void filing_await(struct filing *f);

/*
 * The oldest entry if it is decided and failed, and its journal could be filed now; else NULL.  Retries
 * saving state that could not be saved before.  The caller must call filing_retried.
 */
struct filing_entry *filing_oldest_failed(struct filing *f, const char **path);
void filing_retried(struct filing_entry *e, bool filed);

/* Journals that are not filed; any thread. */
size_t filing_waiting(struct filing *f);

/* Journals that were decoded and could not be filed so far; any thread. */
size_t filing_failed(struct filing *f);
