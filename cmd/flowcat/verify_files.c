/* SPDX-License-Identifier: BSD-2-Clause */
#include "flowcat/verify_files.h"

#include <inttypes.h>
#include <stdatomic.h>

#include "common/cli.h"
#include "common/turn.h"

struct verify {
	const struct flow_files *files;
	struct turn turn;
	atomic_size_t next;
	bool failed;		/* by the one whose turn it is */
};

static void
report(struct verify *v, const char *path, enum flow_status st, uint64_t rows,
    const struct flow_error *err)
{
	struct buf line = BUF_INIT;
	bool closed = false;

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

int
flowcat_verify(struct flowcat_options *options)
{
	struct flow_files *files = &options->request.files;
	unsigned threads = options->request.threads != 0 ? options->request.threads : cli_cores();
	struct verify v = { .files = files };
	size_t i;

	flow_files_sort(files);
	for (i = 0; i < files->problems; i++) {
		cli_warn("%s", files->problem[i]);
		v.failed = true;
	}
	turn_init(&v.turn);
	query_run(threads, verify_job, &v);
	turn_release(&v.turn);
	return v.failed ? CLI_FAILURE : CLI_OK;
}
