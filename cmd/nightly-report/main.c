/* SPDX-License-Identifier: BSD-2-Clause */
#include <time.h>

#include "common/cli.h"
#include "nightly-report/report.h"

int
main(int argc, char **argv)
{
	struct nightly_options options;
	bool done;
	int status;

	cli_start("nightly-report");
	tzset();
	status = nightly_options_parse(argc, argv, &options, &done);
	if (status == CLI_OK && !done)
		status = report_run(&options);
	nightly_options_clear(&options);
	return status;
}
