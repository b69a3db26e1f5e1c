/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* What planning (scan.c) leaves for the workers (scan_worker.c). */

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
	struct plan_part part;
};

struct scan_file {
	const char *path;
	const struct flow_live_slot *live;	/* NULL: it is a file */
	char *ident;
	char *problem;
	bool vanished;		/* the problem is that it is not there */
	bool held;		/* another file holds its rows */
	bool idle;		/* nothing of it is to be read, nor will be by narrower bounds */
	char *merged;		/* flow.merged; NULL: none */
	bool seen;		/* all of it was, before */
	uint64_t seen_rows;	/* of its beginning, or of the slot that it was */
	uint64_t rows;		/* in all; where options.seen is asked */
	char *real, *journal;	/* path and flow.journal for options.seen; NULL: none */
	struct stat stat;	/* of what was planned */
	struct scan_group *group;
	size_t group_count;
	bool is_open;		/* `source` is */
	struct source source;
	int fd;			/* open without its footer; -1 not */
	struct flow_scan_plan counts;
	struct span_part span;
	struct flow_error memory;	/* status FLOW_ENOMEM where planning ran out */
	enum old_kind old;	/* whose file it is; OLD_NONE: Parquet */
};

struct scan_task {
	struct scan_file *file;
	const struct scan_group *group;
};

struct flow_scan {
	struct flow_scan_options options;
	struct scan_file *file;
	size_t files;
	struct source_input input;	/* standard input, once read */
	struct scan_task *task;
	size_t tasks;
	struct flow_scan_plan plan;
	struct flow_scan_span span;
	atomic_size_t next_file;	/* while planning */
	atomic_size_t kept_files;
	size_t descriptors;		/* that may be kept of files to be read */
	bool vanished;			/* some file was not there any more */
	bool narrowed;			/* planned before, by other bounds */
	pthread_mutex_t names_lock;	/* of options.names, and of the notice */
	char *notice;			/* about columns that are ignored in `notice_file` */
	const struct scan_file *notice_file;
	atomic_size_t next_task;
	_Atomic uint64_t old_flows, old_others, old_lost, old_damaged;	/* of parts that were read to their end */
};

/* The first file that a thread opens while planning; the others are likely to be like it. */
struct plan_model {
	const struct source *source;	/* NULL: none yet */
	struct source own;		/* what it is where the file's is not kept */
};

/*
 * Reads the footer of a file and finds the row groups to read (scan_file.c): for flow_scan_open, and once more for
 * flow_scan_narrow.  Errors are the file's.
 */
enum flow_status scan_plan_file(struct flow_scan *scan, struct scan_file *f, struct plan_model *model,
    struct flow_error *err) NODISCARD;
