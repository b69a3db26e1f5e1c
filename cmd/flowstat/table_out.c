/* SPDX-License-Identifier: BSD-2-Clause */
#include "flowstat/table_out.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "common/cli.h"

struct table_out {
	const char *format, *path;
	struct flow_table_printer *tables;	/* or */
	struct flow_printer *flows;
	struct flow_printer_state *state;
	struct flow_table_rows *rows;
	size_t skip;				/* of the first row of a table; or */
	struct flow_table_writer *file;
	size_t count;				/* of tables that were begun */
};

bool
table_out_is_of_flows(const char *format)
{
	static const char *const names[] = { "line", "long", "extended", "wide", "biline", "bilong", "nsel", "nat",
	    "raw", "null" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(format, names[i]) == 0)
			return true;
	return strncmp(format, "fmt:", 4) == 0 || strncmp(format, "csv:", 4) == 0;
}

static int
open_file(struct table_out *out)
{
	const struct flow_writer_options how = FLOW_WRITER_OPTIONS_INIT;
	bool to_output = strcmp(out->path, "-") == 0;
	struct flow_error err;

	if (to_output && isatty(STDOUT_FILENO))
		return cli_misuse("-w -: standard output is a terminal");
	if (!to_output)
		file_sinks_clean_of(out->path);
	return flow_table_writer_open(to_output ? NULL : out->path, STDOUT_FILENO, &how, &out->file, &err) == FLOW_OK ?
	    CLI_OK : cli_fail_error(&err);
}

static int
open_flows(const struct flowstat_options *o, const struct flow_names *names, struct table_out *out)
{
	const struct flow_printer_options how = { .plain_numbers = o->printer.plain_numbers, .quiet = o->printer.quiet,
		.csv_safe = o->printer.csv_safe, .zone = o->printer.zone, .names = names, .geo = o->request.geo };
	struct flow_error err;

	if (flow_printer_new(o->format, strlen(o->format), &how, &out->flows, &err) != FLOW_OK)
		return err.status == FLOW_EINVAL ? cli_misuse("-o %s", err.message) : cli_fail_error(&err);
	out->state = flow_printer_state_new(out->flows);
	out->rows = flow_table_rows_new();
	return out->state != NULL && out->rows != NULL ? CLI_OK : cli_fail("out of memory");
}

int
table_out_open(const struct flowstat_options *o, const struct flow_names *names, struct table_out **result)
{
	struct table_out *out = calloc(1, sizeof(*out));
	struct flow_error err;
	int status = CLI_OK;

	if (out == NULL)
		return cli_fail("out of memory");
	*result = out;
	out->format = o->format;
	out->path = o->write_path;
	if (out->path != NULL)
		status = open_file(out);
	else if (table_out_is_of_flows(o->format))
		status = open_flows(o, names, out);
	else if (flow_table_printer_new(o->format, &o->printer, &out->tables, &err) != FLOW_OK)
		status = err.status == FLOW_EINVAL ? cli_misuse("-o %s", err.message) : cli_fail_error(&err);
	return status;
}

void
table_out_free(struct table_out *out)
{
	if (out == NULL)
		return;
	flow_table_printer_free(out->tables);
	flow_printer_state_free(out->state);
	flow_printer_free(out->flows);
	flow_table_rows_free(out->rows);
	flow_table_writer_abort(out->file);
	free(out);
}

/* -o set:cidr puts addresses and networks together. */
static int
check_first_key(const struct flow_table *t)
{
	size_t key = 0;

	while (key < t->columns && !t->column[key].key)
		key++;
	if (key < t->columns && (t->column[key].kind == FLOW_KIND_ADDR || t->column[key].kind == FLOW_KIND_PREFIX))
		return CLI_OK;
	return cli_misuse("-o set:cidr: the first key is '%s', no address or network; -o set prints its values",
	    key < t->columns ? t->column[key].name : "none");
}

int
table_out_begin(struct table_out *out, const struct flow_table *t, struct buf *text)
{
	const char *lack;

	if (strcmp(out->format, "set:cidr") == 0 && out->tables != NULL && check_first_key(t) != CLI_OK)
		return CLI_MISUSE;
	if (out->tables != NULL)
		flow_table_printer_begin(out->tables, t, text);
	if (out->flows == NULL)
		return CLI_OK;
	lack = flow_table_rows_lack(t);
	if (lack != NULL)
		return cli_misuse("-o %s: flows have no column '%s'; -o csv has it", out->format, lack);
	if (out->count++ > 0)
		buf_append_text(text, "\n");
	out->skip = flow_printer_first_skip(out->flows);
	return flow_printer_begin(out->flows, text) == FLOW_OK ? CLI_OK : cli_fail("out of memory");
}

static int
print_flows(struct table_out *out, const struct flow_table *t, struct buf *text)
{
	const struct flow_batch *batch;
	size_t before = text->len;

	if (t->rows == 0)
		return CLI_OK;
	if (flow_table_rows_batch(out->rows, t, &batch) != FLOW_OK ||
	    flow_printer_batch(out->flows, out->state, batch, NULL, text) != FLOW_OK)
		return cli_fail("out of memory");
	if (out->skip > 0 && text->len - before >= out->skip) {
		memmove(text->data + before, text->data + before + out->skip, text->len - before - out->skip);
		text->len -= out->skip;
		out->skip = 0;
	}
	return CLI_OK;
}

int
table_out_rows(struct table_out *out, const struct flow_table *t, struct buf *text)
{
	struct flow_error err;

	if (out->file != NULL)
		return flow_table_writer_rows(out->file, t, &err) == FLOW_OK ? CLI_OK : cli_fail_error(&err);
	if (out->flows != NULL)
		return print_flows(out, t, text);
	flow_table_printer_rows(out->tables, t, text);
	return CLI_OK;
}

void
table_out_end(struct table_out *out, const struct flow_table *t, struct buf *text)
{
	if (out->tables != NULL)
		flow_table_printer_end(out->tables, t, text);
}

int
table_out_finish(struct table_out *out, struct buf *text)
{
	struct flow_table_writer *file = out->file;
	struct flow_error err;

	if (out->tables != NULL)
		flow_table_printer_finish(out->tables, text);
	out->file = NULL;
	return file == NULL || flow_table_writer_close(file, &err) == FLOW_OK ? CLI_OK : cli_fail_error(&err);
}
