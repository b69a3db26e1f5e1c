/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* What planning (scan.c) passes to the workers (scan_worker.c). */

#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "history/old_file.h"
#include "store/opened_file.h"
#include "store/scan.h"
#include "store/scan_plan.h"
#include "store/scan_span.h"

/* A row group to read. */
struct scan_group {
	uint32_t number;
	uint64_t first;		/* number of its first row in the file */
	uint64_t rows;		/* all, also those that are not read */
	struct plan_part part;
};

/* Of each of maybe 100,000 files: keep it small. */
struct scan_file {
	const char *path;
	const struct flow_live_slot *live;	/* NULL: a file */
	char *ident;
	char *problem;
	bool vanished;		/* the problem is that it does not exist */
	atomic_bool unread;	/* some of its rows could not be read */
	bool held;		/* another file holds its rows */
	bool idle;		/* no row has to be read, whatever narrower bounds are */
	char *merged;		/* flow.merged; NULL: none */
	bool seen;		/* all of it was seen before */
	uint64_t seen_rows;	/* rows seen at its beginning, also while it was a slot */
	uint64_t rows;		/* all; set if there is options.seen */
	char *real, *journal;	/* path and flow.journal, for options.seen; NULL: none */
	struct stat stat;	/* at planning */
	struct scan_group *group;
	size_t group_count;
	struct source *source;	/* open; NULL: not */
	int fd;			/* open, but without parsed footer; -1: not open */
	struct flow_scan_plan counts;
	struct span_part span;
	bool no_memory;		/* planning ran out of it */
	enum old_kind old;	/* of which collector; OLD_NONE: Parquet */
};

/* A range of a row group's rows, or all of them; it begins with a batch. */
struct scan_task {
	struct scan_file *file;
	const struct scan_group *group;
	uint64_t from, end;
	uint64_t rows;		/* to read in that range */
};

struct flow_scan {
	struct flow_scan_options options;
	struct scan_file *file;
	size_t files;
	struct source_input input;	/* standard input, once it was read */
	struct scan_task *task;
	size_t tasks;
	struct flow_scan_plan plan;
	struct flow_scan_span span;
	atomic_size_t next_file;	/* while planning */
	atomic_size_t kept_files;
	size_t descriptors;		/* the most that planned files may keep */
	bool vanished;			/* some file did not exist any more */
	bool narrowed;			/* planned a second time, by other bounds */
	pthread_mutex_t names_lock;	/* guards options.names and the notice */
	char *notice;			/* about ignored columns of `notice_file` */
	const struct scan_file *notice_file;
	atomic_size_t next_task;
	_Atomic uint64_t old_flows, old_others, old_lost, old_damaged;	/* of parts that were read to their end */
};

/* The first file that a thread opens while planning; the next ones probably have the same schema. */
struct plan_model {
	const struct source *source;	/* NULL: none yet */
	struct source own;		/* keeps the source if the file does not */
};

/*
 * Reads the footer of a file and finds the row groups to read (scan_file.c): for flow_scan_open, and again for
 * flow_scan_narrow.  Errors are about the file.
 */
enum flow_status scan_plan_file(struct flow_scan *scan, struct scan_file *f, struct plan_model *model,
    struct flow_error *err) NODISCARD;
