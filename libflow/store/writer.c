/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/nearest.h"
#include "parquet/codec/zstandard.h"
#include "parquet/file_write.h"
#include "record/dictify.h"
#include "store/encode_queue.h"
#include "store/gather.h"
#include "store/group_inner.h"
#include "store/profile.h"
#include "store/totals.h"

struct flow_writer {
	struct flow_writer_options options;
	struct file_sink sink;		/* closed if the descriptor is the caller's */
	struct pq_writer *file;
	struct gather *gather;
	struct encode_queue *queue;	/* NULL: no thread was used yet */
	struct flow_dictify *dictify;
	struct flow_totals totals;
	struct store_loss loss;
};

/* Stands for the highest level of libzstd. */
#define LEVEL_OF_LIBRARY (-1)

static const struct codec { const char *name; enum flow_codec codec; int level_max; } codecs[] = {
	{ "none", FLOW_CODEC_NONE, 0 },
	{ "lz4", FLOW_CODEC_LZ4, 12 },
	{ "gzip", FLOW_CODEC_GZIP, 9 },
	{ "zstd", FLOW_CODEC_ZSTD, LEVEL_OF_LIBRARY },
};

static int
level_max(const struct codec *c)
{
	return c->level_max == LEVEL_OF_LIBRARY ? zstandard_level_max() : c->level_max;
}

enum flow_status
flow_codec_parse(const char *text, struct flow_writer_options *options, struct flow_error *err)
{
	size_t len = strcspn(text, ":"), i;
	const char *level = text[len] == ':' ? text + len + 1 : NULL;
	char hint[NEAREST_HINT_ROOM];
	struct nearest meant;

	nearest_begin(&meant, text, len);
	for (i = 0; i < sizeof(codecs) / sizeof(codecs[0]); i++) {
		long n = 0;
		char *end;

		nearest_try_text(&meant, codecs[i].name);
		if (strlen(codecs[i].name) != len || strncmp(codecs[i].name, text, len) != 0)
			continue;
		if (codecs[i].codec == FLOW_CODEC_ZSTD && !zstandard_is_here())
			return flow_fail(err, FLOW_EUNSUPPORTED, FLOW_NO_OFFSET,
			    "'%s': these programs were built without libzstd", text);
		if (level != NULL) {
			n = strtol(level, &end, 10);
			if (*level < '0' || *level > '9' || *end != '\0' || n < 1 ||
			    n > level_max(&codecs[i]))
				return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET,
				    "'%s': %s has levels 1 to %d", text, codecs[i].name,
				    level_max(&codecs[i]));
		}
		options->codec = codecs[i].codec;
		options->level = (int)n;
		return FLOW_OK;
	}
	return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET,
	    "'%s' is no codec: lz4, zstd, gzip or none, with :LEVEL%s", text, nearest_hint(&meant, hint));
}

enum flow_codec
flow_codec_archive(void)
{
	return zstandard_is_here() ? FLOW_CODEC_ZSTD : FLOW_CODEC_LZ4;
}

/* Prefixes a message with the file's path, if it has one. */
static enum flow_status
name_file(const struct flow_writer *w, enum flow_status st, struct flow_error *err)
{
	if (st != FLOW_OK && w->sink.path != NULL)
		flow_error_prefix(err, w->sink.path);
	return st;
}

/* Takes ownership of the sink, also on failure. */
static enum flow_status
open_writer(int fd, struct buf *memory, struct file_sink sink, const struct flow_writer_options *options,
    struct flow_writer **writer, struct flow_error *err)
{
	struct pq_column columns[FLOW_FIELD_STORED];
	struct flow_writer *w = calloc(1, sizeof(*w));
	enum flow_status st;
	unsigned f;

	if (w == NULL) {
		file_sink_abort(&sink);
		return flow_fail_memory(err);
	}
	w->sink = sink;
	w->options = *options;
	w->options.ident = NULL;
	if (w->options.group_rows == 0)
		w->options.group_rows = FLOW_GROUP_ROWS;
	store_totals_init(&w->totals);
	for (f = 0; f < FLOW_FIELD_STORED; f++)
		columns[f] = profile_column((enum flow_field)f);
	st = name_file(w, memory != NULL ? pq_writer_new_buf(memory, columns, FLOW_FIELD_STORED, &w->file, err) :
	    pq_writer_new(fd, columns, FLOW_FIELD_STORED, &w->file, err), err);
	if (st == FLOW_OK)
		st = flow_writer_metadata(w, PROFILE_KEY_VERSION, PROFILE_VERSION,
		    strlen(PROFILE_VERSION), err);
	if (st == FLOW_OK && options->ident != NULL && options->ident[0] != '\0')
		st = flow_writer_metadata(w, PROFILE_KEY_IDENT, options->ident,
		    strlen(options->ident), err);
	if (st != FLOW_OK) {
		flow_writer_abort(w);
		return st;
	}
	*writer = w;
	return FLOW_OK;
}

enum flow_status
flow_writer_open(const char *path, const struct flow_writer_options *options,
    struct flow_writer **writer, struct flow_error *err)
{
	struct file_sink sink;
	enum flow_status st = file_sink_open(&sink, path, err);

	return st == FLOW_OK ? open_writer(sink.fd, NULL, sink, options, writer, err) : st;
}

enum flow_status
flow_writer_open_fd(int fd, const struct flow_writer_options *options,
    struct flow_writer **writer, struct flow_error *err)
{
	return open_writer(fd, NULL, (struct file_sink)FILE_SINK_INIT, options, writer, err);
}

enum flow_status
flow_writer_open_buf(struct buf *out, const struct flow_writer_options *options, struct flow_writer **writer,
    struct flow_error *err)
{
	return open_writer(-1, out, (struct file_sink)FILE_SINK_INIT, options, writer, err);
}

enum flow_status
flow_writer_append(struct flow_writer *writer, struct flow_group *group, struct flow_error *err)
{
	enum flow_status st = pq_writer_group(writer->file, group->chunk, group->rows, err);

	memset(group->chunk, 0, sizeof(group->chunk));	/* now owned by the file */
	if (st == FLOW_OK)
		store_totals_add(&writer->totals, &group->totals);
	flow_group_free(group);
	return name_file(writer, st, err);
}

/* Appends the oldest group of the queue to the file; FLOW_END if the queue is empty. */
static enum flow_status
append_encoded(struct flow_writer *w, struct flow_error *err)
{
	struct flow_group *group;
	enum flow_status st = encode_queue_take(w->queue, &group, err);

	return st == FLOW_OK ? flow_writer_append(w, group, err) : st;
}

/* Makes the queue if there is none, and room in it. */
static enum flow_status
make_room(struct flow_writer *w, struct flow_error *err)
{
	unsigned threads = w->options.threads > 0 ? w->options.threads : 1;

	if (w->queue == NULL && (w->queue = encode_queue_new(&w->options, threads)) == NULL)
		return flow_fail_memory(err);
	return encode_queue_full(w->queue) ? append_encoded(w, err) : FLOW_OK;
}

/* Passes the gathered rows to a thread that encodes them. */
static enum flow_status
queue_gathered(struct flow_writer *w, struct flow_error *err)
{
	enum flow_status st = make_room(w, err);

	return st == FLOW_OK ? encode_queue_put(w->queue, &w->gather, err) : st;
}

static enum flow_status
flush_gathered(struct flow_writer *w, struct flow_error *err)
{
	struct flow_group *group;
	enum flow_status st;

	if (w->gather == NULL || gather_rows(w->gather) == 0)
		return FLOW_OK;
	if (w->options.threads > 0 || w->queue != NULL)
		return queue_gathered(w, err);
	st = group_encode(gather_batch(w->gather), &w->options, &group, err);
	gather_clear(w->gather);
	return st == FLOW_OK ? flow_writer_append(w, group, err) : st;
}

/* Writes all rows that were added to the file. */
static enum flow_status
flush_all(struct flow_writer *w, struct flow_error *err)
{
	enum flow_status st = flush_gathered(w, err);

	while (st == FLOW_OK && w->queue != NULL)
		st = append_encoded(w, err);
	return st == FLOW_END ? FLOW_OK : st;
}

/* Adds at most FLOW_BATCH_ROWS rows in DICT form; a full group is ended first. */
static enum flow_status
gather_some(struct flow_writer *w, const struct flow_batch *batch,
    const struct flow_selection *sel, struct flow_error *err)
{
	size_t rows = sel != NULL ? sel->count : batch->rows;

	if (gather_rows(w->gather) + rows > w->options.group_rows) {
		enum flow_status st = flush_gathered(w, err);

		if (st != FLOW_OK)
			return st;
	}
	return gather_add(w->gather, batch, sel) == FLOW_OK ? FLOW_OK : flow_fail_memory(err);
}

enum flow_status
flow_writer_batch(struct flow_writer *writer, const struct flow_batch *batch,
    const struct flow_selection *sel, struct flow_error *err)
{
	struct flow_batch dict, slice;
	enum flow_status st = FLOW_OK;
	size_t from;

	if (writer->gather == NULL && (writer->gather = gather_new()) == NULL)
		return flow_fail_memory(err);
	if (writer->dictify == NULL && (writer->dictify = flow_dictify_new()) == NULL)
		return flow_fail_memory(err);
	if (flow_dictify(writer->dictify, batch, &dict) != FLOW_OK)
		return flow_fail_memory(err);
	if (sel != NULL && !sel->all)
		return gather_some(writer, &dict, sel, err);
	if (sel != NULL)
		dict.rows = sel->count;
	for (from = 0; from < dict.rows && st == FLOW_OK; from += FLOW_BATCH_ROWS) {
		size_t rows = dict.rows - from;

		flow_batch_slice(&dict, from, rows < FLOW_BATCH_ROWS ? rows : FLOW_BATCH_ROWS, &slice);
		st = gather_some(writer, &slice, NULL, err);
	}
	return st;
}

enum flow_status
flow_writer_append_behind(struct flow_writer *writer, struct flow_group *group, struct flow_error *err)
{
	enum flow_status st = flush_all(writer, err);

	if (st == FLOW_OK)
		return flow_writer_append(writer, group, err);
	flow_group_free(group);
	return st;
}

enum flow_status
flow_writer_rows(struct flow_writer *writer, const struct flow_batch *batch, const uint32_t *rows, size_t n,
    struct flow_error *err)
{
	enum flow_status st = flush_all(writer, err);

	for (size_t at = 0; at < n && st == FLOW_OK; at += FLOW_GROUP_ROWS) {
		size_t some = n - at < FLOW_GROUP_ROWS ? n - at : FLOW_GROUP_ROWS;

		st = make_room(writer, err);
		if (st == FLOW_OK)
			st = encode_queue_put_rows(writer->queue, batch, rows + at, some, err);
	}
	return st == FLOW_OK ? flush_all(writer, err) : st;
}

enum flow_status
flow_writer_gathered(struct flow_writer *writer, struct gather **rows, const uint32_t *order, struct flow_error *err)
{
	enum flow_status st = flush_gathered(writer, err);

	if (st == FLOW_OK)
		st = make_room(writer, err);
	return st == FLOW_OK ? encode_queue_put_order(writer->queue, rows, order, err) : st;
}

void
flow_writer_loss(struct flow_writer *writer, uint64_t sequence_gaps, uint64_t kernel_drops)
{
	writer->loss.sequence_gaps += sequence_gaps;
	writer->loss.kernel_drops += kernel_drops;
}

void
flow_writer_loss_unknown(struct flow_writer *writer)
{
	writer->loss.unknown = true;
}

enum flow_status
flow_writer_metadata(struct flow_writer *writer, const char *key, const char *text, size_t len,
    struct flow_error *err)
{
	return pq_writer_key_value(writer->file, key, text, len, err);
}

enum flow_status
flow_writer_preview(const struct flow_writer *writer, struct flow_group *group, const struct flow_preview *about,
    uint64_t *at, struct buf *tail, struct flow_error *err)
{
	struct pq_key_value more[3];
	struct flow_totals totals = writer->totals;
	struct buf stats = BUF_INIT;
	enum flow_status st;
	size_t n = 0;

	if (group != NULL)
		store_totals_add(&totals, &group->totals);
	store_totals_to_json(&totals, &writer->loss, &stats);
	more[n++] = (struct pq_key_value){ PROFILE_KEY_STATS, (const char *)stats.data, stats.len };
	if (about->exporters != NULL && about->exporters->len > 0)
		more[n++] = (struct pq_key_value){ PROFILE_KEY_EXPORTERS, (const char *)about->exporters->data,
			about->exporters->len };
	if (about->journal != NULL && about->journal[0] != '\0')
		more[n++] = (struct pq_key_value){ about->journal_key, about->journal, strlen(about->journal) };
	*at = pq_writer_bytes(writer->file);
	st = buf_status(&stats) == FLOW_OK ? pq_writer_preview(writer->file, group != NULL ? group->chunk : NULL,
	    group != NULL ? group->rows : 0, more, n, tail, err) : flow_fail_memory(err);
	if (group != NULL && buf_status(&stats) == FLOW_OK)
		memset(group->chunk, 0, sizeof(group->chunk));	/* freed */
	flow_group_free(group);
	buf_release(&stats);
	return st;
}

int
flow_writer_open_again(const struct flow_writer *writer)
{
	return file_sink_open_again(&writer->sink);
}

const struct flow_totals *
flow_writer_totals(const struct flow_writer *writer)
{
	return &writer->totals;
}

uint64_t
flow_writer_bytes(const struct flow_writer *writer)
{
	return pq_writer_bytes(writer->file);
}

static enum flow_status
finish(struct flow_writer *w, struct flow_error *err)
{
	enum flow_status st = flush_all(w, err);
	struct buf stats = BUF_INIT;

	if (st != FLOW_OK)
		return st;
	store_totals_to_json(&w->totals, &w->loss, &stats);
	st = buf_status(&stats) == FLOW_OK ? flow_writer_metadata(w, PROFILE_KEY_STATS,
	    (const char *)stats.data, stats.len, err) : flow_fail_memory(err);
	buf_release(&stats);
	return st == FLOW_OK ? name_file(w, pq_writer_finish(w->file, err), err) : st;
}

static enum flow_status
close_writer(struct flow_writer *w, char **path, struct flow_error *err)
{
	enum flow_status st = finish(w, err);

	if (st == FLOW_OK && w->sink.fd >= 0)
		st = w->options.keep_existing ? file_sink_commit_new(&w->sink, path, err) :
		    file_sink_commit(&w->sink, err);
	flow_writer_abort(w);
	return st;
}

enum flow_status
flow_writer_close(struct flow_writer *writer, struct flow_error *err)
{
	return close_writer(writer, NULL, err);
}

enum flow_status
flow_writer_close_path(struct flow_writer *writer, char **path, struct flow_error *err)
{
	return close_writer(writer, path, err);
}

void
flow_writer_abort(struct flow_writer *writer)
{
	if (writer == NULL)
		return;
	file_sink_abort(&writer->sink);
	pq_writer_free(writer->file);
	gather_free(writer->gather);
	encode_queue_free(writer->queue);
	flow_dictify_free(writer->dictify);
	free(writer);
}
