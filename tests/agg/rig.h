/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Hand-made flows through questions, and answers as text that a test can spell out. */

#include "agg/agg.h"
#include "record/builder.h"
#include "record/dictify.h"

/* A flow; a NULL address, and a port, AS or mask below 0, are absent. */
struct rig_flow {
	const char *src, *dst;
	int proto, sport, dport;
	int64_t first_ms, last_ms;
	int64_t packets, bytes;
	int src_as, dst_as;
	int src_mask;
	const char *user;
};

/*
 * Runs one question over the flows with `workers` states, fed in turn with `step` rows each;
 * the answer's rows as "cell cell ...\n", absent cells as "-".  Static storage; an error
 * gives "error: message".
 */
const char *rig_ask(const struct flow_agg_ask *ask, const struct rig_flow *flow, size_t n,
    size_t workers, size_t step);

/* The workers' limit of memory; 0: none. */
extern size_t rig_limit;

/* Into how many shares groups are divided, each with workers of its own; 0: all at once. */
extern unsigned rig_shares;

/* Whether a first pass counts what groups have, and guesses top lists, as it is done where rows are many. */
extern bool rig_sieves;

/* Notes of the last answer's table, "name number\n" each, before them "period FROM TO BINS OUTSIDE\n". */
extern char rig_notes[256];

/* The period of bills, spikes and series; NULL: that of the flows. */
extern const struct flow_agg_period *rig_period;

/* Where countries are looked up; NULL: nowhere. */
extern const struct flow_geo *rig_geo;

/* As rig_ask, with only the rows for which keep[i] is true. */
const char *rig_ask_some(const struct flow_agg_ask *ask, const struct rig_flow *flow, size_t n,
    const bool *keep);

/* Rows of a table as text, appended at out. */
void rig_table(const struct flow_table *t, char *out, size_t size);
