/* SPDX-License-Identifier: BSD-2-Clause */
#include "flowcat/follow.h"

#include <string.h>

#include "common/cli.h"
#include "common/every.h"

/* Pause between two looks. */
#define PERIOD_MS 1000

#define WRITE_BYTES ((size_t)256 << 10)

struct follow {
	struct flowcat_options *options;
	const struct flow_printer *printer;
	struct flow_printer_state *state;
	struct flow_fieldset wanted;
	struct buf text;
	size_t skip;		/* bytes to drop from the first row */
	uint64_t left;		/* rows still to print */
	bool closed;		/* the reader has gone */
	bool failed;
};

static int
flush(struct follow *f)
{
	size_t skip = f->skip < f->text.len ? f->skip : f->text.len;
	int status;

	if (buf_status(&f->text) != FLOW_OK)
		return cli_fail("out of memory");
	if (f->text.len == 0)
		return CLI_OK;
	f->skip = 0;
	status = cli_write(f->text.data + skip, f->text.len - skip, &f->closed);
	buf_clear(&f->text);
	return status;
}

static int
print_batch(struct follow *f, const struct flow_batch *batch, const struct flow_selection *selection)
{
	struct flow_selection some = *selection;

	if (some.count > f->left)
		some.count = (uint32_t)f->left;
	f->left -= some.count;
	if (flow_printer_batch(f->printer, f->state, batch, &some, &f->text) != FLOW_OK)
		return cli_fail("out of memory");
	return f->text.len < WRITE_BYTES ? CLI_OK : flush(f);
}

/* Prints what one look found, in its order. */
static int
print_new(struct follow *f, struct query *query)
{
	struct query_worker *w = query_worker_new(query);
	const struct flow_selection *selection;
	const struct flow_batch *batch;
	int status = w != NULL ? CLI_OK : CLI_FAILURE;
	size_t task;

	while (status == CLI_OK && !f->closed && f->left > 0 && query_take(w, &task)) {
		flow_printer_state_ident(f->state, query_ident(w));
		while (status == CLI_OK && !f->closed && f->left > 0 && query_next(w, &batch, &selection))
			status = print_batch(f, batch, selection);
	}
	query_worker_free(w);
	return status == CLI_OK ? flush(f) : status;
}

/* One look: finds what came since the last. */
static int
look(struct follow *f, bool silent)
{
	struct query *query = NULL;
	int status = query_open(&f->options->request, &f->wanted, &query);

	if (status == CLI_OK && !silent)
		status = print_new(f, query);
	if (status == CLI_OK)
		status = query_mark_seen(query);
	f->failed |= status == CLI_OK && query_failed(query);
	query_free(query);
	return status;
}

static int
frame(struct follow *f, enum flow_status (*make)(const struct flow_printer *, struct buf *))
{
	if (make(f->printer, &f->text) != FLOW_OK)
		return cli_fail("out of memory");
	return flush(f);
}

/* Tells of slots that ended, but whose files were not there at the last look. */
static void
tell_pending(const struct follow *f)
{
	size_t pending = flow_seen_pending(f->options->request.seen);

	if (pending == 0)
		return;
	cli_warn("%zu slot%s ended without a file that could be read until now: what came last is missing here; it "
	    "is in the archive soon, unless the file was merged or removed at once (flowcap -x)", pending,
	    pending == 1 ? "" : "s each");
}

static int
follow(struct follow *f)
{
	bool silent = f->options->request.window == NULL;
	int status = frame(f, flow_printer_begin);

	f->skip = flow_printer_first_skip(f->printer);
	every_begin();
	while (status == CLI_OK && !f->closed && f->left > 0) {
		status = look(f, silent);
		silent = false;
		if (status != CLI_OK || f->closed || f->left == 0 || !every_wait(PERIOD_MS))
			break;
	}
	f->skip = 0;
	if (status == CLI_OK && !f->closed)
		status = frame(f, flow_printer_end);
	if (status == CLI_OK && !f->closed && f->left > 0)
		tell_pending(f);
	return status == CLI_OK && f->failed ? CLI_FAILURE : status;
}

int
flowcat_follow(struct flowcat_options *options)
{
	struct follow f = { .options = options, .text = BUF_INIT, .left = options->limit };
	struct flow_printer *printer;
	struct flow_error err;
	int status = CLI_FAILURE;

	if (flow_printer_new(options->format, strlen(options->format), &options->printer, &printer, &err) != FLOW_OK)
		return cli_misuse("-o: %s", err.message);
	f.printer = printer;
	f.wanted = *flow_printer_fields(printer);
	if (flow_printer_wants_names(printer))
		options->request.names = options->names;
	options->request.seen = flow_seen_new();
	f.state = flow_printer_state_new(printer);
	if (options->request.seen != NULL && f.state != NULL)
		status = follow(&f);
	else
		(void)cli_fail("out of memory");
	flow_printer_state_free(f.state);
	flow_seen_free(options->request.seen);
	options->request.seen = NULL;
	flow_printer_free(printer);
	buf_release(&f.text);
	return status;
}
