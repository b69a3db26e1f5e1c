/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "common/cli.h"
#include "flowcap/check.h"
#include "flowcap/daemon.h"
#include "flowcap/directory_watch.h"
#include "flowcap/expiry.h"
#include "flowcap/inputs.h"
#include "flowcap/live_server.h"
#include "flowcap/program_log.h"
#include "flowcap/reload.h"
#include "flowcap/service.h"
#include "flowcap/source_option.h"

/* Descriptors for sockets, journals and the like. */
#define RESERVED_DESCRIPTORS (64 + TCP_CONNECTIONS_MAX)

/* Descriptors per slot's file: to write it, and for --live to read it and to send it. */
#define SLOT_DESCRIPTORS 3

/* Row groups in memory besides those being encoded. */
#define FILE_SPARE 2

static int
read_files(const struct options *options)
{
	struct collect_options collect = options->collect;
	const struct capture_input input = { program_log(), options->has_port,
		options->collect.port };
	struct collector *c;
	bool done = true;
	size_t i;

	collect.decoder.template_ms = INT64_MAX;	/* in a capture no template expires */
	c = collector_new(&collect, collect.threads + FILE_SPARE, NULL);
	if (c == NULL)
		return CLI_FAILURE;
	for (i = 0; i < options->file_count; i++)
		done = capture_input(&input, c, options->files[i]) && done;
	done = collector_finish(c) && done;
	return done ? CLI_OK : CLI_FAILURE;
}

/* Raises the limit of descriptors: a directory for each exporter takes many. */
static void
raise_descriptors(struct collect_options *collect)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
		(void)getrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_cur != RLIM_INFINITY)
		collect->open_files = limit.rlim_cur > 2 * RESERVED_DESCRIPTORS ?
		    ((size_t)limit.rlim_cur - RESERVED_DESCRIPTORS) / SLOT_DESCRIPTORS : 1;
}

static void
tell_places(const struct collect_options *o, unsigned port)
{
	const char *archive = o->directory != NULL ? o->directory : o->dynamic;

	if (archive == NULL)
		log_line(LOG_LEVEL_INFO, "listening on port %u, writing to the directories of -n", port);
	else if (o->state == NULL)
		log_line(LOG_LEVEL_INFO, "listening on port %u, writing to %s", port, archive);
	else
		log_line(LOG_LEVEL_INFO, "listening on port %u, writing to %s, journals to %s", port, archive,
		    o->state);
}

static int
collect(const struct options *options, struct inputs *in, struct status_server *server)
{
	struct daemon daemon = DAEMON_INIT;
	struct intake *intake = NULL;
	struct live_server *lookers = NULL;
	struct status_report *report = NULL;
	struct directory_watch *watch = NULL;
	struct reload running = { options, NULL };
	struct collect_options live = options->collect;
	bool done = false;

	live.tell_exporters = true;
	/* Again after dropping privileges: the directories must be writable for the final user. */
	if (daemon_begin(&daemon, options) == CLI_OK && sources_check(options) == CLI_OK &&
	    (!live.journal || sources_find_state(&live, options->state) == CLI_OK))
		intake = intake_new(&live);
	if (intake != NULL) {
		tell_places(&live, udp_port(in->udp));
		done = expiry_start(options, &running.expiry);
		watch = done ? directory_watch_start(&live) : NULL;
		report = done ? status_report_new(options, intake, &(struct status_parts){ .udp = in->udp,
		    .expiry = running.expiry, .watch = watch, .repeater = in->repeater }) : NULL;
		done = report != NULL && status_server_start(server, report);
		lookers = done ? live_server_start(options, intake, report) : NULL;
		in->reload = options->config != NULL ? reload_settings : NULL;
		in->reload_context = &running;
		if (done)
			daemon_ready(&daemon);
		done = done && udp_input(in, intake);
		in->reload = NULL;
		in->reload_context = NULL;
		live_server_stop(lookers);
		status_server_stop(server);
		status_report_free(report);
		directory_watch_stop(watch);
		expiry_stop(running.expiry);
		done = intake_finish(intake) && done;
		live_server_free(lookers);
	}
	sources_free_state(&live);
	daemon_end(&daemon);
	return done ? CLI_OK : CLI_FAILURE;
}

static int
listen_and_collect(const struct options *options)
{
	struct inputs in = { .udp = -1 };
	struct service_sockets passed;
	struct status_server *server = NULL;
	char where[300];
	int status = CLI_FAILURE;

	(void)snprintf(where, sizeof(where), "%s/%u/%d", options->host != NULL ? options->host : "",
	    options->collect.port, (int)options->family);
	if (service_sockets_take(&passed, where) != CLI_OK)
		return status;
	if (inputs_open(options, &passed, &in, &server) == CLI_OK) {
		if (!in.passed)
			service_store(&passed, in.udp);
		udp_input_signals();
		priority_take(PRIORITY_FIRST);
		status = collect(options, &in, server);
	}
	inputs_close(&in, server);
	return status;
}

static int
run(const struct options *options)
{
	int status = options->check_health ? check_and_tell(options) : sources_check(options);

	if (options->check_health || status != CLI_OK)
		return status;
	if (options->check_only) {
		status = inputs_rehearse(options);
		if (status != CLI_OK)
			return status;
		(void)printf("%s: it is right\n", options->config != NULL ? options->config : "the command line");
		return CLI_OK;
	}
	return options->file_count > 0 ? read_files(options) : listen_and_collect(options);
}

int
main(int argc, char **argv)
{
	struct options options;
	bool done;
	int status;

	cli_start("flowcap");
	tzset();
	status = options_parse(argc, argv, &options, &done);
	if (status == CLI_OK && !done) {
		raise_descriptors(&options.collect);
		log_open("flowcap", options.verbose);
		status = run(&options);
	}
	options_clear(&options);
	return status;
}
