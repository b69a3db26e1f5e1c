/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/report/series.h"

#include <stdlib.h>
#include <string.h>

#include "agg/report/bins.h"
#include "agg/table/result.h"

/* A shown group, identified by its state, and its place in the view. */
struct shown {
	const uint64_t *state;
	uint64_t place;
};

struct series_row {
	uint64_t time;		/* biased */
	uint64_t place;
	uint64_t *group;
};

static int
compare_shown(const void *pa, const void *pb)
{
	const struct shown *a = pa, *b = pb;

	return (a->state > b->state) - (a->state < b->state);
}

static int
order_shown(const void *pa, const void *pb, void *arg)
{
	UNUSED(arg);
	return compare_shown(pa, pb);
}

static int
compare_rows(const void *pa, const void *pb, void *arg)
{
	const struct series_row *a = pa, *b = pb;

	UNUSED(arg);
	if (a->time != b->time)
		return a->time < b->time ? -1 : 1;
	return (a->place > b->place) - (a->place < b->place);
}

static struct shown *
shown_list(struct flow_agg_result *r, const struct result_view *v, size_t grouping)
{
	struct shown *list = result_array(r, v->rows, sizeof(*list));

	if (list == NULL)
		return NULL;
	for (uint64_t i = 0; i < v->rows; i++)
		list[i] = (struct shown){ groups_state(&r->groups[grouping], v->row[i].group), i };
	result_sort(r, list, v->rows, sizeof(*list), order_shown, NULL);
	return list;
}

static uint64_t
place_of(const struct shown *list, uint64_t n, const uint64_t *state)
{
	const struct shown key = { state, 0 };
	const struct shown *found = n > 0 ? bsearch(&key, list, n, sizeof(key), compare_shown) : NULL;

	return found != NULL ? found->place : SERIES_REST;
}

/* The groups of rows that a sieve kept out of bins, one per bin; NULL: none. */
static struct groups *
rest_of(const struct flow_agg_result *r, const struct view *vw)
{
	return r->rest != NULL ? r->rest[vw->bins] : NULL;
}

/* Appends these groups to a list. */
static void
list_rest(struct groups *rest, struct series_row *list, size_t *count)
{
	const struct key_part *time = &rest->grouping->part[rest->grouping->parts - 1];
	bool has;

	for (unsigned p = 0; p < GROUP_PARTS; p++) {
		for (uint32_t i = 0; i < rest->part[p].count; i++) {
			uint64_t *group = groups_at(rest, &rest->part[p], i);

			list[(*count)++] = (struct series_row){ result_value(time, group, &has) ^ SLOT_TIME_BIAS,
				SERIES_REST, group };
		}
	}
}

/* All *count bins of all groups, in the order of the series. */
static struct series_row *
list_rows(struct flow_agg_result *r, const struct view *vw, const struct shown *shown, uint64_t n,
    size_t *count)
{
	struct groups *bins = &r->groups[vw->bins], *into = &r->groups[vw->grouping];
	struct groups *rest = rest_of(r, vw);
	const struct key_part *time = &bins->grouping->part[bins->grouping->parts - 1];
	struct series_row *list;
	uint8_t part[KEY_PARTS];
	bool has;

	/* The bin comes last. */
	for (uint8_t k = 0; k < KEY_PARTS; k++)
		part[k] = k;
	list = result_array(r, groups_count(bins) + (rest != NULL ? groups_count(rest) : 0), sizeof(*list));
	*count = 0;
	for (unsigned p = 0; p < GROUP_PARTS && list != NULL; p++) {
		for (uint32_t i = 0; i < bins->part[p].count; i++) {
			uint64_t *group = groups_at(bins, &bins->part[p], i);
			const uint64_t *state;

			if (!groups_used(bins, group))
				continue;
			state = result_group_of(r, into, part, bins, group);
			if (state == NULL)
				return NULL;
			list[(*count)++] = (struct series_row){
				result_value(time, group, &has) ^ SLOT_TIME_BIAS,
				place_of(shown, n, state), group };
		}
	}
	if (list != NULL && rest != NULL)
		list_rest(rest, list, count);
	if (list != NULL)
		result_sort(r, list, *count, sizeof(*list), compare_rows, NULL);
	return list;
}

/* Adds a bin's groups that are not shown to the first of them, which own_rests has copied. */
static uint64_t
join_rest(const struct groups *bins, const struct series_row *list, size_t n,
    struct result_row *out)
{
	uint64_t rows = 0;

	for (size_t i = 0; i < n; i++) {
		bool again = i > 0 && list[i].place == SERIES_REST &&
		    list[i - 1].place == SERIES_REST && list[i].time == list[i - 1].time;

		if (again)
			accumulate_state(&bins->grouping->slots,
			    groups_state(bins, out[rows - 1].group),
			    groups_state(bins, list[i].group));
		else
			out[rows++] = (struct result_row){ .rank = list[i].place, .group = list[i].group };
	}
	return rows;
}

/*
 * Copies the first group of each "other" row: each view has its own, because views show
 * different groups of the same bins.
 */
static enum flow_status
own_rests(struct flow_agg_result *r, const struct groups *bins, struct result_view *v,
    struct series_row *list, size_t n)
{
	size_t rests = 0, bytes = bins->stride * sizeof(uint64_t);

	for (size_t i = 0; i < n; i++)
		rests += list[i].place == SERIES_REST && (i == 0 ||
		    list[i - 1].place != SERIES_REST || list[i].time != list[i - 1].time);
	v->rest = result_array(r, rests, bytes);
	if (v->rest == NULL)
		return FLOW_ENOMEM;
	rests = 0;
	for (size_t i = 0; i < n; i++) {
		if (list[i].place != SERIES_REST || (i > 0 && list[i - 1].place == SERIES_REST &&
		    list[i].time == list[i - 1].time))
			continue;
		memcpy(v->rest + rests * bins->stride, list[i].group, bytes);
		list[i].group = v->rest + rests++ * bins->stride;
	}
	return FLOW_OK;
}

static enum flow_status
keep_ranks(struct flow_agg_result *r, struct result_view *v)
{
	v->place_rank = result_array(r, v->rows, sizeof(*v->place_rank));
	for (uint64_t i = 0; v->place_rank != NULL && i < v->rows; i++)
		v->place_rank[i] = v->row[i].rank;
	return v->place_rank != NULL ? FLOW_OK : FLOW_ENOMEM;
}

enum flow_status
series_fill(struct flow_agg_result *r, size_t view)
{
	const struct view *vw = &r->spec->view[view];
	const struct groups *bins = &r->groups[vw->bins];
	struct result_view *v = &r->view[view];
	struct shown *shown = shown_list(r, v, vw->grouping);
	struct series_row *list = NULL;
	struct result_row *rows = NULL;
	size_t n = 0;
	enum flow_status st = FLOW_ENOMEM;

	v->range = bins_range(r, bins, rest_of(r, vw));
	if (shown != NULL)
		list = list_rows(r, vw, shown, v->rows, &n);
	if (list != NULL)
		rows = result_array(r, n, sizeof(*rows));
	if (rows != NULL)
		st = own_rests(r, bins, v, list, n);
	if (st == FLOW_OK)
		st = keep_ranks(r, v);
	if (st == FLOW_OK) {
		v->rows = join_rest(bins, list, n, rows);
		result_array_free(r, v->row);
		v->row = rows;
	}
	result_array_free(r, list);
	result_array_free(r, shown);
	return st;
}
