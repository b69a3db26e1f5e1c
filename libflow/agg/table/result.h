/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* The merged groups, and each view's rows in order. */

#include "agg/worker.h"

/* A group in the order of a view: greater ranks first, then keys. */
struct result_row {
	uint64_t rank;
	uint64_t key;		/* of two of one rank the lesser comes first, else all of their keys decide */
	uint64_t *group;
};

/* The rows that a view keeps of one part whose groups are gone. */
struct result_kept {
	struct result_row *row;
	uint64_t rows;
	uint64_t *groups;
};

/* The time that a bill, spikes or a series are about, in bins that begin at multiples of the width. */
struct bin_range {
	int64_t width_ms;
	int64_t from_ms, to_ms;		/* may cut the first and the last bin */
	uint64_t bins;			/* that it touches */
};

struct result_view {
	struct result_row *row;
	uint64_t rows;
	uint64_t most;		/* that row has room for */
	bool bounded;		/* there are more groups */
	struct result_kept *kept;	/* GROUP_PARTS of them; NULL: groups are in memory */
	uint64_t *rest;		/* series: groups of its own */
	struct bill *bill;	/* instead of row, */
	struct spike *spike;	/* and these */
	struct bin_range range;	/* of bills, spikes and series */
	uint64_t *place_rank;	/* series: ranks of its groups by their places */
};

struct flow_agg_result {
	const struct flow_agg_spec *spec;
	struct key_maps maps;
	struct groups *groups;
	struct groups **rest;		/* by grouping: of a series that was sieved, the rests of bins; NULL: none */
	bool unproven;			/* see flow_agg_proven */
	struct instants *ends;		/* by grouping: of all rows of its period; NULL: groups tell */
	uint64_t *outside;		/* by grouping: rows of which nothing lies in the period */
	struct measure_totals totals;
	/* Where memory is limited: a folder for what is large, and the limit of a worker. */
	const char *folder;
	size_t limit;
	struct spool *array;		/* see result_array */
	size_t arrays;
	struct flow_error error;	/* why, if not for memory */
	struct approx **approx;		/* the workers' */
	size_t workers;
	struct result_view *view;
};

/*
 * An array that may be larger than memory (spool.h), freed with the result or before; NULL when
 * there is no room, with r->error if not for memory.  Not for several threads.
 */
void *result_array(struct flow_agg_result *r, size_t count, size_t size) NODISCARD;
void result_array_free(struct flow_agg_result *r, void *p);

/* Sorts it. */
void result_sort(const struct flow_agg_result *r, void *list, size_t n, size_t size,
    spool_compare *compare, void *arg);

/* Frees the groups, and all that leads to them; tables have no rows then, but columns and notes. */
void result_lighten(struct flow_agg_result *r);

/* Orders a table's rows of several shares: greater ones come first. */
uint64_t result_rank(const struct flow_agg_result *r, size_t table, uint64_t row);

/* The same for each of a list of orders (question.h, struct view): of a part of the key 0. */
void result_ranks(const struct flow_agg_result *r, size_t table, uint64_t row, uint64_t rank[VIEW_ORDERS]);

/* Sets the bits in the spec of the groups that a late view chose. */
void result_remember(const struct flow_agg_result *r, size_t view);

/* A part's value in a packed key, as key_values gives it; *has: whether there is one. */
uint64_t result_value(const struct key_part *part, const uint64_t *group, bool *has);

/* Replaces a part's value in a packed key. */
void result_set_value(const struct key_part *part, uint64_t *group, uint64_t value);

/* <0, 0, >0: keys in the order of their parts. */
int result_compare_part(const struct flow_agg_result *r, const struct key_part *part, const uint64_t *a,
    const uint64_t *b);
int result_compare_keys(const struct flow_agg_result *r, const struct grouping *g,
    const uint64_t *a, const uint64_t *b);

/* A column for a part of a key, unless that is hidden. */
enum flow_status result_key_column(const struct key_part *part, struct flow_table *t) NODISCARD;

/* A column for each part of a key that is shown, and the cell of one part, or all of them, in a row. */
enum flow_status result_key_columns(const struct grouping *g, struct flow_table *t) NODISCARD;
enum flow_status result_key_cell(const struct flow_agg_result *r, const struct grouping *g, size_t part,
    const uint64_t *group, struct flow_table *t, size_t column, size_t row) NODISCARD;
enum flow_status result_key_cells(const struct flow_agg_result *r, const struct grouping *g,
    const uint64_t *group, struct flow_table *t, size_t row) NODISCARD;

/* Keeps what a bounded view needs of a part that is merged, so that the part can be freed. */
enum flow_status result_keep(struct flow_agg_result *r, size_t view, unsigned part) NODISCARD;

/* Makes room for the rows of r->view[i], and fills it from the merged groups; this for several views at a time. */
enum flow_status result_reserve(struct flow_agg_result *r, size_t view) NODISCARD;
void result_order(struct flow_agg_result *r, size_t view);
