/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nfdump's command line and output for archives of flowcap: for scripts, NfSen and habits.  flow-nfdump(8)
 * lists the differences.
 */
#include <time.h>

#include "common/cli.h"
#include "nfdump/run.h"

int
main(int argc, char **argv)
{
	struct nfdump_options options;
	int status;

	cli_start("nfdump");
	tzset();
	status = nfdump_options_parse(argc, argv, &options);
	if (status == CLI_OK && options.action == NFDUMP_FLOWS)
		status = nfdump_run(&options);
	else if (status == CLI_OK && (options.action == NFDUMP_INFO || options.action == NFDUMP_GNUPLOT))
		status = nfdump_info(&options);
	nfdump_options_clear(&options);
	/* nfdump has no status of its own for misuse. */
	return status == CLI_MISUSE ? CLI_FAILURE : status;
}
