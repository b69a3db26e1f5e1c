/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Multicast groups (RFC 1112, RFC 4291 2.7): receiving from and sending to them. */

#include "flowcap/options.h"

/* Parses GROUP[%INTERFACE], and keeps the text; CLI_OK, or CLI_MISUSE after a message. */
int join_parse(const char *text, struct join_group *join);

/* Joins these groups with the socket; false after a log line. */
bool multicast_join(const struct options *options, int udp);

bool multicast_is_group(const struct addr *a);

/* The interface of that name, or number; 0 where there is none. */
unsigned multicast_interface(const char *name);

/*
 * Sets the interface (0: by the routes) and the TTL (0: the system's default) for a socket that sends to
 * groups of that family.
 */
void multicast_send_by(int fd, int family, unsigned interface, unsigned ttl);
