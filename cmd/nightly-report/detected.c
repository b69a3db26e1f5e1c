/* SPDX-License-Identifier: BSD-2-Clause */
#include "nightly-report/detected.h"

#include "common/cli.h"
#include "common/detections.h"

static int
take_tables(const struct detections *d, unsigned what, struct detected *out)
{
	struct flow_error err;

	for (size_t i = 0; i < flow_detect_tables(what) && i < DETECTED_TABLES_MAX; i++) {
		if (detections_table(d, i, 0, SIZE_MAX / 2, &out->table[i], &err) != FLOW_OK)
			return cli_fail_error(&err);
		out->tables++;
	}
	return CLI_OK;
}

int
detected_make(struct nightly_options *o, const struct report_span *span, struct detected *out)
{
	struct flow_detect_options what = FLOW_DETECT_OPTIONS_INIT;
	struct flow_fieldset wanted = { { 0 } };
	struct detections *d = NULL;
	struct query *query = NULL;
	char window[SPAN_WINDOW_MAX];
	int status;

	*out = (struct detected){ .tables = 0 };
	what.what = FLOW_DETECT_ALL;
	what.most = o->rows;
	if (o->lists.lists != NULL) {
		what.what |= FLOW_DETECT_LISTED;
		what.lists = o->lists.lists;
		what.own = o->local.lists;
	}
	flow_detect_fields(what.what, &wanted);
	report_span_window(span, window);
	o->request.window = window;
	o->request.touching = false;
	/* What could not be read was reported the first time. */
	cli_hush(true);
	status = query_open(&o->request, &wanted, &query);
	if (status == CLI_OK)
		status = detections_make(&what, &o->request, query, o->memory, &d);
	cli_hush(false);
	o->request.window = NULL;
	if (status == CLI_OK)
		status = take_tables(d, what.what, out);
	else
		(void)cli_fail("what is detected cannot be told");
	detections_free(d);
	query_free(query);
	return status;
}

void
detected_clear(struct detected *d)
{
	for (size_t i = 0; i < d->tables; i++)
		flow_table_free(d->table[i]);
	d->tables = 0;
}
