/* SPDX-License-Identifier: BSD-2-Clause */
#include "flowcat/split.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "common/cli.h"
#include "flowcat/row_order.h"
#include "flowcat/split_writer.h"
#include "flowcat/write.h"

/* Most slots that are open at once: archives are in the order of time, except late flows. */
#define OPEN_MAX 8

struct split_file {
	int64_t slot_ms;
	struct split_writer out;	/* not open: free */
	uint64_t used;			/* time of the last write */
};

struct split {
	struct flow_slot_layout layout;
	const struct flow_writer_options *writer;
	const char *exporters;		/* of the inputs; NULL: unknown */
	struct split_file file[OPEN_MAX];
	uint64_t clock;
	char *cleaned;			/* last cleaned directory; NULL: none */
	uint64_t filed;			/* rows */
};

/* Removes what killed runs left in a path's directory, once for adjacent files. */
static void
clean_beside(struct split *s, const char *path)
{
	char *directory = file_directory(path);

	if (directory == NULL || (s->cleaned != NULL && strcmp(directory, s->cleaned) == 0)) {
		free(directory);
		return;
	}
	file_sinks_clean(directory, "", ".parquet");
	free(s->cleaned);
	s->cleaned = directory;
}

static int
open_file(struct split *s, struct split_file *f, int64_t slot_ms)
{
	struct flow_error err;
	char *path = NULL;
	int status = split_writer_close(&f->out, s->exporters);

	f->slot_ms = slot_ms;
	if (status == CLI_OK && flow_slot_path(&s->layout, slot_ms, &path, &err) != FLOW_OK)
		status = cli_fail_error(&err);
	if (status == CLI_OK)
		clean_beside(s, path);
	if (status == CLI_OK)
		status = split_writer_open(&f->out, path, s->writer);
	free(path);
	return status;
}

/* The slot's open file; else replaces the least recently written one. */
static int
find_file(struct split *s, int64_t slot_ms, struct split_file **found)
{
	struct split_file *oldest = &s->file[0];
	int status = CLI_OK;
	size_t i;

	for (i = 0; i < OPEN_MAX; i++) {
		struct split_file *f = &s->file[i];

		if (f->out.writer != NULL && f->slot_ms == slot_ms) {
			oldest = f;
			break;
		}
		if (f->out.writer == NULL || (oldest->out.writer != NULL && f->used < oldest->used))
			oldest = f;
	}
	if (oldest->out.writer == NULL || oldest->slot_ms != slot_ms)
		status = open_file(s, oldest, slot_ms);
	oldest->used = ++s->clock;
	*found = oldest;
	return status;
}

static int64_t
row_slot(const struct split *s, const struct flow_batch *batch, uint32_t row)
{
	const struct flow_column *c = &batch->column[FLOW_FIELD_RECEIVED];
	int64_t ms = flow_column_has(c, row) ? ((const int64_t *)c->values)[row] : 0;

	return partition_slot(ms, s->layout.slot_s);
}

/* Writes each run of rows of the same slot to its file at once. */
static int
split_batch(struct split *s, const struct flow_batch *batch, const struct flow_selection *selection)
{
	struct flow_selection run = { .all = false };
	struct split_file *file;
	int status = CLI_OK;
	uint32_t i = 0;

	while (i < selection->count && status == CLI_OK) {
		int64_t slot = row_slot(s, batch, flow_selection_row(selection, i));

		for (run.count = 0; i < selection->count; i++) {
			uint32_t row = flow_selection_row(selection, i);

			if (row_slot(s, batch, row) != slot)
				break;
			run.row[run.count++] = (uint16_t)row;
		}
		status = find_file(s, slot, &file);
		if (status == CLI_OK)
			status = split_writer_batch(&file->out, batch, &run);
		if (status == CLI_OK)
			s->filed += run.count;
	}
	return status;
}

static int
split_rows(const struct flowcat_options *options, struct query *query, struct split *s)
{
	const struct flow_selection *selection;
	const struct flow_batch *batch;
	struct rows *rows = NULL;
	int status = rows_open(options, query, &rows);
	size_t i;

	while (status == CLI_OK && rows_next(rows, &batch, &selection))
		status = split_batch(s, batch, selection);
	if (status == CLI_OK && rows_failed(rows))
		status = CLI_FAILURE;
	rows_free(rows);
	for (i = 0; i < OPEN_MAX && status == CLI_OK; i++)
		status = split_writer_close(&s->file[i].out, s->exporters);
	for (i = 0; i < OPEN_MAX; i++)
		split_writer_abort(&s->file[i].out);
	return status;
}

/*
 * Reports what became of each record of other collectors' files.  Parquet files among them are filed, too,
 * and counted with them.
 */
static void
tell_ledger(const struct split_counts *c)
{
	if (c->nfdump + c->flow_tools == 0)
		return;
	cli_warn("files of nfdump: %zu, of flow-tools: %zu; %" PRIu64 " records = %" PRIu64 " flows + %" PRIu64 " that "
	    "describe exporters + %" PRIu64 " lost (damaged places: %" PRIu64 "); %" PRIu64 " flows filed, %" PRIu64
	    " left out by filter and options", c->nfdump, c->flow_tools, c->flows + c->others + c->lost, c->flows,
	    c->others, c->lost, c->damaged, c->filed, c->flows > c->filed ? c->flows - c->filed : 0);
}

static void
take_counts(struct query *query, const struct split *s, struct split_counts *counts)
{
	struct flow_scan_old old;

	counts->filed = s->filed;
	counts->failed = query_failed(query);
	if (!query_old(query, &old))
		return;
	counts->nfdump = old.nfdump;
	counts->flow_tools = old.flow_tools;
	counts->flows = old.flows;
	counts->others = old.others;
	counts->lost = old.lost;
	counts->damaged = old.damaged;
}

int
split_files(struct flowcat_options *options, struct split_counts *counts, const struct split_unread *unread)
{
	struct flow_writer_options writer = options->writer;
	struct split s = { .writer = &writer, .layout = { .directory = options->write_path,
		.layout = options->layout, .slot_s = options->split_s, .zone = STAMP_UTC } };
	struct flow_fieldset all = { { 0 } };
	struct flow_summary inputs;
	struct query *query = NULL;
	const char *path;
	unsigned f;
	int status;

	*counts = (struct split_counts){ .filed = 0 };
	flowcat_inputs_summary(options, &inputs);
	s.exporters = flowcat_told_exporters(options, &inputs);
	if (writer.ident == NULL)
		writer.ident = inputs.ident;
	writer.keep_existing = true;
	for (f = 0; f < FLOW_FIELD_STORED; f++)
		flow_fieldset_add(&all, (enum flow_field)f);
	status = query_open(&options->request, &all, &query);
	if (status == CLI_OK)
		status = split_rows(options, query, &s);
	if (query != NULL)
		take_counts(query, &s, counts);
	for (size_t i = 0; query != NULL && unread != NULL && (path = query_unread(query, i)) != NULL; i++)
		unread->take(unread->context, path);
	query_free(query);
	free(s.cleaned);
	flow_summary_clear(&inputs);
	return status;
}

int
flowcat_split(struct flowcat_options *options)
{
	struct split_counts counts;
	int status = split_files(options, &counts, NULL);

	tell_ledger(&counts);
	return status == CLI_OK && counts.failed ? CLI_FAILURE : status;
}
