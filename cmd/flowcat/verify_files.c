/* SPDX-License-Identifier: BSD-2-Clause */
#include "flowcat/verify_files.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <string.h>

#include "common/cli.h"
#include "common/turn.h"

struct verify {
	struct flow_files *files;
	struct turn turn;
	atomic_size_t next;
	bool failed;		/* set by the worker whose turn it is */
	struct flow_files gone;	/* files that had vanished; the same */
};

static void
report(struct verify *v, const char *path, enum flow_status st, uint64_t rows,
    const struct flow_error *err)
{
	struct buf line = BUF_INIT;
	bool closed = false;

	if (st == FLOW_ENOTFOUND && flow_files_add(&v->gone, path) == FLOW_OK)
		return;
	if (st != FLOW_OK) {
		(void)cli_fail_error(err);
		v->failed = true;
		return;
	}
	buf_printf(&line, "%s: good, %" PRIu64 " flows\n", path, rows);
	if (buf_status(&line) != FLOW_OK || cli_write(line.data, line.len, &closed) != CLI_OK)
		v->failed = true;
	buf_release(&line);
}

static void
verify_job(void *context, unsigned number)
{
	struct verify *v = context;
	size_t i;

	(void)number;
	while ((i = atomic_fetch_add(&v->next, 1)) < v->files->count) {
		struct flow_error err;
		uint64_t rows;
		enum flow_status st = flow_verify(v->files->path[i], &rows, &err);

		if (!turn_wait(&v->turn, i))
			return;
		report(v, v->files->path[i], st, rows, &err);
		turn_done(&v->turn);
	}
}

/* Files that were listed and are no more, nor listed again, were merged: that is no damage. */
static void
judge_gone(struct verify *v)
{
	size_t i, k;

	if (v->gone.count == 0)
		return;
	if (flow_files_again(v->files) != FLOW_OK)
		v->failed = true;
	for (i = 0; i < v->gone.count; i++)
		for (k = 0; k < v->files->count; k++)
			if (strcmp(v->gone.path[i], v->files->path[k]) == 0) {
				(void)cli_fail("%s: not there", v->gone.path[i]);
				v->failed = true;
			}
}

int
flowcat_verify(struct flowcat_options *options)
{
	struct flow_files *files = &options->request.files;
	unsigned threads = options->request.threads != 0 ? options->request.threads : cli_cores();
	struct verify v = { .files = files };
	size_t i;

	flow_files_sort(files);
	v.gone = (struct flow_files)FLOW_FILES_INIT;
	for (i = 0; i < files->problems; i++) {
		cli_warn("%s", files->problem[i]);
		v.failed = true;
	}
	turn_init(&v.turn);
	query_run(threads, verify_job, &v);
	turn_release(&v.turn);
	judge_gone(&v);
	flow_files_clear(&v.gone);
	return v.failed ? CLI_FAILURE : CLI_OK;
}
