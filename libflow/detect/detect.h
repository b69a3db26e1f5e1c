/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * What stands out in flows: scans, beacons, floods, reflections, leaks, peers that are on lists.
 *
 *	d = flow_detect_new(&options)           what is looked for
 *	pass 1: flow_detect_count(worker, ...)  all rows: bounds of what each key may have (key_tally.h)
 *	pass 2: flow_detect_keep(worker, ...)   the same rows: evidence of keys that may have enough
 *	flow_detect_judge(d, ...)               evidence of a key in the order of time -> findings
 *	flow_detect_table(d, i, ...)            findings, worst first, with the filter of their flows
 *
 * A bound is never too low, so no key that has enough is left out, and what is told of a key is counted exactly.
 * Where evidence does not fit into memory keys are taken share by share, by their hashes, and rows are read again:
 * flow_detect_share.  Answers depend neither on shares nor on the number of workers.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "net/net_lists.h"
#include "record/batch.h"
#include "record/result_table.h"
#include "record/select.h"

/* What is looked for; bits of a set. */
enum flow_detect_what {
	FLOW_DETECT_SCANS = 1,
	FLOW_DETECT_BEACONS = 2,
	FLOW_DETECT_FLOODS = 4,
	FLOW_DETECT_REFLECTION = 8,
	FLOW_DETECT_LEAKS = 16,
	FLOW_DETECT_ALL = 31,		/* what needs nothing but flows */
	FLOW_DETECT_LISTED = 32,	/* needs options.lists */
};

struct flow_detect_options {
	unsigned what;			/* of enum flow_detect_what */
	/* Before each finding's filter in its command, as "flowcat -r 'a b'"; NULL: flowcat. */
	const char *command;
	/* The filter that chose the rows, put before that of a finding; NULL: none. */
	const char *filter;
	uint64_t most;			/* rows of a table; 0: all */
	const struct net_lists *lists;	/* of networks, ended; NULL: none */
	const struct net_lists *own;	/* own networks, ended; NULL: not known */
	uint64_t seed;			/* of hashes, by chance: no answer depends on it, but what can be made slow */
	/* Thresholds: detect/thresholds.def says what they are. */
#define THRESHOLD(name, member, value, least, most, doc) double member;
#include "detect/thresholds.def"
#undef THRESHOLD
};

/* Nothing is looked for, by the usual thresholds. */
#define FLOW_DETECT_OPTIONS_INIT flow_detect_usual()
struct flow_detect_options flow_detect_usual(void);

/*
 * NAME=NUMBER[,...] into options: names are in detect/thresholds.def, numbers as in 100, 0.5 and 50M.  FLOW_EINVAL,
 * which leaves options as they were before the part that is wrong.
 */
enum flow_status flow_detect_threshold(struct flow_detect_options *options, const char *text,
    struct flow_error *err) NODISCARD;

/* Shares that keys can be divided into. */
#define FLOW_DETECT_SHARES 256

struct flow_detect;
struct flow_detect_worker;

/* Texts of options are kept, not copied; rows: how many there will be, about.  NULL when out of memory. */
struct flow_detect *flow_detect_new(const struct flow_detect_options *options, uint64_t rows) NODISCARD;
void flow_detect_free(struct flow_detect *d);

/* Adds to *set the columns of both passes. */
void flow_detect_fields(unsigned what, struct flow_fieldset *set);

/* A thread's state, which d outlives; bytes: of evidence that it may hold.  NULL when out of memory. */
struct flow_detect_worker *flow_detect_worker_new(struct flow_detect *d, size_t bytes) NODISCARD;
void flow_detect_worker_free(struct flow_detect_worker *w);

/* Pass 1: selected rows (NULL: all) of a batch.  FLOW_ENOMEM. */
enum flow_status flow_detect_count(struct flow_detect_worker *w, const struct flow_batch *batch,
    const struct flow_selection *sel, struct flow_error *err) NODISCARD;

/* After pass 1, and once.  *any: some key may have enough, so that pass 2 is needed at all.  FLOW_ENOMEM. */
enum flow_status flow_detect_counted(struct flow_detect *d, bool *any, struct flow_error *err) NODISCARD;

/* Before each pass 2: evidence of keys in shares [from, to) is kept. */
void flow_detect_share(struct flow_detect *d, unsigned from, unsigned to);

/*
 * Pass 2.  FLOW_ELIMIT: the worker's bytes are full, and the pass is to begin again with a smaller share and new
 * workers.
 */
enum flow_status flow_detect_keep(struct flow_detect_worker *w, const struct flow_batch *batch,
    const struct flow_selection *sel, struct flow_error *err) NODISCARD;

/*
 * Judges what all n workers kept: called by each of n threads with its number i.  Afterwards the workers may only
 * be freed.  FLOW_ENOMEM.
 */
enum flow_status flow_detect_judge(struct flow_detect *d, struct flow_detect_worker *const *w, size_t n, size_t i,
    struct flow_error *err) NODISCARD;

/* Takes the findings of the share from all workers; once, after all have judged. */
enum flow_status flow_detect_gather(struct flow_detect *d, struct flow_detect_worker *const *w, size_t n,
    struct flow_error *err) NODISCARD;

/* Tables of what was looked for, and their findings. */
size_t flow_detect_tables(unsigned what);
uint64_t flow_detect_rows(const struct flow_detect *d, size_t table);

/* Rows [from, from + rows) of a table, with columns even where there are none.  The caller frees it. */
enum flow_status flow_detect_table(const struct flow_detect *d, size_t table, uint64_t from, size_t rows,
    struct flow_table **out, struct flow_error *err) NODISCARD;
