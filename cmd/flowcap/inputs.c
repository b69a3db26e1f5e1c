/* SPDX-License-Identifier: BSD-2-Clause */
#include "flowcap/inputs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "common/cli.h"
#include "flowcap/daemon.h"
#include "flowcap/multicast.h"
#include "flowcap/source_option.h"

/* The manager's, or one that it keeps for the next run. */
static int
take_udp(const struct options *options, const struct service_sockets *passed, struct inputs *in)
{
	struct flow_error err;

	if (passed->udp >= 0 && options->has_port && udp_port(passed->udp) != options->collect.port && !passed->kept)
		return cli_fail("-p %u: the service manager's socket is of port %u: change that, or leave -p out",
		    options->collect.port, udp_port(passed->udp));
	in->passed = passed->udp >= 0;
	in->udp = passed->udp;
	if ((in->passed ? udp_adopt(in->udp, options->buffer_bytes, &err) : udp_bind(options->host,
	    options->collect.port, options->family, options->buffer_bytes, &in->udp, &err)) != FLOW_OK)
		return cli_fail("%s", err.message);
	return multicast_join(options, in->udp) ? CLI_OK : CLI_FAILURE;
}

int
inputs_open(const struct options *options, const struct service_sockets *passed, struct inputs *in,
    struct status_server **server)
{
	int status = take_udp(options, passed, in);

	if (status == CLI_OK && (options->tcp || passed->tcp >= 0) &&
	    (in->tcp = tcp_input_new(options, udp_port(in->udp), passed->tcp)) == NULL)
		status = CLI_FAILURE;
	if (status == CLI_OK && !repeater_new(options, &in->repeater))
		status = CLI_FAILURE;
	return status == CLI_OK && !status_server_new(options, server) ? CLI_FAILURE : status;
}

void
inputs_close(struct inputs *in, struct status_server *server)
{
	status_server_free(server);
	repeater_free(in->repeater);
	tcp_input_free(in->tcp);
	if (in->udp >= 0)
		(void)close(in->udp);
	*in = (struct inputs){ .udp = -1 };
}

/* flowcap starts without the file, for it may come later. */
static void
look_for_metrics(const char *path)
{
	char *directory = path != NULL ? file_directory(path) : NULL;
	struct stat st;

	if (directory != NULL && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		cli_warn("--metrics: %s is a directory: the log would say so, and collecting go on", path);
	else if (directory != NULL && access(directory, W_OK | X_OK) != 0)
		cli_warn("--metrics: nothing can be written to %s now: the log would say so, and collecting go on",
		    directory);
	free(directory);
}

/* The same for the program of -x, where it is named by a path without quotes and tokens. */
static void
look_for_program(const char *command)
{
	size_t len = command != NULL ? strcspn(command, " \t\"'\\%") : 0;
	char *path = len > 0 && strchr(" \t", command[len]) != NULL ? strndup(command, len) : NULL;

	if (path != NULL && strchr(path, '/') != NULL && access(path, X_OK) != 0)
		cli_warn("-x: %s: %s: the log would say so of each file, and collecting go on", path, strerror(errno));
	free(path);
}

static int
look_for_files(const struct options *options)
{
	for (size_t i = 0; i < options->file_count; i++)
		if (strcmp(options->files[i], "-") != 0 && access(options->files[i], R_OK) != 0)
			return cli_fail("%s: %s", options->files[i], strerror(errno));
	return CLI_OK;
}

/* As the user who will collect; only root can become that. */
static int
look_as_collector(const struct options *options)
{
	int status = CLI_OK;

	if ((options->user != NULL || options->group != NULL) && geteuid() == 0)
		status = daemon_become(options);
	if (status == CLI_OK)
		status = sources_check(options);
	if (status == CLI_OK)
		status = sources_check_state(options);
	if (status == CLI_OK) {
		look_for_metrics(options->collect.metrics);
		look_for_program(options->collect.command);
	}
	return status;
}

int
inputs_rehearse(const struct options *options)
{
	const struct service_sockets none = { -1, -1, false, "" };
	struct options free_port = *options;
	struct inputs in = { .udp = -1 };
	struct status_server *server = NULL;
	int status;

	if (options->file_count > 0)
		return look_for_files(options);
	status = daemon_check(options);
	free_port.collect.port = 0;
	free_port.keep_source = false;
	if (status == CLI_OK)
		status = inputs_open(&free_port, &none, &in, &server);
	inputs_close(&in, server);
	return status == CLI_OK ? look_as_collector(options) : status;
}
