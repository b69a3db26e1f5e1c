/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* What flowcap opens before it collects: sockets to receive, to repeat, and to answer at. */

#include "flowcap/service.h"
#include "flowcap/status_server.h"
#include "flowcap/udp_input.h"

/*
 * Opens all that the options ask for, with the sockets that the service manager passed.  CLI_OK, or another status
 * after a message.  Close them in any case.
 */
int inputs_open(const struct options *options, const struct service_sockets *passed, struct inputs *in,
    struct status_server **server);
void inputs_close(struct inputs *in, struct status_server *server);

/*
 * --check-config: opens all of it at ports that are free, and closes it again, so that what the start would refuse is
 * told by what refuses it there; also looks for the users, the pid file and captures.  At last it becomes the user of
 * -u, for good, and looks for what that user has to write.  A collector that runs is not disturbed.
 * -A is left out, as it needs the privileges of the start.
 */
int inputs_rehearse(const struct options *options);
