/* SPDX-License-Identifier: BSD-2-Clause */
#include "nfdump/show.h"

#include <stdlib.h>
#include <string.h>

#include "common/cli.h"
#include "nfdump/csv_rows.h"
#include "nfdump/json_rows.h"

#define WRITE_BYTES ((size_t)256 << 10)

struct show {
	enum nfdump_mode mode;
	struct flow_printer *printer;
	struct flow_printer_state *state;
	size_t skip;			/* of the first row */
	struct nfdump_csv *csv;
	struct nfdump_json *json;
	struct buf out;
	bool closed;
};

static int
open_printer(const struct nfdump_options *o, struct show *s)
{
	const struct flow_printer_options how = { .plain_numbers = o->plain, .binary_halves = true,
		.no_time_0 = true, .full_ipv6 = o->full_ipv6, .quiet = o->quiet, .zone = STAMP_LOCAL,
		.geo = o->request.geo, .names = o->request.names };
	struct flow_error err;

	if (flow_printer_new(o->format, strlen(o->format), &how, &s->printer, &err) != FLOW_OK)
		return cli_fail("-o: %s", err.message);
	s->state = flow_printer_state_new(s->printer);
	s->skip = flow_printer_first_skip(s->printer);
	return s->state != NULL ? CLI_OK : cli_fail("out of memory");
}

static int
open_csv(const struct nfdump_options *o, struct show *s)
{
	struct flow_error err;

	return nfdump_csv_new(o->format, &s->csv, &err) == FLOW_OK ? CLI_OK : cli_fail("-o: %s", err.message);
}

int
show_open(const struct nfdump_options *options, struct show **show)
{
	struct show *s = calloc(1, sizeof(*s));
	int status = CLI_OK;

	if (s == NULL)
		return cli_fail("out of memory");
	*show = s;
	s->mode = options->mode;
	if (s->mode == NFDUMP_CSV)
		status = open_csv(options, s);
	else if (s->mode == NFDUMP_FMT || s->mode == NFDUMP_RAW)
		status = open_printer(options, s);
	else if (s->mode != NFDUMP_NULL && (s->json = nfdump_json_new(s->mode == NFDUMP_NDJSON)) == NULL)
		status = cli_fail("out of memory");
	return status;
}

void
show_free(struct show *show)
{
	if (show == NULL)
		return;
	flow_printer_state_free(show->state);
	flow_printer_free(show->printer);
	nfdump_csv_free(show->csv);
	nfdump_json_free(show->json);
	buf_release(&show->out);
	free(show);
}

void
show_fields(const struct show *show, struct flow_fieldset *fields)
{
	if (show->printer != NULL)
		flow_fieldset_union(fields, flow_printer_fields(show->printer));
	if (show->csv != NULL)
		nfdump_csv_fields(show->csv, fields);
	if (show->json != NULL)
		nfdump_json_fields(fields);
}

struct buf *
show_text(struct show *show)
{
	return &show->out;
}

int
show_flush(struct show *show)
{
	int status = buf_status(&show->out) == FLOW_OK ? CLI_OK : cli_fail("out of memory");

	if (status == CLI_OK && show->out.len > 0 && !show->closed)
		status = cli_write(show->out.data, show->out.len, &show->closed);
	buf_clear(&show->out);
	return status;
}

bool
show_closed(const struct show *show)
{
	return show->closed;
}

int
show_begin(struct show *show)
{
	if (show->printer != NULL && flow_printer_begin(show->printer, &show->out) != FLOW_OK)
		return cli_fail("out of memory");
	if (show->csv != NULL)
		nfdump_csv_head(show->csv, &show->out);
	if (show->json != NULL)
		nfdump_json_begin(show->json, &show->out);
	return CLI_OK;
}

int
show_end(struct show *show)
{
	if (show->printer != NULL && flow_printer_end(show->printer, &show->out) != FLOW_OK)
		return cli_fail("out of memory");
	if (show->json != NULL)
		nfdump_json_end(show->json, &show->out);
	return show_flush(show);
}

static enum flow_status
print_rows(struct show *s, const struct flow_batch *batch, const struct flow_selection *sel, const char *ident)
{
	size_t before = s->out.len, skip = s->skip;
	enum flow_status st;

	flow_printer_state_ident(s->state, ident != NULL ? ident : "none");
	st = flow_printer_batch(s->printer, s->state, batch, sel, &s->out);
	if (st == FLOW_OK && skip > 0 && s->out.len - before >= skip) {
		memmove(s->out.data + before, s->out.data + before + skip, s->out.len - before - skip);
		s->out.len -= skip;
		s->skip = 0;
	}
	return st;
}

int
show_rows(struct show *show, const struct flow_batch *batch, const struct flow_selection *sel, const char *ident)
{
	enum flow_status st = FLOW_OK;

	if (show->printer != NULL)
		st = print_rows(show, batch, sel, ident);
	else if (show->csv != NULL)
		nfdump_csv_rows(show->csv, batch, sel, ident != NULL ? ident : "none", &show->out);
	else if (show->json != NULL)
		st = nfdump_json_rows(show->json, batch, sel, ident != NULL ? ident : "none", &show->out);
	if (st != FLOW_OK || buf_status(&show->out) != FLOW_OK)
		return cli_fail("out of memory");
	return show->out.len >= WRITE_BYTES ? show_flush(show) : CLI_OK;
}
