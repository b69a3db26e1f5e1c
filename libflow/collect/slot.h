/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* A slot of time and the file made of it. */

#include <pthread.h>

#include "collect/collect_options.h"
#include "collect/look.h"
#include "store/profile.h"
#include "collect/journal_file.h"

/* Data that is known when a slot ends, for metadata and log. */
struct slot_end {
	struct buf exporters;		/* JSON */
	struct buf metrics;		/* empty: none */
	char journal_id[JOURNAL_ID_MAX];	/* of the journal with its datagrams; "": none */
	uint64_t datagrams, sequence_gaps, kernel_drops;
	bool left;			/* they are of an earlier run */
	struct filing_entry *again;	/* the entry that failed, and is tried again; NULL: none */
};

/*
 * Row groups are encoded by any thread, and written in the order in which they were made; the first one
 * begins the file.
 */
struct slot {
	const struct collect_options *options;
	int64_t start_ms;
	pthread_mutex_t lock;
	pthread_cond_t moved;
	size_t next;			/* number of the group that is written next */
	struct flow_writer *writer;
	char *path;
	bool failed;
	bool ended;			/* its file is finished, or given up */
	unsigned users;			/* under `lock` */
};

struct slot *slot_new(const struct collect_options *options, int64_t start_ms);
/* Removes a user; the last one frees it.  NULL is fine. */
void slot_free(struct slot *slot);
/* Adds a user, which will call slot_free. */
void slot_hold(struct slot *slot);

/*
 * Waits for the turn of group `number` and writes it (NULL: could not be encoded).  False, after a log line,
 * when the slot is lost.
 */
bool slot_write(struct slot *slot, size_t number, struct flow_group *group);

/*
 * A look at the slot as if it ended now: its `groups`, for which it waits, and then `rows` (NULL: none),
 * which it frees, unless they were handed over in the meantime.  The part has no path where the slot could
 * not be written.  False where it has ended.
 */
bool slot_look(struct slot *slot, size_t groups, struct flow_group *rows, const struct buf *exporters,
    const char *journal, struct look_part *part);

/* The metadata key for the journal that a file was made of. */
#define SLOT_JOURNAL_KEY PROFILE_KEY_JOURNAL

/* Call after all `groups` are written: writes metadata, and gives the file its name.  *rows is its number of rows. */
bool slot_finish(struct slot *slot, size_t groups, const struct slot_end *end, uint64_t *rows);
