/* SPDX-License-Identifier: BSD-2-Clause */
#include "flowcat/print.h"

#include <stdatomic.h>
#include <string.h>

#include "common/cli.h"
#include "common/turn.h"
#include "flowcat/row_order.h"

/* How much text the worker at the head collects before it writes. */
#define WRITE_BYTES ((size_t)256 << 10)

/* How much of a group's text another worker may leave to be written later. */
#define LEAVE_BYTES ((size_t)64 << 10)

/*
 * Workers format row groups into buffers of their own.  The one with the group
 * at the head writes to standard output; the others collect at most one group's
 * text until their turn, or leave it to the one at the head if it is short, as
 * in a search that finds little.
 */
struct print {
	struct query *query;
	const struct flow_printer *printer;
	struct turn turn;
	size_t skip;		/* bytes to drop from the first row; by the head only */
	uint64_t left;		/* rows still to print; by the head only */
	bool limited;		/* then there is one worker */
	atomic_bool failed;
};

struct print_worker {
	struct print *print;
	struct query_worker *query;
	struct flow_printer_state *state;
	struct buf text;
};

static void
fail(struct print *p)
{
	p->failed = true;
	turn_stop(&p->turn);
}

/* Only for the head. */
static void
write_text(struct print *p, struct buf *text)
{
	size_t skip = p->skip < text->len ? p->skip : text->len;
	bool closed = false;

	if (text->len == 0)
		return;
	p->skip = 0;
	if (cli_write(text->data + skip, text->len - skip, &closed) != CLI_OK)
		fail(p);
	else if (closed)
		turn_stop(&p->turn);
	buf_clear(text);
}

static void
format_batch(struct print_worker *w, const struct flow_batch *batch,
    const struct flow_selection *selection)
{
	struct print *p = w->print;
	struct flow_selection some;

	if (p->limited && selection->count > p->left) {
		some = *selection;
		some.count = (uint32_t)p->left;
		selection = &some;
	}
	if (flow_printer_batch(p->printer, w->state, batch, selection, &w->text) != FLOW_OK) {
		(void)cli_fail("out of memory");
		fail(p);
		return;
	}
	if (p->limited && (p->left -= selection->count) == 0) {
		write_text(p, &w->text);
		turn_stop(&p->turn);
	}
}

static void
print_task(struct print_worker *w, size_t task)
{
	const struct flow_selection *selection;
	const struct flow_batch *batch;
	struct print *p = w->print;
	bool head = turn_is(&p->turn, task);

	while (!turn_stopped(&p->turn) && query_next(w->query, &batch, &selection)) {
		format_batch(w, batch, selection);
		head = head || turn_is(&p->turn, task);
		if (head && w->text.len >= WRITE_BYTES)
			write_text(p, &w->text);
	}
	if (w->text.len <= LEAVE_BYTES && turn_leave(&p->turn, task, &w->text))
		return;
	if (!turn_wait(&p->turn, task))
		return;
	do
		write_text(p, &w->text);
	while (!turn_stopped(&p->turn) && turn_done_next(&p->turn, &w->text));
}

static void
print_job(void *context, unsigned i)
{
	struct print *p = context;
	struct print_worker w = { .print = p, .text = BUF_INIT };
	size_t task;

	(void)i;
	w.query = query_worker_new(p->query);
	w.state = flow_printer_state_new(p->printer);
	if (w.query == NULL || w.state == NULL) {
		fail(p);
	} else {
		while (!turn_stopped(&p->turn) && query_take(w.query, &task)) {
			flow_printer_state_ident(w.state, query_ident(w.query));
			print_task(&w, task);
		}
	}
	flow_printer_state_free(w.state);
	query_worker_free(w.query);
	buf_release(&w.text);
}

/* Prints what comes before or after the rows. */
static int
print_frame(enum flow_status (*frame)(const struct flow_printer *, struct buf *),
    const struct flow_printer *printer)
{
	struct buf text = BUF_INIT;
	bool closed = false;
	int status = CLI_OK;

	if (frame(printer, &text) != FLOW_OK)
		status = cli_fail("out of memory");
	else
		status = cli_write(text.data, text.len, &closed);
	buf_release(&text);
	return status;
}

static int
print_rows(struct query *query, const struct flow_printer *printer, uint64_t limit)
{
	struct print p = { .query = query, .printer = printer, .left = limit,
		.limited = limit != UINT64_MAX, .skip = flow_printer_first_skip(printer) };
	bool one = p.limited || flow_printer_ordered(printer);
	int status = print_frame(flow_printer_begin, printer);

	if (status != CLI_OK)
		return status;
	turn_init(&p.turn);
	if (limit > 0)
		query_run(one ? 1 : query_threads(query), print_job, &p);
	turn_release(&p.turn);
	if (p.failed)
		return CLI_FAILURE;
	status = print_frame(flow_printer_end, printer);
	return status == CLI_OK && query_failed(query) ? CLI_FAILURE : status;
}

/* Prints sorted rows one after the other. */
static int
print_sorted(const struct flowcat_options *options, struct query *query,
    const struct flow_printer *printer)
{
	struct print p = { .printer = printer, .skip = flow_printer_first_skip(printer) };
	struct print_worker w = { .print = &p, .text = BUF_INIT };
	const struct flow_selection *selection;
	const struct flow_batch *batch;
	struct rows *rows = NULL;
	int status = rows_open(options, query, &rows);

	if (status == CLI_OK)
		status = print_frame(flow_printer_begin, printer);
	if (status != CLI_OK) {
		rows_free(rows);
		return status;
	}
	turn_init(&p.turn);
	w.state = flow_printer_state_new(printer);
	if (w.state == NULL)
		fail(&p);
	else
		flow_printer_state_ident(w.state, query_common_ident(query));
	while (!turn_stopped(&p.turn) && rows_next(rows, &batch, &selection)) {
		format_batch(&w, batch, selection);
		write_text(&p, &w.text);
	}
	p.failed |= rows_failed(rows);
	turn_release(&p.turn);
	flow_printer_state_free(w.state);
	buf_release(&w.text);
	rows_free(rows);
	if (p.failed)
		return CLI_FAILURE;
	status = print_frame(flow_printer_end, printer);
	return status == CLI_OK && query_failed(query) ? CLI_FAILURE : status;
}

int
flowcat_print(struct flowcat_options *options)
{
	struct flow_fieldset wanted;
	struct flow_printer *printer;
	struct query *query = NULL;
	struct flow_error err;
	int status;

	if (flow_printer_new(options->format, strlen(options->format), &options->printer, &printer,
	    &err) != FLOW_OK)
		return cli_misuse("-o: %s", err.message);
	wanted = *flow_printer_fields(printer);
	if (options->has_order)
		flow_sort_order_fields(&options->order, &wanted);
	if (flow_printer_wants_names(printer))
		options->request.names = options->names;
	status = query_open(&options->request, &wanted, &query);
	if (status == CLI_OK)
		status = options->has_order ? print_sorted(options, query, printer) :
		    print_rows(query, printer, options->limit);
	query_free(query);
	flow_printer_free(printer);
	return status;
}
