/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * A directory of slots with its own decoder: datagrams to rows, rows to slots.  One thread feeds it.
 */

#include "collect/collect_options.h"
#include "collect/pipeline.h"

struct tree;

/* The journal that datagrams come from, the same for all trees of a collector. */
struct tree_journal {
	bool used;			/* datagrams come from journals, which end slots; else time ends them */
	bool left;			/* of an earlier run: some of its slots may be filed */
	char id[JOURNAL_ID_MAX];	/* of an earlier run's; ours has one only at its end */
	int64_t slot_ms;		/* of its slot */
	struct filing_entry *entry;	/* NULL: none */
	struct filing_entry *again;	/* the entry that failed, and is tried again; NULL: none */
	bool saves;			/* the tree's state is saved at its end */
};

/* Of several trees. */
struct tree_sum {
	struct flow_counts counts;
	uint64_t rows;			/* decoded */
	size_t sources;
};

/*
 * A tree in that directory, with that state directory (NULL: the same) and that ident (NULL: none); otherwise
 * by the options.  The caller owns the journal's description and changes it between slots.  NULL when out of
 * memory.
 */
struct tree *tree_new(const struct collect_options *options, const char *directory,
    const char *state, const char *ident, struct pipeline *pipeline, const struct tree_journal *journal);

/* Call after the pipeline has finished what was rotated. */
void tree_free(struct tree *t);

/* Decodes a datagram into the open slot.  False, after a log line, when out of memory. */
bool tree_datagram(struct tree *t, const struct flow_datagram *datagram);

/* Whether a slot is open that is over at this time. */
bool tree_due(const struct tree *t, int64_t now_ms);

/* Whether a slot is open, including one that is filed already. */
bool tree_is_open(const struct tree *t);

/* Decodes or drops waiting data that is too old at this time; INT64_MAX: all of it. */
void tree_expire(struct tree *t, int64_t now_ms);

/* Memory of rows not handed over yet, and whether some of the slot were. */
size_t tree_waiting(const struct tree *t);
bool tree_has_file(const struct tree *t);

/* Hands over the rows so far, so that tree_add counts them. */
void tree_flush(struct tree *t);

/* Takes a look at the open slot, if it has rows. */
void tree_look(struct tree *t, struct look *look);

/* Ends the slot now, and writes the metrics (NULL: none) with it; the next datagram begins another. */
void tree_rotate(struct tree *t, const struct buf *metrics);

void tree_session_end(struct tree *t, const struct addr *exporter, uint16_t port);

/* Datagrams dropped by the kernel so far, in all. */
void tree_drops(struct tree *t, uint64_t drops);

/* Its decoder, with all sources known now. */
const struct flow_decoder *tree_decoder(const struct tree *t);

void tree_add(const struct tree *t, struct tree_sum *sum);
