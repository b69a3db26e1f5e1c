/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <stdlib.h>

#include "base/file.h"
#include "common/cli.h"
#include "flowgen/sink.h"
#include "time/partition.h"

struct archive_sink {
	struct sink sink;
	const struct options *options;
	struct flow_writer *writer;	/* of the open slot; NULL before the first */
	int64_t slot_ms;		/* when that begins */
	struct flow_selection sel;
};

/* The folder of the open slot and the file in it, as flowcap would name them. */
static void
slot_path(const struct archive_sink *a, struct buf *folder, struct buf *file)
{
	const struct options *o = a->options;

	buf_append_text(folder, o->archive);
	if (o->layout != PARTITION_FLAT)
		buf_append_u8(folder, '/');
	partition_directory(o->layout, a->slot_ms, STAMP_UTC, folder);
	buf_append(file, folder->data, folder->len);
	buf_append_u8(folder, '\0');
	buf_append_u8(file, '/');
	partition_file(a->slot_ms, o->slot_s, STAMP_UTC, file);
	buf_append_text(file, ".parquet");
	buf_append_u8(file, '\0');
}

static bool
in_slot(const struct archive_sink *a, int64_t received_ms)
{
	return partition_slot(received_ms, a->options->slot_s) == a->slot_ms;
}

static int
close_slot(struct archive_sink *a)
{
	struct flow_writer *writer = a->writer;
	struct flow_error err;

	a->writer = NULL;
	if (writer != NULL && flow_writer_close(writer, &err) != FLOW_OK)
		return cli_fail_error(&err);
	return CLI_OK;
}

static int
open_slot(struct archive_sink *a, int64_t received_ms)
{
	struct buf folder = BUF_INIT, file = BUF_INIT;
	struct flow_error err;
	int status = close_slot(a);

	a->slot_ms = partition_slot(received_ms, a->options->slot_s);
	slot_path(a, &folder, &file);
	if (status == CLI_OK && (folder.failed || file.failed))
		status = cli_fail("out of memory");
	if (status == CLI_OK && (file_mkdirs((char *)folder.data, &err) != FLOW_OK ||
	    flow_writer_open((char *)file.data, &a->options->writer, &a->writer, &err) != FLOW_OK))
		status = cli_fail_error(&err);
	buf_release(&folder);
	buf_release(&file);
	return status;
}

static int
write_rows(struct archive_sink *a, const struct flow_batch *batch, size_t from, size_t rows)
{
	struct flow_error err;
	size_t i;

	a->sel.all = false;
	a->sel.count = (uint32_t)rows;
	for (i = 0; i < rows; i++)
		a->sel.row[i] = (uint16_t)(from + i);
	if (flow_writer_batch(a->writer, batch, rows == batch->rows ? NULL : &a->sel, &err) !=
	    FLOW_OK)
		return cli_fail_error(&err);
	return CLI_OK;
}

static int
archive_rows(struct sink *sink, const struct flow_batch *batch)
{
	struct archive_sink *a = (struct archive_sink *)sink;
	const int64_t *received = batch->column[FLOW_FIELD_RECEIVED].values;
	int status = CLI_OK;
	size_t from, n;

	for (from = 0; from < batch->rows && status == CLI_OK; from += n) {
		if (a->writer == NULL || !in_slot(a, received[from]))
			status = open_slot(a, received[from]);
		for (n = 1; from + n < batch->rows; n++)
			if (!in_slot(a, received[from + n]))
				break;
		if (status == CLI_OK)
			status = write_rows(a, batch, from, n);
	}
	return status;
}

static int
archive_close(struct sink *sink, bool keep)
{
	struct archive_sink *a = (struct archive_sink *)sink;
	int status = CLI_OK;

	if (keep)
		status = close_slot(a);
	else
		flow_writer_abort(a->writer);
	free(a);
	return status;
}

int
archive_sink_open(const struct options *o, struct sink **sink)
{
	struct archive_sink *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return cli_fail("out of memory");
	a->sink = (struct sink){ archive_rows, NULL, archive_close };
	a->options = o;
	*sink = &a->sink;
	return CLI_OK;
}
