/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/detections.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "common/cli.h"

/* Half of the memory is for evidence; judging takes a part of it again. */
#define EVIDENCE(bytes) ((bytes) / 2)

/* Largest filter file. */
#define FILTER_MAX ((size_t)16 << 20)

struct detections {
	struct flow_detect *detect;
	struct query *query;
	struct flow_detect_worker **worker;
	unsigned threads;
	uint64_t memory;
	struct buf command, filter;
	atomic_bool failed, full;
};

typedef enum flow_status pass(struct flow_detect_worker *w, const struct flow_batch *batch,
    const struct flow_selection *sel, struct flow_error *err);

/* Feeds all rows that a thread can take. */
static void
look(struct detections *d, unsigned i, pass *rows)
{
	struct query_worker *worker = query_worker_new(d->query);
	const struct flow_selection *selection;
	const struct flow_batch *batch;
	enum flow_status st = FLOW_OK;
	struct flow_error err;
	size_t task;

	while (worker != NULL && !d->failed && !d->full && query_take(worker, &task))
		while (st == FLOW_OK && !d->full && query_next(worker, &batch, &selection))
			if ((st = rows(d->worker[i], batch, selection, &err)) == FLOW_ELIMIT)
				d->full = true;
	if (worker == NULL)
		d->failed = true;
	else if (st != FLOW_OK && st != FLOW_ELIMIT) {
		(void)cli_fail_error(&err);
		d->failed = true;
	}
	query_worker_free(worker);
}

static void
count(void *context, unsigned i)
{
	look(context, i, flow_detect_count);
}

static void
keep(void *context, unsigned i)
{
	look(context, i, flow_detect_keep);
}

static void
judge(void *context, unsigned i)
{
	struct detections *d = context;
	struct flow_error err;

	if (flow_detect_judge(d->detect, d->worker, d->threads, i, &err) == FLOW_OK)
		return;
	(void)cli_fail_error(&err);
	d->failed = true;
}

static void
free_workers(struct detections *d)
{
	for (unsigned i = 0; d->worker != NULL && i < d->threads; i++)
		flow_detect_worker_free(d->worker[i]);
	free(d->worker);
	d->worker = NULL;
}

/* One pass with new workers. */
static int
run(struct detections *d, void (*job)(void *context, unsigned i))
{
	free_workers(d);
	d->full = false;
	d->worker = calloc(d->threads, sizeof(struct flow_detect_worker *));
	if (d->worker == NULL)
		return cli_fail("out of memory");
	for (unsigned i = 0; i < d->threads; i++) {
		d->worker[i] = flow_detect_worker_new(d->detect, (size_t)(EVIDENCE(d->memory) / d->threads));
		if (d->worker[i] == NULL)
			return cli_fail("out of memory");
	}
	query_rewind(d->query);
	query_run(d->threads, job, d);
	return d->failed ? CLI_FAILURE : CLI_OK;
}

/* A pass over keys [from, to); lowers *to where they do not fit. */
static int
take_share(struct detections *d, unsigned from, unsigned *to)
{
	struct flow_error err;

	for (;;) {
		flow_detect_share(d->detect, from, *to);
		if (run(d, keep) != CLI_OK)
			return CLI_FAILURE;
		if (!d->full)
			break;
		if (*to - from == 1)
			return cli_fail("what one of %d shares of the keys needs does not fit: give more with "
			    "--memory, or choose fewer flows by -t or a filter", FLOW_DETECT_SHARES);
		*to = from + (*to - from + 3) / 4;
	}
	query_run(d->threads, judge, d);
	if (d->failed)
		return CLI_FAILURE;
	if (flow_detect_gather(d->detect, d->worker, d->threads, &err) != FLOW_OK)
		return cli_fail_error(&err);
	return CLI_OK;
}

static int
take_all(struct detections *d)
{
	unsigned from = 0, width = FLOW_DETECT_SHARES;
	int status = run(d, count);
	struct flow_error err;
	bool any = false;

	if (status == CLI_OK && flow_detect_counted(d->detect, &any, &err) != FLOW_OK)
		status = cli_fail_error(&err);
	if (!any)
		from = FLOW_DETECT_SHARES;
	while (status == CLI_OK && from < FLOW_DETECT_SHARES) {
		unsigned to = from + width < FLOW_DETECT_SHARES ? from + width : FLOW_DETECT_SHARES;

		status = take_share(d, from, &to);
		width = to - from;
		from = to;
	}
	free_workers(d);
	return status;
}

/* The filter's text, from its file where it is in one: a comment there ends with its line. */
static int
read_filter(const struct query_request *request, struct buf *out)
{
	FILE *f;

	if (request->filter_file == NULL) {
		buf_append_text(out, request->filter != NULL ? request->filter : "");
		buf_append_u8(out, '\0');
		return CLI_OK;
	}
	f = fopen(request->filter_file, "r");
	if (f == NULL || !buf_reserve(out, FILTER_MAX)) {
		if (f != NULL)
			(void)fclose(f);
		return cli_fail("%s: cannot be read again", request->filter_file);
	}
	out->len = fread(buf_end(out), 1, FILTER_MAX - 2, f);
	(void)fclose(f);
	buf_append_text(out, "\n");
	buf_append_u8(out, '\0');
	return CLI_OK;
}

int
detections_make(const struct flow_detect_options *options, const struct query_request *request,
    struct query *query, uint64_t memory, struct detections **out)
{
	struct detections *d = calloc(1, sizeof(*d));
	struct flow_detect_options o = *options;
	int status;

	if (d == NULL)
		return cli_fail("out of memory");
	*out = d;
	d->query = query;
	d->threads = query_threads(query);
	d->memory = memory;
	if (memory == 0 && (d->memory = cli_memory()) != UINT64_MAX)
		d->memory /= 2;
	buf_append_text(&d->command, "flowcat");
	query_put_words(request, &d->command);
	buf_append_u8(&d->command, '\0');
	status = read_filter(request, &d->filter);
	if (status != CLI_OK)
		return status;
	if (buf_status(&d->command) != FLOW_OK || buf_status(&d->filter) != FLOW_OK)
		return cli_fail("out of memory");
	o.command = (const char *)d->command.data;
	o.filter = d->filter.data[0] != '\0' ? (const char *)d->filter.data : NULL;
	if (getrandom(&o.seed, sizeof(o.seed), GRND_NONBLOCK) != (ssize_t)sizeof(o.seed))
		o.seed = (uint64_t)(uintptr_t)d;
	d->detect = flow_detect_new(&o, query_rows(query));
	return d->detect != NULL ? take_all(d) : cli_fail("out of memory");
}

void
detections_free(struct detections *d)
{
	if (d == NULL)
		return;
	free_workers(d);
	flow_detect_free(d->detect);
	buf_release(&d->command);
	buf_release(&d->filter);
	free(d);
}

uint64_t
detections_rows(const struct detections *d, size_t table)
{
	return flow_detect_rows(d->detect, table);
}

enum flow_status
detections_table(const struct detections *d, size_t table, uint64_t from, size_t rows, struct flow_table **t,
    struct flow_error *err)
{
	return flow_detect_table(d->detect, table, from, rows, t, err);
}
