/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * What becomes of journals: each is an entry, in the order in which they were received, and holds a
 * slot of each tree that got something from it.
 *
 *	open ─► decided: filed, or failed ─(retried)─► filed
 *
 * A journal is removed when it and all before it are filed, and what the trees knew at its end (a
 * snapshot) is saved.  So what is on the disk is always: a state of the decoders, and all journals
 * since; replaying these in order, without the slots that are filed, makes what was lost.
 */

#include "collect/journal.h"
#include "collect/collect_options.h"

struct filing;
struct filing_entry;

/* NULL when out of memory. */
struct filing *filing_new(const struct log *log);

/*
 * Lets go of what is not filed: its journals stay.  How many there are, after a log line for each, and
 * how many slots were filed without all that belongs into them.
 */
size_t filing_free(struct filing *f);

/* A new last entry; NULL when out of memory. */
struct filing_entry *filing_begin(struct filing *f);

/* A slot depends on the entry, and does no more. */
void filing_slot_begin(struct filing_entry *e);
void filing_slot_end(struct filing_entry *e, bool filed);

/*
 * What a tree knew at the end of the entry (exporter_state_save), to be saved in time: the buffer
 * becomes the entry's.
 */
void filing_snapshot(struct filing_entry *e, const struct collect_options *tree, struct buf *state);

/* No slots are added any more; the entry's journal is this segment, or this file of an earlier run. */
void filing_end_segment(struct filing_entry *e, struct journal_segment *segment);
void filing_end_file(struct filing_entry *e, char *path, bool damaged);

/* The same of a file that could not be opened. */
void filing_fail_file(struct filing_entry *e, char *path);

/* Waits until all entries are decided. */
void filing_await(struct filing *f);

/*
 * The oldest entry if it is decided and failed, and its journal could be filed now; NULL: there is
 * none.  Saves what could not be saved before.  filing_retried is to follow.
 */
struct filing_entry *filing_oldest_failed(struct filing *f, const char **path);
void filing_retried(struct filing_entry *e, bool filed);

/* Journals that are not filed; any thread. */
size_t filing_waiting(struct filing *f);

/* Those that were decoded and could not be filed so far; any thread. */
size_t filing_failed(struct filing *f);
