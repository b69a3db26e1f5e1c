/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Finds the sockets over which collectors tell their open slots. */

#include <stddef.h>
#include <sys/types.h>

#include "store/archive.h"

struct live_sockets {
	struct live_socket {
		char *path;
		char *directory;	/* the socket's, resolved as by realpath(3) */
		dev_t device;
		ino_t inode;
	} *socket;
	size_t count, cap;
};

/*
 * Finds sockets in the listed directories and in all directories above the arguments, as a collector with a
 * directory for each exporter has its socket above these.  In a world-writable directory only sockets of its
 * owner, or of the caller, are trusted.  Each once.  FLOW_ENOMEM.
 */
enum flow_status live_sockets_find(const struct flow_files *files, struct live_sockets *sockets) NODISCARD;

/* Adds the sockets of one directory only.  FLOW_ENOMEM. */
enum flow_status live_sockets_in(const char *directory, struct live_sockets *sockets) NODISCARD;
void live_sockets_clear(struct live_sockets *sockets);

/* Connects; returns a non-blocking descriptor, or -1 with errno. */
int live_socket_connect(const struct live_socket *socket);
