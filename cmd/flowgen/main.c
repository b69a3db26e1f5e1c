/* SPDX-License-Identifier: BSD-2-Clause */
/* flowgen: made-up flows for collectors, files and tests. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <signal.h>
#include <time.h>

#include "common/cli.h"
#include "flowgen/generate.h"
#include "flowgen/options.h"
#include "flowgen/sink.h"

static volatile int stopped;

static void
stop(int number)
{
	UNUSED(number);
	stopped = 1;
}

static void
catch_signals(void)
{
	struct sigaction action = { .sa_handler = stop };

	(void)sigemptyset(&action.sa_mask);
	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
}

int
main(int argc, char **argv)
{
	struct sink *sink = NULL;
	struct options o;
	bool done;
	int status, closed;

	cli_start("flowgen");
	tzset();
	status = options_parse(argc, argv, &o, &done);
	if (done)
		return status;
	status = o.pcap != NULL ? pcap_sink_open(&o, &sink) : udp_sink_open(&o, &sink);
	if (status != CLI_OK)
		return status;
	catch_signals();
	status = generate(&o, sink, &stopped);
	closed = sink_close(sink, status == CLI_OK);
	return status != CLI_OK ? status : closed;
}
