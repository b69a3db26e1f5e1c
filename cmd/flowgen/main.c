/* SPDX-License-Identifier: BSD-2-Clause */
/* flowgen: made-up flows for collectors, files and tests. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "common/cli.h"
#include "flowgen/generate.h"
#include "flowgen/options.h"
#include "flowgen/profile_make.h"
#include "flowgen/replay.h"
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

static int
run(const struct options *o)
{
	struct sink *sink = NULL;
	bool keep;
	int status, closed;

	status = o->archive != NULL ? archive_sink_open(o, &sink)
	    : o->pcap != NULL ? pcap_sink_open(o, &sink) : udp_sink_open(o, &sink);
	if (status != CLI_OK)
		return status;
	catch_signals();
	if (o->replays > 0) {
		status = replay(o, sink, &stopped, &keep);
	} else {
		status = generate(o, sink, &stopped);
		keep = status == CLI_OK;
	}
	closed = sink_close(sink, keep);
	return status != CLI_OK ? status : closed;
}

int
main(int argc, char **argv)
{
	struct options o;
	bool done;
	int status;

	cli_start("flowgen");
	tzset();
	status = options_parse(argc, argv, &o, &done);
	if (!done)
		status = o.measure ? profile_make(&o) : run(&o);
	free(o.replay);
	flow_device_free(o.device);
	event_list_release(&o.events);
	network_list_release(&o.networks);
	free(o.profile);
	return status;
}
