/* SPDX-License-Identifier: BSD-2-Clause */
#include "flowcat/split_writer.h"

#include "common/cli.h"
#include "flowcat/write.h"

int
split_writer_open(struct split_writer *w, const char *path, const struct flow_writer_options *options)
{
	struct flow_error err;

	w->tally = exporters_tally_new();
	if (w->tally == NULL)
		return cli_fail("out of memory");
	if (flow_writer_open(path, options, &w->writer, &err) == FLOW_OK)
		return CLI_OK;
	split_writer_abort(w);
	return cli_fail_error(&err);
}

int
split_writer_batch(struct split_writer *w, const struct flow_batch *batch,
    const struct flow_selection *rows)
{
	struct flow_error err;

	if (flow_writer_batch(w->writer, batch, rows, &err) != FLOW_OK)
		return cli_fail_error(&err);
	return exporters_tally_add(w->tally, batch, rows) == FLOW_OK ? CLI_OK :
	    cli_fail("out of memory");
}

int
split_writer_close(struct split_writer *w, const char *exporters)
{
	struct flow_writer *writer = w->writer;
	struct flow_error err;

	if (writer == NULL)
		return CLI_OK;
	/* It is unknown from which of the files rows were lost. */
	flow_writer_loss_unknown(writer);
	if (exporters != NULL)
		flowcat_carry_exporters(exporters, w->tally, writer);
	exporters_tally_free(w->tally);
	*w = (struct split_writer){ NULL, NULL };
	return flow_writer_close(writer, &err) == FLOW_OK ? CLI_OK : cli_fail_error(&err);
}

void
split_writer_abort(struct split_writer *w)
{
	flow_writer_abort(w->writer);
	exporters_tally_free(w->tally);
	*w = (struct split_writer){ NULL, NULL };
}
