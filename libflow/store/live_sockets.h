/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Where collectors can be asked for their open slots. */

#include <stddef.h>
#include <sys/types.h>

#include "store/archive.h"

struct live_sockets {
	struct live_socket {
		char *path;
		char *directory;	/* that it stands in, as realpath(3) has it */
		dev_t device;
		ino_t inode;
	} *socket;
	size_t count, cap;
};

/*
 * Those in the directories that were listed, and in all above what was asked for: that of a collector with a directory
 * for each exporter stands above these.  In a directory that everybody may write to only its owner's and one's own
 * are believed.  Each once.  FLOW_ENOMEM.
 */
enum flow_status live_sockets_find(const struct flow_files *files, struct live_sockets *sockets) NODISCARD;

/* Adds those in one directory alone.  FLOW_ENOMEM. */
enum flow_status live_sockets_in(const char *directory, struct live_sockets *sockets) NODISCARD;
void live_sockets_clear(struct live_sockets *sockets);

/* Connects; the descriptor, which does not block, or -1 with errno set. */
int live_socket_connect(const struct live_socket *socket);
