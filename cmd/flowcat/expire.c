/* SPDX-License-Identifier: BSD-2-Clause */
#include "flowcat/expire.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/cli.h"

/* Standard output. */
struct list {
	bool closed, failed;
};

/* Prints a line for each removed file at once, so that the output is right when it is interrupted. */
static void
list_gone(void *context, const char *path, uint64_t bytes)
{
	struct list *l = context;

	(void)bytes;
	if (!l->closed && !l->failed)
		l->failed = cli_write(path, strlen(path), &l->closed) != CLI_OK ||
		    cli_write("\n", 1, &l->closed) != CLI_OK;
}

static void
tell_problem(void *context, const char *message)
{
	(void)context;
	(void)cli_fail("%s", message);
}

int
flowcat_expire(const struct flowcat_options *options)
{
	struct retain_options retain = options->retain;
	struct retain_sum sum;
	struct list list = { false, false };

	retain.now_ms = (int64_t)time(NULL) * 1000;
	retain.context = &list;
	retain.problem = tell_problem;
	if (retain.dry_run || options->verbose)
		retain.gone = list_gone;
	if (retain_run(options->expire, options->expires, &retain, &sum) != FLOW_OK)
		return cli_fail("out of memory");
	if (options->verbose)
		cli_warn("%s: files %" PRIu64 ", bytes %" PRIu64 ", directories %" PRIu64 "; kept: files %" PRIu64
		    "; held directories %" PRIu64 ", files in use %" PRIu64, retain.dry_run ? "would go" : "went",
		    sum.files, sum.bytes, sum.directories, sum.kept_files, sum.held, sum.in_use);
	return sum.problems == 0 && !list.failed ? CLI_OK : CLI_FAILURE;
}
