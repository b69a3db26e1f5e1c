/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* A client of --metrics: its request and its answer over HTTP/1.0, sent and received without ever waiting for it. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define STATUS_REQUEST_MAX 4096

enum status_client_state {
	STATUS_CLIENT_ASKING,		/* its request is not whole */
	STATUS_CLIENT_WAITING,		/* for status_client_answer */
	STATUS_CLIENT_TAKING,		/* its answer */
	STATUS_CLIENT_OVER,		/* to be closed */
};

struct status_client {
	enum status_client_state state;
	int fd;
	int64_t since_ms;		/* of its state; steady clock */
	size_t len;			/* of its request */
	char request[STATUS_REQUEST_MAX];	/* its first line, where it is whole */
	struct buf answer;
	size_t sent;
};

/* Takes over a connection that does not block. */
void status_client_init(struct status_client *c, int fd);
void status_client_clear(struct status_client *c);

/* What to wait for by poll: POLLIN, POLLOUT or, while it waits for its answer, 0. */
short status_client_events(const struct status_client *c);

/* Receives or sends what is possible now, after poll told `revents`; where that is 0, only looks at the time. */
void status_client_go(struct status_client *c, short revents);

/* Whether it asks for GET PATH. */
bool status_client_asks(const struct status_client *c, const char *path);

/* Answers: `status` such as "200 OK".  A body that has failed, out of memory, gives 500. */
void status_client_answer(struct status_client *c, const char *status, const char *type, const struct buf *body);

/*
 * Which client has to go for a new one: of those that have not asked yet, else of all, the one whose state has lasted
 * longest.  There is at least one.
 */
size_t status_client_to_drop(struct status_client *const *client, size_t count);
