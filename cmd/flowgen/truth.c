/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "flowgen/truth.h"

#include <stdlib.h>
#include <string.h>

#include "base/bitmap.h"
#include "base/file.h"
#include "common/cli.h"

#define WRITE_BYTES ((size_t)1 << 20)

struct truth {
	const char *path;
	const struct event_spec *event;
	/* Lines. */
	struct file_sink file;
	struct flow_printer *printer;
	struct flow_printer_state *state;
	struct flow_dictify *dictify;
	struct buf lines, out;
	/* Parquet. */
	struct flow_writer *writer;
	struct flow_dict dict;		/* an object for each event */
	struct flow_text *text;
	struct buf objects, codes, valid;
};

static int
open_lines(struct truth *t)
{
	struct flow_error err;

	if (flow_printer_new("ndjson", 6, NULL, &t->printer, &err) != FLOW_OK)
		return cli_fail_error(&err);
	t->state = flow_printer_state_new(t->printer);
	t->dictify = flow_dictify_new();
	if (t->state == NULL || t->dictify == NULL)
		return cli_fail("out of memory");
	return file_sink_open(&t->file, t->path, &err) == FLOW_OK ? CLI_OK : cli_fail_error(&err);
}

/* The objects for `extra`. */
static int
open_parquet(struct truth *t, size_t events)
{
	struct flow_writer_options options = FLOW_WRITER_OPTIONS_INIT;
	struct flow_error err;
	size_t i, at = 0;

	t->text = calloc(events + 1, sizeof(*t->text));
	for (i = 0; i < events; i++)
		buf_printf(&t->objects, "{\"event\":\"%s\"}", t->event[i].name);
	if (t->text == NULL || t->objects.failed)
		return cli_fail("out of memory");
	for (i = 0; i < events; i++) {
		t->text[i].p = (const char *)t->objects.data + at;
		t->text[i].len = (uint32_t)(strlen(t->event[i].name) + strlen("{\"event\":\"\"}"));
		at += t->text[i].len;
	}
	t->dict = (struct flow_dict){ flow_dict_serial(), (uint32_t)events, t->text };
	return flow_writer_open(t->path, &options, &t->writer, &err) == FLOW_OK ? CLI_OK : cli_fail_error(&err);
}

int
truth_open(const char *path, const struct event_spec *event, size_t events, struct truth **truth)
{
	struct truth *t = calloc(1, sizeof(*t));
	size_t len = strlen(path);
	int status;

	if (t == NULL)
		return cli_fail("out of memory");
	t->path = path;
	t->event = event;
	t->file = (struct file_sink)FILE_SINK_INIT;
	if (len > 8 && strcmp(path + len - 8, ".parquet") == 0)
		status = open_parquet(t, events);
	else
		status = open_lines(t);
	if (status != CLI_OK)
		(void)truth_close(t, false);
	else
		*truth = t;
	return status;
}

static int
flush_lines(struct truth *t)
{
	struct flow_error err;

	if (t->out.failed)
		return cli_fail("out of memory");
	if (file_write_all(t->file.fd, t->out.data, t->out.len, &err) != FLOW_OK) {
		flow_error_prefix(&err, t->path);
		return cli_fail_error(&err);
	}
	buf_clear(&t->out);
	return CLI_OK;
}

/* Writes the printer's lines, with the key "event" added at the end of those that have one. */
static int
add_lines(struct truth *t, const struct flow_batch *batch, const struct flow_synth_turn *turn)
{
	const char *line, *end;
	struct flow_batch texts;
	size_t i;

	buf_clear(&t->lines);
	if (flow_dictify(t->dictify, batch, &texts) != FLOW_OK ||
	    flow_printer_batch(t->printer, t->state, &texts, NULL, &t->lines) != FLOW_OK)
		return cli_fail("out of memory");
	line = (const char *)t->lines.data;
	for (i = 0; i < batch->rows; i++, line = end + 1) {
		end = memchr(line, '\n', (size_t)((const char *)t->lines.data + t->lines.len - line));
		buf_append(&t->out, line, (size_t)(end - line) - 1);
		if (turn->event != NULL && turn->event[i] > 0)
			buf_printf(&t->out, ",\"event\":\"%s\"", t->event[turn->event[i] - 1].name);
		buf_append_text(&t->out, "}\n");
	}
	return t->out.failed || t->out.len >= WRITE_BYTES ? flush_lines(t) : CLI_OK;
}

static int
add_parquet(struct truth *t, const struct flow_batch *batch, const struct flow_synth_turn *turn)
{
	struct flow_batch with = *batch;
	size_t n = batch->rows, i;
	struct flow_error err;
	uint32_t *codes;
	uint64_t *valid;

	buf_clear(&t->codes);
	buf_clear(&t->valid);
	if (!buf_reserve(&t->codes, n * sizeof(*codes)) || !buf_reserve(&t->valid, BITMAP_WORDS(n) * sizeof(*valid)))
		return cli_fail("out of memory");
	codes = (uint32_t *)(void *)t->codes.data;
	valid = (uint64_t *)(void *)t->valid.data;
	memset(codes, 0, n * sizeof(*codes));
	memset(valid, 0, BITMAP_WORDS(n) * sizeof(*valid));
	for (i = 0; i < n && turn->event != NULL; i++) {
		if (turn->event[i] == 0)
			continue;
		codes[i] = turn->event[i] - 1u;
		bitmap_set(valid, i);
	}
	if (turn->event != NULL)
		with.column[FLOW_FIELD_EXTRA] = (struct flow_column){ .form = FLOW_FORM_DICT, .codes = codes,
			.dict = &t->dict, .valid = valid };
	return flow_writer_batch(t->writer, &with, NULL, &err) == FLOW_OK ? CLI_OK : cli_fail_error(&err);
}

int
truth_add(struct truth *t, const struct flow_batch *batch, const struct flow_synth_turn *turn)
{
	return t->writer != NULL ? add_parquet(t, batch, turn) : add_lines(t, batch, turn);
}

int
truth_close(struct truth *t, bool keep)
{
	struct flow_error err;
	int status = CLI_OK;

	if (t == NULL)
		return CLI_OK;
	if (t->writer != NULL && keep)
		status = flow_writer_close(t->writer, &err) == FLOW_OK ? CLI_OK : cli_fail_error(&err);
	else if (t->writer != NULL)
		flow_writer_abort(t->writer);
	else if (keep && (status = flush_lines(t)) == CLI_OK)
		status = file_sink_commit(&t->file, &err) == FLOW_OK ? CLI_OK : cli_fail_error(&err);
	else
		file_sink_abort(&t->file);
	flow_printer_state_free(t->state);
	flow_printer_free(t->printer);
	flow_dictify_free(t->dictify);
	buf_release(&t->lines);
	buf_release(&t->out);
	buf_release(&t->objects);
	buf_release(&t->codes);
	buf_release(&t->valid);
	free(t->text);
	free(t);
	return status;
}
