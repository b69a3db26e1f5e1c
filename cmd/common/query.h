/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * What flowcat and flowstat share: from the files of an archive, a window of
 * time and a filter, to batches with a selection, for any number of workers.
 */

#include <stdbool.h>

#include "flow.h"
#include "time/stamp.h"

/* What the user asked for. */
struct query_request {
	struct flow_files files;
	const char *window;		/* -t; NULL: all */
	char *filter;			/* its text, owned; NULL or "": all */
	const char *filter_file;	/* instead: where to read it from */
	enum stamp_zone zone;		/* of times without one in window and filter */
	bool as_nfdump;			/* in the filter absent numbers are 0, and a file without ident is "none" */
	const struct cryptopan *pseudonyms;	/* replaces the addresses of rows that passed; or NULL */
	unsigned threads;		/* 0: one per core */
	struct flow_names *names;	/* gets what the exporters announced; NULL: not wanted */
	bool any_order;			/* tasks may come in any order */
	bool whole_groups;		/* each task is a row group, which query_copy needs */
	bool live;			/* also flows of the slots that collectors have open */
	struct flow_seen *seen;		/* rows to leave out (query_mark_seen); NULL: none */
	bool repeats;			/* it is opened repeatedly: each message is printed once */
	struct buf told;
	bool touching;			/* rows that overlap the window pass, not only those that begin in it */
	bool has_paths;			/* a path was given, even if it matched nothing */
	bool may_read_nothing;		/* without a path nothing is read, not standard input */
	/*
	 * Whether all paths are directories that are read as a whole: then SQL can name them in place of
	 * their files.
	 */
	bool only_directories;
	char **directory;		/* those; owned */
	size_t directory_count;
	/* -r, -R and -M as given, until query_arguments makes files of them. */
	struct query_read {
		const char *text;
		bool range;
	} *read;
	size_t reads;
	const char *directories;	/* -M; NULL: none */
	const char **argument;		/* paths among the arguments, as given */
	size_t arguments;
	struct flow_geo *geo;		/* of --geo, owned; NULL: none */
	struct flow_elements *elements;	/* of --elements, owned; NULL: none */
	const char *tags;		/* --tags; NULL: none */
	struct flow_map *map;		/* of --map, owned; NULL: none */
};

#define QUERY_REQUEST_INIT { .files = FLOW_FILES_INIT, .zone = STAMP_LOCAL, .only_directories = true }

void query_request_clear(struct query_request *request);

/*
 * Handles an option (OPT_..., cli_options.h) of any query: -r, -R, -M, -t, -f, --elements, --geo,
 * --tags, --map, -j.  Keeps
 * a reference to the argument.  CLI_OK; CLI_MISUSE or CLI_FAILURE after a message; CLI_NOT_MINE.
 */
int query_take_option(struct query_request *request, int code, const char *argument);

/*
 * Makes files of -r and -R, below each of the directories of -M ("/base/a:b:c"
 * is /base/a, /base/b and /base/c) if given.  Of other arguments, those that
 * exist or match as a pattern are paths; a remaining one is the filter.  Without
 * any path "-" is read, unless that is a terminal.  CLI_OK, or CLI_MISUSE after
 * a message.
 */
int query_arguments(struct query_request *request, int argc, char **argv);

/* After query_arguments: whether --live is possible.  CLI_OK, or CLI_MISUSE after a message. */
int query_check_live(const struct query_request *request);

/* Appends the options and paths, quoted for a shell, with which flowcat reads the same files and window. */
void query_put_words(const struct query_request *request, struct buf *out);

/* For a command that reads nothing: the only argument is the filter. */
int query_filter_arguments(struct query_request *request, int argc, char **argv);

/* Only compiles the filter: CLI_OK, or CLI_MISUSE after a message. */
int query_check(const struct query_request *request);

struct query;
struct query_worker;

/*
 * Compiles filter and window and plans the scan.  `wanted` are the columns that
 * are needed of rows that pass.  Messages go to stderr; CLI_OK, CLI_MISUSE or
 * CLI_FAILURE. Unreadable files are reported and remembered (query_failed).
 */
int query_open(struct query_request *request, const struct flow_fieldset *wanted,
    struct query **query);
void query_free(struct query *query);

/* Whether a filter or a window may leave rows out. */
bool query_selects(const struct query *query);

unsigned query_threads(const struct query *query);

/*
 * The period of bills, spikes and series: the window, and where it is open or missing, the receive times of
 * the files.
 */
struct flow_agg_period query_period(const struct query *query);

/*
 * The source and window of the rows, for a statement in SQL; the paths belong to the request.  CLI_OK, or
 * CLI_MISUSE after a message where a path is no file.
 */
int query_sql_from(const struct query *query, const struct query_request *request,
    enum flow_sql_dialect dialect, struct flow_sql_from *from);

/* The dialect that --sql names.  CLI_OK, or CLI_MISUSE after a message. */
int query_sql_dialect(const char *name, enum flow_sql_dialect *dialect);

/* The compiled filter; NULL: every row passes. */
const struct flow_filter *query_filter(const struct query *query);

/* For --explain: the filter's plan and what was pruned, as text. */
enum flow_status query_explain(const struct query *query, struct buf *out) NODISCARD;

/* Whether something could not be read, so that the program ends with CLI_FAILURE. */
bool query_failed(struct query *query);

/* One per thread; NULL (after a message) when out of memory. */
struct query_worker *query_worker_new(struct query *query);
void query_worker_free(struct query_worker *worker);

/* As query_worker_new, with other columns for rows that pass. */
struct query_worker *query_worker_new_of(struct query *query, const struct flow_fieldset *wanted);

/*
 * Makes all tasks available again, for new workers; the old ones must be freed.  Errors that were reported
 * are not reported again.
 */
void query_rewind(struct query *query);

/* The path of the i-th file that could not be read whole, NULL after the last; while no worker reads. */
const char *query_unread(const struct query *query, size_t i);

/* What was read of other collectors' files; false where there are none. */
bool query_old(const struct query *query, struct flow_scan_old *old);

/* Marks everything so far as seen in request->seen.  CLI_OK, or CLI_FAILURE after a message. */
int query_mark_seen(struct query *query);

/* Upper bound of the rows to be read. */
uint64_t query_rows(const struct query *query);

/* The next task (numbered in the order of rows, unless any order is wanted); false when there is none left. */
bool query_take(struct query_worker *worker, size_t *task);

/* The identification of the file that the task's rows come from; NULL: it has none. */
const char *query_ident(const struct query_worker *worker);

/* The identification of all files; "<several>" where they differ, NULL where none has one. */
const char *query_common_ident(const struct query *query);

/*
 * The next batch of the task with rows that passed; false at its end.  Errors
 * are reported on stderr and remembered.
 */
bool query_next(struct query_worker *worker, const struct flow_batch **batch,
    const struct flow_selection **selection);

/* The place (FLOW_TOP_PLACE) of the first row of the last batch. */
uint64_t query_place(const struct query_worker *worker);

/*
 * Reads the rows at these places, in ascending order, with the columns that the query was opened for, and
 * passes them to `take` batch by batch.  Ends when `take` returns false, or a row cannot be read (which is
 * reported and remembered).
 */
void query_fetch(struct query *query, const uint64_t *place, size_t count,
    bool (*take)(void *context, const struct flow_batch *batch, const struct flow_selection *sel),
    void *context);

/*
 * Runs job(context, i) in `threads` threads, i from 0, and waits for all of them;
 * with one thread it is called directly.
 */
void query_run(unsigned threads, void (*job)(void *context, unsigned i), void *context);

/* The same for jobs that process the query's tasks and print nothing, with progress on a terminal. */
void query_run_told(struct query *query, unsigned threads, void (*job)(void *context, unsigned i), void *context);
