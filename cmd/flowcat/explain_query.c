/* SPDX-License-Identifier: BSD-2-Clause */
#include "flowcat/explain_query.h"

#include <string.h>

#include "common/cli.h"

int
flowcat_explain(struct flowcat_options *options)
{
	struct flow_printer *printer;
	struct query *query = NULL;
	struct buf out = BUF_INIT;
	struct flow_error err;
	bool closed = false;
	int status;

	if (flow_printer_new(options->format, strlen(options->format), &options->printer, &printer,
	    &err) != FLOW_OK)
		return cli_misuse("-o: %s", err.message);
	status = query_open(&options->request, flow_printer_fields(printer), &query);
	if (status == CLI_OK && query_explain(query, &out) != FLOW_OK)
		status = cli_fail("out of memory");
	if (status == CLI_OK)
		status = cli_write(out.data, out.len, &closed);
	if (status == CLI_OK && query_failed(query))
		status = CLI_FAILURE;
	buf_release(&out);
	query_free(query);
	flow_printer_free(printer);
	return status;
}
