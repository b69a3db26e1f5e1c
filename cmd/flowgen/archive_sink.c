/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes an archive as flowcap would, had the datagrams come over the network. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <stdlib.h>

#include "base/file.h"
#include "common/cli.h"
#include "flowgen/group_queue.h"
#include "flowgen/sink.h"
#include "time/partition.h"

#define SOURCE_PORT 50000

struct archive_sink {
	struct sink sink;
	const struct options *options;
	struct flow_decoder *decoder;
	struct flow_builder *builder;	/* rows of the next row group */
	struct flow_writer *writer;	/* of the open slot; NULL before the first */
	struct group_queue *queue;
	int64_t slot_ms;		/* when that begins */
	uint64_t lost;			/* decoder's count of losses at that time */
};

/* The folder of the open slot and the file in it. */
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

/* Queues the collected rows; `last`: they are the last of the slot's file. */
static int
write_group(struct archive_sink *a, bool last)
{
	uint64_t lost = flow_decoder_counts(a->decoder)->value[FLOW_COUNT_SEQUENCE_LOST];
	/* The count decreases when something arrives late. */
	struct file_end end = { BUF_INIT, lost > a->lost ? lost - a->lost : 0 };
	int status = CLI_OK;

	if (last) {
		a->lost = lost;
		flow_decoder_exporters_json(a->decoder, NULL, &end.exporters);
		if (end.exporters.failed)
			status = cli_fail("out of memory");
	}
	if (status == CLI_OK) {
		status = group_queue_put(a->queue, a->writer, &a->builder, last ? &end : NULL);
		if (last)
			a->writer = NULL;
	}
	buf_release(&end.exporters);
	return status;
}

static int
close_slot(struct archive_sink *a)
{
	return a->writer != NULL ? write_group(a, true) : CLI_OK;
}

static int
open_slot(struct archive_sink *a, int64_t slot_ms)
{
	struct buf folder = BUF_INIT, file = BUF_INIT;
	struct flow_error err;
	int status = close_slot(a);

	a->slot_ms = slot_ms;
	flow_decoder_slot_begin(a->decoder);
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

/* A slightly late datagram goes into the open slot. */
static int
receive(struct archive_sink *a, const struct flow_datagram *datagram)
{
	int64_t slot_ms = partition_slot(datagram->received_ms, a->options->slot_s);
	int status = CLI_OK;

	if (a->writer == NULL || slot_ms > a->slot_ms)
		status = open_slot(a, slot_ms);
	if (status != CLI_OK)
		return status;
	if (flow_decoder_datagram(a->decoder, datagram, a->builder) != FLOW_OK)
		return cli_fail("out of memory");
	return flow_builder_rows(a->builder) >= FLOW_GROUP_ROWS ? write_group(a, false) : CLI_OK;
}

static int
archive_datagrams(struct sink *sink, const struct sender *from, const struct flow_datagrams *d,
    bool *closed)
{
	struct archive_sink *a = (struct archive_sink *)sink;
	struct flow_datagram datagram = { .exporter = from->addr, .port = from->port != 0 ? from->port : SOURCE_PORT,
		.transport = FLOW_UDP };
	int status = CLI_OK;
	size_t i;

	UNUSED(closed);
	for (i = 0; i < d->count && status == CLI_OK; i++) {
		datagram.bytes = d->bytes.data + d->item[i].offset;
		datagram.len = d->item[i].len;
		datagram.received_ms = d->item[i].time_ms;
		status = receive(a, &datagram);
	}
	return status;
}

static int
archive_close(struct sink *sink, bool keep)
{
	struct archive_sink *a = (struct archive_sink *)sink;
	int status = keep ? close_slot(a) : CLI_OK, written;

	written = group_queue_free(a->queue);
	status = status == CLI_OK ? written : status;
	flow_writer_abort(a->writer);
	flow_builder_free(a->builder);
	flow_decoder_free(a->decoder);
	free(a);
	return status;
}

int
archive_sink_open(const struct options *o, struct sink **sink)
{
	struct archive_sink *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return cli_fail("out of memory");
	a->sink = (struct sink){ archive_datagrams, archive_close };
	a->options = o;
	a->decoder = flow_decoder_new(NULL);
	a->builder = flow_builder_new();
	a->queue = group_queue_new(&o->writer, o->threads - 1);
	if (a->decoder == NULL || a->builder == NULL || a->queue == NULL) {
		(void)archive_close(&a->sink, false);
		return cli_fail("out of memory");
	}
	*sink = &a->sink;
	return CLI_OK;
}
