/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Asks a collector a question over its socket (store/live_reply.h). */

#include <stdbool.h>

#include "base/buf.h"
#include "store/live_reply.h"
#include "store/live_sockets.h"

/* As live_socket_connect, but waits for its turn if many ask. */
int live_connect(const struct live_socket *socket);

/* Descriptors received with an answer, in order; -1: taken. */
struct live_files {
	int *fd;
	size_t count;
};
void live_files_close(struct live_files *files);

/*
 * Appends the whole answer to *reply, which is empty, and parses its header; the caller closes the received
 * files, also on failure.  False if there is no answer in time: FLOW_END if the collector has hung up, as it does
 * for an unknown question, FLOW_EIO, FLOW_EFORMAT, FLOW_ENOMEM.
 */
bool live_ask(int fd, char question, struct buf *reply, struct live_files *files, struct live_header *header,
    struct flow_error *err);
