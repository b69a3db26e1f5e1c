/* SPDX-License-Identifier: BSD-2-Clause */
#include <time.h>

#include "common/cli.h"
#include "flowcat/compact.h"
#include "flowcat/expire.h"
#include "flowcat/explain_query.h"
#include "flowcat/follow.h"
#include "flowcat/import.h"
#include "flowcat/print_exporters.h"
#include "flowcat/options.h"
#include "flowcat/print.h"
#include "flowcat/print_sets.h"
#include "flowcat/print_sql.h"
#include "flowcat/split.h"
#include "flowcat/split_key.h"
#include "flowcat/print_summary.h"
#include "flowcat/verify_files.h"
#include "flowcat/write.h"

static int
run(struct flowcat_options *options)
{
	switch (options->task) {
	case FLOWCAT_SUMMARY:
		return flowcat_summary(options);
	case FLOWCAT_GNUPLOT:
		return flowcat_gnuplot(options);
	case FLOWCAT_EXPORTERS:
		return flowcat_exporters(options);
	case FLOWCAT_VERIFY:
		return flowcat_verify(options);
	case FLOWCAT_EXPLAIN:
		return flowcat_explain(options);
	case FLOWCAT_SQL:
		return flowcat_sql(options);
	case FLOWCAT_SETS:
		return flowcat_sets(options);
	case FLOWCAT_CHECK:
		return query_check(&options->request);
	case FLOWCAT_EXPIRE:
		return flowcat_expire(options);
	case FLOWCAT_ROWS:
		break;
	}
	if (options->follow)
		return flowcat_follow(options);
	if (options->compact_s != 0)
		return flowcat_compact(options);
	if (options->split_by != NULL)
		return flowcat_split_key(options);
	if (options->import)
		return flowcat_import(options);
	if (options->split_s != 0)
		return flowcat_split(options);
	if (options->write_path != NULL)
		return flowcat_write(options);
	return flowcat_print(options);
}

int
main(int argc, char **argv)
{
	struct flowcat_options options;
	bool done;
	int status;

	cli_start("flowcat");
	tzset();
	status = flowcat_options_parse(argc, argv, &options, &done);
	if (status == CLI_OK && !done)
		status = run(&options);
	flowcat_options_clear(&options);
	return status;
}
