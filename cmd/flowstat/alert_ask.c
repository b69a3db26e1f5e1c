/* SPDX-License-Identifier: BSD-2-Clause */
#include "flowstat/alert_ask.h"

#include <stdlib.h>
#include <string.h>

#include "common/cli.h"
#include "common/passes.h"

#define SLICE 4096

/* Names of files have local or UTC time, and a file spans at most a day: files farther off are not opened. */
#define NAME_MARGIN_MS (INT64_C(2) * 86400000)

/* How many files are searched for the latest flow. */
#define LATEST_FILES 8

static bool
is_near(const char *path, int64_t from_ms, int64_t to_ms)
{
	int64_t slot_s;

	if (!flow_slot_time(path, &slot_s))
		return true;
	return slot_s * 1000 >= from_ms - NAME_MARGIN_MS && slot_s * 1000 <= to_ms + NAME_MARGIN_MS;
}

/* The files that may have flows of a time; the paths belong to `all`, the array to the caller. */
static bool
choose_files(const struct flow_files *all, int64_t from_ms, int64_t to_ms, struct flow_files *out)
{
	out->path = calloc(all->count > 0 ? all->count : 1, sizeof(*out->path));
	if (out->path == NULL)
		return false;
	for (size_t i = 0; i < all->count; i++)
		if (is_near(all->path[i], from_ms, to_ms))
			out->path[out->count++] = all->path[i];
	return true;
}

void
alert_put_filter(struct buf *out, const char *filter, int64_t from_ms, int64_t to_ms)
{
	struct stamp_cache cache = { .day_known = false };
	char text[STAMP_TEXT_MAX];

	buf_append_text(out, "received >= ");
	buf_append(out, text, stamp_format_iso(&cache, from_ms, text));
	buf_append_text(out, " and received < ");
	buf_append(out, text, stamp_format_iso(&cache, to_ms, text));
	if (filter != NULL)
		buf_printf(out, " and (%s\n)", filter);
}

static int
take_all(struct answer *answer, alert_take *take, void *context)
{
	uint64_t rows = answer_rows(answer, 0);
	int status = CLI_OK;
	struct flow_error err;

	for (uint64_t from = 0; from < rows && status == CLI_OK; from += SLICE) {
		struct flow_table *t;

		if (answer_table(answer, 0, from, SLICE, &t, &err) != FLOW_OK)
			return cli_fail_error(&err);
		status = take(context, t);
		flow_table_free(t);
	}
	return status;
}

static int
run(struct query_request *request, struct flow_agg_spec *spec, uint64_t memory, alert_take *take, void *context,
    bool *damaged)
{
	struct flow_fieldset wanted = { { 0 } };
	struct query *query = NULL;
	struct answer answer = { .spec = NULL };
	struct flow_agg_period period;
	int status;

	flow_agg_fields(spec, &wanted);
	status = query_open(request, &wanted, &query);
	if (status == CLI_OK) {
		period = query_period(query);
		flow_agg_set_period(spec, &period);
		status = answer_make(spec, query, memory, &answer);
	}
	if (status == CLI_OK)
		status = take_all(&answer, take, context);
	if (status == CLI_OK)
		*damaged |= query_failed(query);
	answer_clear(&answer);
	query_free(query);
	return status;
}

int
alert_ask(const struct flowstat_options *o, const struct alert_question *q, alert_take *take, void *context,
    bool *damaged)
{
	const struct flow_agg_ask ask = { .keys = q->keys, .measures = q->measure,
	    .order = q->limit > 0 ? q->measure : NULL,
		.limit = q->limit };
	struct query_request request = QUERY_REQUEST_INIT;
	struct flow_agg_spec *spec = flow_agg_spec_new();
	struct buf filter = BUF_INIT;
	struct flow_error err;
	int status = CLI_OK;

	alert_put_filter(&filter, q->filter, q->from_ms, q->to_ms);
	buf_append_u8(&filter, '\0');
	request.filter = (char *)filter.data;
	request.zone = o->request.zone;
	request.threads = o->request.threads;
	request.geo = o->request.geo;
	request.elements = o->request.elements;
	request.tags = o->request.tags;
	request.any_order = true;
	if (spec == NULL || buf_status(&filter) != FLOW_OK ||
	    !choose_files(&o->request.files, q->from_ms, q->to_ms, &request.files))
		status = cli_fail("out of memory");
	if (status == CLI_OK) {
		flow_agg_geo(spec, request.geo);
		if (flow_agg_ask(spec, &ask, &err) != FLOW_OK)
			status = cli_misuse("%s", err.message);
	}
	if (status == CLI_OK)
		status = run(&request, spec, o->memory, take, context, damaged);
	free(request.files.path);
	buf_release(&filter);
	flow_agg_spec_free(spec);
	return status;
}

bool
alert_latest(struct flow_files *files, int64_t *received_ms)
{
	bool any = false;

	flow_files_sort(files);
	for (size_t i = files->count, looked = 0; i-- > 0 && looked < LATEST_FILES; looked++) {
		struct flow_summary one = { 0 };
		struct flow_error err;

		if (flow_summary_read(files->path[i], &one, &err) != FLOW_OK)
			continue;
		if (one.rows > 0 && one.without_totals == 0 && (!any || one.totals.received_max_ms > *received_ms)) {
			*received_ms = one.totals.received_max_ms;
			any = true;
		}
		flow_summary_clear(&one);
	}
	return any;
}
