/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Finds suspicious flows: scans, beacons, floods, reflections, leaks, peers that are on lists.
 *
 *	d = flow_detect_new(&options)           what to look for
 *	pass 1: flow_detect_count(worker, ...)  all rows: an upper bound for each key (key_tally.h)
 *	pass 2: flow_detect_keep(worker, ...)   the same rows: evidence of keys that may reach a threshold
 *	flow_detect_judge(d, ...)               evidence of a key in the order of time -> findings
 *	flow_detect_table(d, i, ...)            findings, worst first, with the filter of their flows
 *
 * A bound is never too low, so no key that reaches its threshold is missed; a finding's numbers are counted exactly.
 * If the evidence does not fit into memory, keys are judged share by share, by their hashes, and rows are read again
 * for each: flow_detect_share.  Results depend neither on shares nor on the number of workers.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "net/net_lists.h"
#include "record/batch.h"
#include "record/result_table.h"
#include "record/select.h"

/* What to look for; bits of a set. */
enum flow_detect_what {
	FLOW_DETECT_SCANS = 1,
	FLOW_DETECT_BEACONS = 2,
	FLOW_DETECT_FLOODS = 4,
	FLOW_DETECT_REFLECTION = 8,
	FLOW_DETECT_LEAKS = 16,
	FLOW_DETECT_ALL = 31,		/* all that need nothing but flows */
	FLOW_DETECT_LISTED = 32,	/* needs options.lists */
};

struct flow_detect_options {
	unsigned what;			/* of enum flow_detect_what */
	/* The start of each finding's command, before its filter: "flowcat -r 'a b'"; NULL: flowcat. */
	const char *command;
	/* The filter that chose the rows, put before that of a finding; NULL: none. */
	const char *filter;
	uint64_t most;			/* rows a table has at most; 0: no limit */
	const struct net_lists *lists;	/* of networks, ended; NULL: none */
	const struct net_lists *own;	/* own networks, ended; NULL: not known */
	uint64_t seed;			/* of hashes, random: against attacks on speed; results do not depend on it */
	/* Thresholds: detect/thresholds.def says what they are. */
#define THRESHOLD(name, member, value, least, most, doc) double member;
#include "detect/thresholds.def"
#undef THRESHOLD
};

/* Default thresholds, and nothing to look for. */
#define FLOW_DETECT_OPTIONS_INIT flow_detect_usual()
struct flow_detect_options flow_detect_usual(void);

/*
 * Sets thresholds by NAME=NUMBER[,...]: names are in detect/thresholds.def, numbers as in 100, 0.5 and 50M.
 * FLOW_EINVAL, after setting those before the wrong one.
 */
enum flow_status flow_detect_threshold(struct flow_detect_options *options, const char *text,
    struct flow_error *err) NODISCARD;

/* The most shares that keys can be divided into. */
#define FLOW_DETECT_SHARES 256

struct flow_detect;
struct flow_detect_worker;

/* Texts in options are not copied and must outlive it; rows: about how many there will be.  NULL: out of memory. */
struct flow_detect *flow_detect_new(const struct flow_detect_options *options, uint64_t rows) NODISCARD;
void flow_detect_free(struct flow_detect *d);

/* Adds the columns that both passes need to *set. */
void flow_detect_fields(unsigned what, struct flow_fieldset *set);

/* A thread's state; free it before d.  bytes: of evidence that it may hold.  NULL when out of memory. */
struct flow_detect_worker *flow_detect_worker_new(struct flow_detect *d, size_t bytes) NODISCARD;
void flow_detect_worker_free(struct flow_detect_worker *w);

/* Pass 1: selected rows (NULL: all) of a batch.  FLOW_ENOMEM. */
enum flow_status flow_detect_count(struct flow_detect_worker *w, const struct flow_batch *batch,
    const struct flow_selection *sel, struct flow_error *err) NODISCARD;

/* Ends pass 1; call it once.  *any: some key may reach a threshold, so that pass 2 is needed.  FLOW_ENOMEM. */
enum flow_status flow_detect_counted(struct flow_detect *d, bool *any, struct flow_error *err) NODISCARD;

/* Before each pass 2: it is to keep evidence of keys in shares [from, to). */
void flow_detect_share(struct flow_detect *d, unsigned from, unsigned to);

/*
 * Pass 2: selected rows of a batch.  FLOW_ELIMIT: the worker's bytes are used up; begin the pass again with a smaller
 * share and new workers.
 */
enum flow_status flow_detect_keep(struct flow_detect_worker *w, const struct flow_batch *batch,
    const struct flow_selection *sel, struct flow_error *err) NODISCARD;

/*
 * Judges the evidence of all n workers: called by each of n threads with its number i.  FLOW_ENOMEM.
 */
enum flow_status flow_detect_judge(struct flow_detect *d, struct flow_detect_worker *const *w, size_t n, size_t i,
    struct flow_error *err) NODISCARD;

/* Collects the findings of all workers; call it once per share, after all have judged.  Then free the workers. */
enum flow_status flow_detect_gather(struct flow_detect *d, struct flow_detect_worker *const *w, size_t n,
    struct flow_error *err) NODISCARD;

/* The number of tables for a set `what`, and of findings in a table. */
size_t flow_detect_tables(unsigned what);
uint64_t flow_detect_rows(const struct flow_detect *d, size_t table);

/* Rows [from, from + rows) of a table, which has columns even without rows.  The caller frees it. */
enum flow_status flow_detect_table(const struct flow_detect *d, size_t table, uint64_t from, size_t rows,
    struct flow_table **out, struct flow_error *err) NODISCARD;
