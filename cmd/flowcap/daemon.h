/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Into the background, with a pid file, and as another user.
 *
 * With -D the process that was started stays until the collector listens, so that its standard error and
 * status tell what went wrong until then.
 */

#include "flowcap/options.h"

struct daemon {
	const char *pid_path;
	int pid_file;			/* open and locked; -1: none */
	int starter;			/* a pipe to the process that was started; -1: it is this one */
};

#define DAEMON_INIT { NULL, -1, -1 }

/* -D, -P, -u, -g, in that order; before threads start.  CLI_OK, or CLI_FAILURE after a message. */
int daemon_begin(struct daemon *d, const struct options *options);

/* Everything is there: from here on the log goes to syslog, and the process that was started ends with 0. */
void daemon_ready(struct daemon *d);

/* Removes the pid file, or empties it where its directory is not ours any more. */
void daemon_end(struct daemon *d);
