/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Goes into the background, with a pid file, and as another user.
 *
 * With -D the process that was started stays until the collector listens, so that failures until then appear
 * on its standard error and in its exit status.
 */

#include "flowcap/options.h"

struct daemon {
	const char *pid_path;
	int pid_file;			/* open and locked; -1: none */
	int starter;			/* a pipe to the process that was started; -1: it is this one */
};

#define DAEMON_INIT { NULL, -1, -1 }

/* Whether the users of -u and -g are there, and -P may be written.  CLI_OK, or CLI_FAILURE after a message. */
int daemon_check(const struct options *options);

/* Becomes the user and group of -u and -g, for good.  CLI_OK, or CLI_FAILURE after a message. */
int daemon_become(const struct options *options);

/* -D, -P, -u, -g, in that order; before threads start.  CLI_OK, or CLI_FAILURE after a message. */
int daemon_begin(struct daemon *d, const struct options *options);

/* The collector is ready: the log goes to syslog, and the process that was started exits with 0. */
void daemon_ready(struct daemon *d);

/* Removes the pid file, or empties it where its directory is not ours any more. */
void daemon_end(struct daemon *d);
