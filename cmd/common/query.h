/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * What flowcat and flowstat do alike: files of an archive, a window of time and
 * a filter, to batches with a selection, by any number of workers.
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
	const struct cryptopan *pseudonyms;	/* addresses of rows that passed become these; or NULL */
	unsigned threads;		/* 0: one per core */
	struct flow_names *names;	/* gets what the exporters announced; NULL: not wanted */
	bool any_order;			/* tasks need not follow each other as their rows do */
	bool live;			/* flows of the slots that collectors have open too */
	struct flow_seen *seen;		/* rows that were seen are left out (query_mark_seen); NULL: none */
	bool repeats;			/* it is opened again and again: what was told once is not told again */
	struct buf told;
	bool touching;			/* rows that touch the window pass, not those alone that begin in it */
	bool has_paths;			/* a path was given, even if it matched nothing */
	bool may_read_nothing;		/* where no path is given nothing is read, not standard input */
	/* Whether all paths are directories, read whole: then they stand for their files in SQL. */
	bool only_directories;
	char **directory;		/* those; owned */
	size_t directory_count;
	/* -r, -R and -M as they came, until query_arguments makes files of them. */
	struct query_read {
		const char *text;
		bool range;
	} *read;
	size_t reads;
	const char *directories;	/* -M; NULL: none */
	const char **argument;		/* paths among the arguments, as they came */
	size_t arguments;
	struct flow_geo *geo;		/* of --geo, owned; NULL: none */
	struct flow_elements *elements;	/* of --elements, owned; NULL: none */
};

#define QUERY_REQUEST_INIT { .files = FLOW_FILES_INIT, .zone = STAMP_LOCAL, .only_directories = true }

void query_request_clear(struct query_request *request);

/*
 * Takes an option (OPT_..., cli_options.h) that is about a query, whichever program asks: -r, -R, -M, -t, -f,
 * --elements, --geo, -j.  The argument stays.  CLI_OK; CLI_MISUSE or CLI_FAILURE after a message; CLI_NOT_MINE.
 */
int query_take_option(struct query_request *request, int code, const char *argument);

/*
 * Makes files of -r and -R, below each of the directories of -M ("/base/a:b:c" is /base/a,
 * /base/b and /base/c) where that was given; and takes
 * arguments that are no options: those that exist or match as a pattern are
 * paths, one other is the filter.  Without any path "-" is read, unless that is
 * a terminal.  CLI_OK, or CLI_MISUSE after a message.
 */
int query_arguments(struct query_request *request, int argc, char **argv);

/* After query_arguments: whether --live can be. CLI_OK, or CLI_MISUSE after a message. */
int query_check_live(const struct query_request *request);

/* Appends the options and paths, quoted for a shell, with which flowcat reads the same files and window. */
void query_put_words(const struct query_request *request, struct buf *out);

/* Of a command that reads nothing: the one argument is the filter. */
int query_filter_arguments(struct query_request *request, int argc, char **argv);

/* Only compiles the filter: CLI_OK, or CLI_MISUSE after a message. */
int query_check(const struct query_request *request);

struct query;
struct query_worker;

/*
 * Compiles filter and window and plans the scan.  `wanted` are the columns that
 * the rows that pass are needed with.  Messages go to stderr; CLI_OK, CLI_MISUSE or
 * CLI_FAILURE.  Unreadable files are told of and remembered (query_failed).
 */
int query_open(struct query_request *request, const struct flow_fieldset *wanted,
    struct query **query);
void query_free(struct query *query);

/* Whether a filter or a window may leave rows out. */
bool query_selects(const struct query *query);

unsigned query_threads(const struct query *query);

/*
 * What bills, spikes and series are about: the window, and where it is open, or there is none, the
 * receive times of the files.
 */
struct flow_agg_period query_period(const struct query *query);

/*
 * Where the rows come from and which window of time they are in, for a statement in SQL; the paths
 * are the request's. CLI_OK, or CLI_MISUSE after a message where that is no file.
 */
int query_sql_from(const struct query *query, const struct query_request *request,
    enum flow_sql_dialect dialect, struct flow_sql_from *from);

/* What --sql names. CLI_OK, or CLI_MISUSE after a message. */
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

/* As query_worker_new, where rows that pass are needed with other columns. */
struct query_worker *query_worker_new_of(struct query *query, const struct flow_fieldset *wanted);

/*
 * All tasks can be taken once more, by new workers, the old ones being freed.  Errors in tasks that were
 * told are not told again.
 */
void query_rewind(struct query *query);

/* What of the files of other collectors was read; false where there are none. */
bool query_old(const struct query *query, struct flow_scan_old *old);

/* All that was there is seen: request->seen.  CLI_OK, or CLI_FAILURE after a message. */
int query_mark_seen(struct query *query);

/* Rows that will be looked at, at most. */
uint64_t query_rows(const struct query *query);

/* The next task (numbered in the order of rows, unless that is any); false when there is none left. */
bool query_take(struct query_worker *worker, size_t *task);

/* The identification of the file that the task's rows come from; NULL: it has none. */
const char *query_ident(const struct query_worker *worker);

/* The identification that all files have; "<several>" where they differ, NULL where none has one. */
const char *query_common_ident(const struct query *query);

/*
 * The next batch of the task with rows that passed; false at its end.  Errors are
 * told on stderr and remembered.
 */
bool query_next(struct query_worker *worker, const struct flow_batch **batch,
    const struct flow_selection **selection);

/* Where the first row of the last batch stands: FLOW_TOP_PLACE. */
uint64_t query_place(const struct query_worker *worker);

/*
 * Reads the rows of these places, ascending, with the columns that the query was opened for, and gives
 * them batch by batch; when take returns false, or a row cannot be read (which is told and remembered),
 * it ends.
 */
void query_fetch(struct query *query, const uint64_t *place, size_t count,
    bool (*take)(void *context, const struct flow_batch *batch, const struct flow_selection *sel),
    void *context);

/*
 * Runs job(context, i) in `threads` threads, i from 0, and waits for all of them;
 * with one thread it is called directly.
 */
void query_run(unsigned threads, void (*job)(void *context, unsigned i), void *context);

/* The same for jobs that take the query's tasks and print nothing: a terminal is told how far they are. */
void query_run_told(struct query *query, unsigned threads, void (*job)(void *context, unsigned i), void *context);
