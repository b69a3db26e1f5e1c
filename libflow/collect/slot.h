/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* A slot of time and the file that it becomes. */

#include <pthread.h>

#include "collect/collect_options.h"
#include "collect/look.h"
#include "store/profile.h"
#include "collect/journal_file.h"

/* What is known when a slot ends, for metadata and log. */
struct slot_end {
	struct buf exporters;		/* JSON */
	struct buf metrics;		/* empty: none */
	char journal_id[JOURNAL_ID_MAX];	/* of what the slot holds; "" none */
	uint64_t datagrams, sequence_gaps, kernel_drops;
};

/*
 * Row groups are encoded by any thread and written in the order in which they
 * were made; the file is begun by the first.
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
/* One user less; the last one frees it.  NULL is fine. */
void slot_free(struct slot *slot);
/* One more, who will call slot_free. */
void slot_hold(struct slot *slot);

/*
 * Writes group number `number` (NULL: could not be encoded) when its turn has come.
 * False, after a log line, when the slot is lost.
 */
bool slot_write(struct slot *slot, size_t number, struct flow_group *group);

/*
 * What the slot would be if it ended now, with these rows behind the `groups` that were handed over before (NULL: none),
 * which are left out where they were handed over meanwhile.  Waits for these groups; frees `rows`.  The part has no path
 * where the slot could not be written.  False where it has ended.
 */
bool slot_look(struct slot *slot, size_t groups, struct flow_group *rows, const struct buf *exporters,
    const char *journal, struct look_part *part);

/* The key of a file's metadata that names the journal whose slot it is. */
#define SLOT_JOURNAL_KEY PROFILE_KEY_JOURNAL

/* After all `groups` are written: metadata, and the file takes its name.  *rows is what it holds. */
bool slot_finish(struct slot *slot, size_t groups, const struct slot_end *end, uint64_t *rows);
