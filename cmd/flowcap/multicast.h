/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Multicast groups (RFC 1112, RFC 4291 2.7): what is sent to them, and to them. */

#include "flowcap/options.h"

/* GROUP[%INTERFACE], which is kept; CLI_OK, or CLI_MISUSE after a message. */
int join_parse(const char *text, struct join_group *join);

/* Has the socket receive what is sent to these groups; false after a log line. */
bool multicast_join(const struct options *options, int udp);

bool multicast_is_group(const struct addr *a);

/* The interface of that name, or number; 0 where there is none. */
unsigned multicast_interface(const char *name);

/* By which interface (0: the routes) and through how many routers (0: the system's default) a socket sends to groups of that family. */
void multicast_send_by(int fd, int family, unsigned interface, unsigned ttl);
