/* SPDX-License-Identifier: BSD-2-Clause */
#include "flowcat/write.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "common/cli.h"
#include "flowcat/copy.h"
#include "flowcat/row_order.h"

/* Files' failures name them, a descriptor has no name. */
static int
fail(const struct flowcat_options *options, struct flow_error *err)
{
	if (strcmp(options->write_path, "-") == 0)
		flow_error_prefix(err, "standard output");
	return cli_fail_error(err);
}

static int
open_writer(const struct flowcat_options *options, unsigned threads, struct flow_writer **writer)
{
	struct flow_writer_options how = options->writer;
	struct flow_error err;
	enum flow_status st;

	how.threads = threads > 1 ? threads : 0;
	if (strcmp(options->write_path, "-") != 0) {
		file_sinks_clean_of(options->write_path);
		st = flow_writer_open(options->write_path, &how, writer, &err);
	} else if (isatty(STDOUT_FILENO)) {
		return cli_misuse("-w -: standard output is a terminal");
	} else {
		st = flow_writer_open_fd(STDOUT_FILENO, &how, writer, &err);
	}
	return st == FLOW_OK ? CLI_OK : fail(options, &err);
}

void
flowcat_inputs_summary(const struct flowcat_options *options, struct flow_summary *all)
{
	const struct flow_files *files = &options->request.files;
	struct flow_merged merged = FLOW_MERGED_INIT;
	struct flow_summary one;
	size_t i;

	*all = (struct flow_summary){ 0 };
	for (i = 0; i < files->count; i++) {
		/* The query reports unreadable files; standard input can be read only once. */
		if (strcmp(files->path[i], "-") == 0 || flow_merged_has(&merged, files->path[i], NULL) ||
		    flow_summary_read(files->path[i], &one, NULL) != FLOW_OK)
			continue;
		flow_summary_add(all, &one);
		if (one.merged != NULL)
			(void)!flow_merged_add(&merged, files->path[i], one.merged, strlen(one.merged));
		flow_summary_clear(&one);
	}
	flow_merged_clear(&merged);
}

const char *
flowcat_told_exporters(const struct flowcat_options *options, const struct flow_summary *inputs)
{
	/* The exporters' addresses are in there, too. */
	return options->request.pseudonyms == NULL ? inputs->exporters : NULL;
}

void
flowcat_carry_exporters(const char *exporters, const struct exporters_tally *tally,
    struct flow_writer *writer)
{
	struct buf json = BUF_INIT;

	if (exporters_tally_apply(tally, exporters, &json) == FLOW_OK)
		(void)!flow_writer_metadata(writer, "flow.exporters", (const char *)json.data, json.len,
		    NULL);
	buf_release(&json);
}

/*
 * Carries metadata over: a common ident of the inputs, their data on exporters, and, if no row is left out
 * (tally is NULL), losses, which otherwise would not match the rows.  Sums are made anew.
 */
static void
carry_metadata(const struct flowcat_options *options, const struct exporters_tally *tally,
    struct flow_writer *writer)
{
	const char *exporters;
	struct flow_summary all;

	flowcat_inputs_summary(options, &all);
	exporters = flowcat_told_exporters(options, &all);
	if (tally == NULL && (all.with_losses > 0 || all.files == 0))
		flow_writer_loss(writer, all.sequence_gaps, all.kernel_drops);
	else
		flow_writer_loss_unknown(writer);
	if (options->writer.ident == NULL && all.ident != NULL)
		(void)!flow_writer_metadata(writer, "flow.ident", all.ident, strlen(all.ident), NULL);
	if (exporters != NULL && tally != NULL)
		flowcat_carry_exporters(exporters, tally, writer);
	else if (exporters != NULL)
		(void)!flow_writer_metadata(writer, "flow.exporters", exporters, strlen(exporters), NULL);
	if (options->merged != NULL)
		(void)!flow_writer_metadata(writer, "flow.merged", options->merged,
		    strlen(options->merged), NULL);
	flow_summary_clear(&all);
}

/* If only some rows are written, or files of other collectors have no such data, counts exporters in these rows. */
static int
make_tally(const struct flowcat_options *options, const struct query *query,
    struct exporters_tally **tally)
{
	struct flow_scan_old old;

	if (!query_selects(query) && options->limit == UINT64_MAX && !query_old(query, &old))
		return CLI_OK;
	*tally = exporters_tally_new();
	return *tally != NULL ? CLI_OK : cli_fail("out of memory");
}

struct writing {
	const struct flowcat_options *options;
	struct exporters_tally *tally;	/* NULL: not wanted */
	struct flow_writer *writer;
	unsigned threads;
};

static int
count_exporters(const struct writing *w, const struct flow_batch *batch, const struct flow_selection *selection)
{
	return w->tally == NULL || exporters_tally_add(w->tally, batch, selection) == FLOW_OK ? CLI_OK :
	    cli_fail("out of memory");
}

/* Writes sorted rows that are all in memory. */
static int
write_whole(const struct writing *w, const struct flow_batch *batch, const uint32_t *row)
{
	struct flow_error err;

	if (flow_writer_rows(w->writer, batch, row, batch->rows, &err) != FLOW_OK)
		return fail(w->options, &err);
	return count_exporters(w, batch, NULL);
}

/* Of a row group that a thread has: as gathered, in order, and encoded. */
#define COPIES 3

/* Sorted rows that wait in files: a row group at a time, of as many rows as memory is there for. */
static int
write_merged(const struct writing *w, struct rows *rows)
{
	struct gather *some = gather_new();
	size_t most = rows_merge_most(rows, 1 + COPIES * (size_t)w->threads, FLOW_GROUP_ROWS);
	uint32_t *order = malloc((most + 1) * sizeof(*order));
	int status = some != NULL && order != NULL ? CLI_OK : cli_fail("out of memory");
	struct flow_error err;

	while (status == CLI_OK && most > 0 && rows_merge(rows, most, some, order)) {
		status = count_exporters(w, gather_batch(some), NULL);
		if (status == CLI_OK && flow_writer_gathered(w->writer, &some, order, &err) != FLOW_OK)
			status = fail(w->options, &err);
	}
	gather_free(some);
	free(order);
	return status;
}

static int
write_batches(const struct writing *w, struct rows *rows)
{
	const struct flow_selection *selection;
	const struct flow_batch *batch;
	struct flow_error err;
	int status = CLI_OK;

	while (status == CLI_OK && rows_next(rows, &batch, &selection)) {
		if (flow_writer_batch(w->writer, batch, selection, &err) != FLOW_OK)
			status = fail(w->options, &err);
		else
			status = count_exporters(w, batch, selection);
	}
	return status;
}

static int
write_rows(const struct flowcat_options *options, struct query *query,
    struct exporters_tally *tally, struct flow_writer *writer)
{
	const struct writing w = { options, tally, writer, query_threads(query) };
	const struct flow_batch *batch;
	struct rows *rows = NULL;
	int status = rows_open(options, query, &rows);
	const uint32_t *row;

	if (status != CLI_OK)
		return status;
	if ((batch = rows_whole(rows, &row)) != NULL)
		status = write_whole(&w, batch, row);
	else
		status = rows_in_files(rows) ? write_merged(&w, rows) : write_batches(&w, rows);
	if (status == CLI_OK && rows_failed(rows))
		status = CLI_FAILURE;
	rows_free(rows);
	return status;
}

int
flowcat_write(struct flowcat_options *options)
{
	struct flow_fieldset all = { { 0 } };
	struct exporters_tally *tally = NULL;
	struct flow_writer *writer = NULL;
	struct query *query = NULL;
	struct flow_error err;
	unsigned f;
	int status;

	for (f = 0; f < FLOW_FIELD_STORED; f++)
		flow_fieldset_add(&all, (enum flow_field)f);
	options->request.whole_groups = !options->has_order;	/* these may be copied */
	status = query_open(&options->request, &all, &query);
	if (status == CLI_OK)
		status = open_writer(options, query_threads(query), &writer);
	if (status == CLI_OK)
		status = make_tally(options, query, &tally);
	if (status == CLI_OK)
		status = copy_may(options, query) ? copy_rows(options, query, tally, writer) :
		    write_rows(options, query, tally, writer);
	if (status == CLI_OK)
		carry_metadata(options, tally, writer);
	/* The existing file may be the only copy of rows that cannot be read just now. */
	if (status == CLI_OK && query_failed(query) && strcmp(options->write_path, "-") != 0 &&
	    access(options->write_path, F_OK) == 0)
		status = cli_fail("%s: not replaced, as not all rows can be read", options->write_path);
	if (status == CLI_OK && flow_writer_close(writer, &err) != FLOW_OK)
		status = fail(options, &err);
	else if (status != CLI_OK)
		flow_writer_abort(writer);
	if (status == CLI_OK && query_failed(query))
		status = CLI_FAILURE;
	exporters_tally_free(tally);
	query_free(query);
	return status;
}
