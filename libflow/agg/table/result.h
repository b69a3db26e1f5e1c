/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* The result of an aggregation: merged groups, and each view's sorted rows. */

#include "agg/worker.h"

/* A row of a view: greater ranks come first, then lesser keys. */
struct result_row {
	uint64_t rank;
	uint64_t key;		/* a sort key of the first part; if equal, whole keys are compared */
	uint64_t *group;
};

/* The rows that a view keeps of a part whose groups were freed. */
struct result_kept {
	struct result_row *row;
	uint64_t rows;
	uint64_t *groups;
};

/* The period of a bill, spikes or a series; bins begin at multiples of the width. */
struct bin_range {
	int64_t width_ms;
	int64_t from_ms, to_ms;		/* may cut the first and the last bin */
	uint64_t bins;			/* that the period touches */
};

struct result_view {
	struct result_row *row;
	uint64_t rows;
	uint64_t most;		/* capacity of row */
	bool bounded;		/* there are more groups */
	struct result_kept *kept;	/* GROUP_PARTS of them; NULL: groups are in memory */
	uint64_t *rest;		/* series: its "other" groups */
	struct bill *bill;	/* replaces row in bills, */
	struct spike *spike;	/* and in spikes */
	struct bin_range range;	/* of bills, spikes and series */
	uint64_t *place_rank;	/* series: ranks of its groups by place */
};

struct flow_agg_result {
	const struct flow_agg_spec *spec;
	struct key_maps maps;
	struct groups *groups;
	struct groups **rest;		/* by grouping: "other" groups of a sieved series; NULL: none */
	bool unproven;			/* see flow_agg_proven */
	struct instants *ends;		/* by grouping: begins of all rows in its period; NULL: see groups */
	uint64_t *outside;		/* by grouping: rows without time in the period */
	struct measure_totals totals;
	/* With limited memory: the folder for large arrays, and the limit of a worker. */
	const char *folder;
	size_t limit;
	struct spool *array;		/* see result_array */
	size_t arrays;
	struct flow_error error;	/* of a failure, except FLOW_ENOMEM */
	struct approx **approx;		/* the workers' */
	size_t workers;
	struct result_view *view;
};

/*
 * Allocates an array that may exceed RAM (spool.h); it is freed with the result or before.  NULL when
 * out of memory, or with r->error.  Not thread-safe.
 */
void *result_array(struct flow_agg_result *r, size_t count, size_t size) NODISCARD;
void result_array_free(struct flow_agg_result *r, void *p);

/* Sorts such an array. */
void result_sort(const struct flow_agg_result *r, void *list, size_t n, size_t size,
    spool_compare *compare, void *arg);

/* Frees the groups and all references to them; tables then have no rows, but still columns and notes. */
void result_lighten(struct flow_agg_result *r);

/* The rank of a row, by which the rows of several shares are merged: greater ones come first. */
uint64_t result_rank(const struct flow_agg_result *r, size_t table, uint64_t row);

/* The same for each in a list of orders (question.h, struct view); 0 for a part of the key. */
void result_ranks(const struct flow_agg_result *r, size_t table, uint64_t row, uint64_t rank[VIEW_ORDERS]);

/* Sets the bits in spec->shown of the groups that a late view chose. */
void result_remember(const struct flow_agg_result *r, size_t view);

/* A part's value in a packed key; atoms give their id; *has: it is not null. */
uint64_t result_value(const struct key_part *part, const uint64_t *group, bool *has);

/* Replaces a part's value in a packed key. */
void result_set_value(const struct key_part *part, uint64_t *group, uint64_t value);

/*
 * The state of the group of `into` that has the values of a group of another grouping: part k that of its part
 * part[k].  It is made if new.  NULL when out of memory.
 */
uint64_t *result_group_of(const struct flow_agg_result *r, struct groups *into, const uint8_t *part,
    const struct groups *from, const uint64_t *group);

/* <0, 0, >0: keys in the order of their parts. */
int result_compare_part(const struct flow_agg_result *r, const struct key_part *part, const uint64_t *a,
    const uint64_t *b);
int result_compare_keys(const struct flow_agg_result *r, const struct grouping *g,
    const uint64_t *a, const uint64_t *b);

/* Adds a column for a part of a key, unless it is hidden. */
enum flow_status result_key_column(const struct key_part *part, struct flow_table *t) NODISCARD;

/* Adds a column for each part that is not hidden; sets the cell of one part; sets those of all parts. */
enum flow_status result_key_columns(const struct grouping *g, struct flow_table *t) NODISCARD;
enum flow_status result_key_cell(const struct flow_agg_result *r, const struct grouping *g, size_t part,
    const uint64_t *group, struct flow_table *t, size_t column, size_t row) NODISCARD;
enum flow_status result_key_cells(const struct flow_agg_result *r, const struct grouping *g,
    const uint64_t *group, struct flow_table *t, size_t row) NODISCARD;

/* Keeps the rows that a bounded view needs of a merged part, so that the part can be freed. */
enum flow_status result_keep(struct flow_agg_result *r, size_t view, unsigned part) NODISCARD;

/* _reserve allocates a view's rows; _order fills and sorts them, concurrently for several views if need be. */
enum flow_status result_reserve(struct flow_agg_result *r, size_t view) NODISCARD;
void result_order(struct flow_agg_result *r, size_t view);
