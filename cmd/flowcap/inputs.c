/* SPDX-License-Identifier: BSD-2-Clause */
#include "flowcap/inputs.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "common/cli.h"
#include "flowcap/daemon.h"
#include "flowcap/multicast.h"

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

	if (directory != NULL && access(directory, W_OK | X_OK) != 0)
		cli_warn("--metrics: nothing can be written to %s now: the log would say so, and collecting go on",
		    directory);
	free(directory);
}

int
inputs_rehearse(const struct options *options)
{
	const struct service_sockets none = { -1, -1, false, "" };
	struct options free_port = *options;
	struct inputs in = { .udp = -1 };
	struct status_server *server = NULL;
	int status = daemon_check(options);

	free_port.collect.port = 0;
	free_port.keep_source = false;
	if (status == CLI_OK)
		status = inputs_open(&free_port, &none, &in, &server);
	inputs_close(&in, server);
	look_for_metrics(options->collect.metrics);
	return status;
}
