/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* A question to a collector, over its socket (store/live_reply.h). */

#include <stdbool.h>

#include "base/buf.h"
#include "store/live_reply.h"
#include "store/live_sockets.h"

/* As live_socket_connect, but waits for its turn where many ask. */
int live_connect(const struct live_socket *socket);

/* Descriptors that came with an answer, in order; those that were taken are -1. */
struct live_files {
	int *fd;
	size_t count;
};
void live_files_close(struct live_files *files);

/*
 * Appends the whole answer to *reply, which is empty, and takes its header apart; what files came is to be closed whatever
 * comes.  False where there is none in time:
 * FLOW_END where the collector has hung up, as one does that does not know the question, FLOW_EIO, FLOW_EFORMAT, FLOW_ENOMEM.
 */
bool live_ask(int fd, char question, struct buf *reply, struct live_files *files, struct live_header *header,
    struct flow_error *err);
