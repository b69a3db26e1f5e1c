/* SPDX-License-Identifier: BSD-2-Clause */
#include <time.h>

#include "common/cli.h"
#include "flowstat/alert.h"
#include "flowstat/rollup_write.h"
#include "flowstat/stat.h"

int
main(int argc, char **argv)
{
	struct flowstat_options options;
	bool done;
	int status;

	cli_start("flowstat");
	tzset();
	status = flowstat_options_parse(argc, argv, &options, &done);
	if (status == CLI_OK && !done)
		status = options.alert != NULL ? alert_run(&options) :
		    options.rollup_width != NULL ? rollup_write(&options) :
		    options.follow_s != 0 ? flowstat_follow(&options) : flowstat_run(&options);
	flowstat_options_clear(&options);
	return status;
}
