/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "flowgen/profile_make.h"

#include "common/cli.h"

/* Adds all rows; *incomplete: something could not be read. */
static int
count_rows(struct flow_scan *scan, struct flow_profile_tally *tally, bool *incomplete)
{
	struct flow_scan_worker *worker = flow_scan_worker_new(scan);
	const struct flow_batch *batch;
	enum flow_status st = FLOW_END;
	struct flow_error err;
	int status = worker != NULL ? CLI_OK : cli_fail("out of memory");
	size_t task;

	while (status == CLI_OK && flow_scan_take(worker, &task)) {
		while (status == CLI_OK && (st = flow_scan_next(worker, &batch, &err)) == FLOW_OK)
			if (flow_profile_tally_add(tally, batch) != FLOW_OK)
				status = cli_fail("out of memory");
		if (status == CLI_OK && st != FLOW_END) {
			(void)cli_fail_error(&err);
			*incomplete = true;
		}
	}
	flow_scan_worker_free(worker);
	return status;
}

static int
count_files(const struct flow_files *files, struct flow_profile_tally *tally, bool *incomplete)
{
	struct flow_scan_options so = { .threads = 1 };
	struct flow_scan *scan;
	struct flow_error err;
	size_t i;
	int status;

	flow_profile_tally_fields(&so.early);
	if (flow_scan_open((const char *const *)files->path, files->count, &so, &scan, &err) != FLOW_OK)
		return cli_fail_error(&err);
	if (flow_scan_notice(scan) != NULL)
		cli_warn("%s", flow_scan_notice(scan));
	for (i = 0; flow_scan_problem(scan, i) != NULL; i++) {
		cli_warn("%s", flow_scan_problem(scan, i));
		*incomplete = true;
	}
	status = count_rows(scan, tally, incomplete);
	flow_scan_free(scan);
	return status;
}

static int
print(const struct flow_profile_tally *tally)
{
	static struct flow_profile profile;
	struct buf text = BUF_INIT;
	struct flow_error err;
	bool closed = false;
	unsigned covered;
	int status;

	if (flow_profile_tally_finish(tally, &profile, &covered, &err) != FLOW_OK)
		return cli_fail_error(&err);
	flow_profile_format(&profile, &text);
	status = text.failed ? cli_fail("out of memory") : cli_write(text.data, text.len, &closed);
	buf_release(&text);
	cli_warn("profile: %u services have %u %% of the flows", (unsigned)profile.services, covered);
	return status;
}

int
profile_make(const struct options *o)
{
	struct flow_profile_tally *tally = flow_profile_tally_new();
	struct flow_files files = FLOW_FILES_INIT;
	bool incomplete = false;
	int status = tally != NULL ? CLI_OK : cli_fail("out of memory");
	size_t i;

	for (i = 0; status == CLI_OK && i < o->replays; i++)
		if (flow_files_add(&files, o->replay[i]) != FLOW_OK)
			status = cli_fail("out of memory");
	for (i = 0; i < files.problems; i++) {
		cli_warn("%s", files.problem[i]);
		incomplete = true;
	}
	if (status == CLI_OK)
		status = count_files(&files, tally, &incomplete);
	if (status == CLI_OK)
		status = print(tally);
	flow_profile_tally_free(tally);
	flow_files_clear(&files);
	return status == CLI_OK && incomplete ? CLI_FAILURE : status;
}
