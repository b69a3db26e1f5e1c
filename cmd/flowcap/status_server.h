/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * --metrics unix:PATH or HOST:PORT: a thread that answers GET /metrics and GET /health over HTTP/1.0.  It
 * serves clients side by side, up to a number; slow and idle ones delay nobody.  The health is 503 where
 * flows are being lost or nothing is decoded, else 200 with warnings.  There are no other requests, and
 * nothing can be changed.
 */

#include "flowcap/options.h"
#include "flowcap/status_report.h"

struct status_server;

/* Whether the argument of --metrics is an address to listen at, not a file. */
bool status_server_is_address(const char *text);

/* Whether such an address can be right.  CLI_OK, or CLI_MISUSE after a message. */
int status_server_check(const char *text);

/*
 * Listens, with --check-config only tries to; *server is NULL where it is not wanted.  Call it before the
 * process changes its user.  False after a message.
 */
bool status_server_new(const struct options *options, struct status_server **server);

/* Begins to answer; false after a log line. */
bool status_server_start(struct status_server *s, struct status_report *report);

/* Stops answering; call it before the intake is finished. */
void status_server_stop(struct status_server *s);

/* Removes the socket's name, and frees.  NULL is fine for both. */
void status_server_free(struct status_server *s);
