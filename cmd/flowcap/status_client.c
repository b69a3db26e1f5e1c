/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "flowcap/status_client.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

/* How long a client may take to ask, and to receive; Prometheus itself gives up after 10 seconds. */
#define ASK_MS 5000
#define TAKE_MS 10000

static void
become(struct status_client *c, enum status_client_state state)
{
	c->state = state;
	c->since_ms = clock_steady_ms();
}

void
status_client_init(struct status_client *c, int fd)
{
	c->fd = fd;
	c->len = c->sent = 0;
	c->answer = (struct buf)BUF_INIT;
	become(c, STATUS_CLIENT_ASKING);
}

void
status_client_clear(struct status_client *c)
{
	(void)close(c->fd);
	c->fd = -1;
	buf_release(&c->answer);
}

short
status_client_events(const struct status_client *c)
{
	return c->state == STATUS_CLIENT_ASKING ? POLLIN : c->state == STATUS_CLIENT_TAKING ? POLLOUT : 0;
}

/* The first line is of interest, and the empty one tells that the request is whole. */
static void
receive(struct status_client *c)
{
	ssize_t got = recv(c->fd, c->request + c->len, STATUS_REQUEST_MAX - 1 - c->len, MSG_DONTWAIT);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		become(c, STATUS_CLIENT_OVER);
		return;
	}
	c->len += (size_t)got;
	c->request[c->len] = '\0';
	if (strstr(c->request, "\r\n\r\n") != NULL || strstr(c->request, "\n\n") != NULL) {
		c->request[strcspn(c->request, "\r\n")] = '\0';
		become(c, STATUS_CLIENT_WAITING);
	} else if (c->len == STATUS_REQUEST_MAX - 1) {
		become(c, STATUS_CLIENT_OVER);
	}
}

static void
send_some(struct status_client *c)
{
	ssize_t n = send(c->fd, c->answer.data + c->sent, c->answer.len - c->sent, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n < 0 && errno != EAGAIN && errno != EINTR)
		become(c, STATUS_CLIENT_OVER);
	c->sent += n > 0 ? (size_t)n : 0;
	if (c->sent == c->answer.len)
		become(c, STATUS_CLIENT_OVER);
}

void
status_client_go(struct status_client *c, short revents)
{
	int64_t lasts_ms = clock_steady_ms() - c->since_ms;

	if (revents != 0 && c->state == STATUS_CLIENT_ASKING)
		receive(c);
	else if (revents != 0 && c->state == STATUS_CLIENT_TAKING)
		send_some(c);
	else if ((c->state == STATUS_CLIENT_ASKING && lasts_ms > ASK_MS) || lasts_ms > TAKE_MS)
		become(c, STATUS_CLIENT_OVER);
}

bool
status_client_asks(const struct status_client *c, const char *path)
{
	size_t len = strlen(path);

	return strncmp(c->request, "GET ", 4) == 0 && strncmp(c->request + 4, path, len) == 0 &&
	    (c->request[4 + len] == ' ' || c->request[4 + len] == '?' || c->request[4 + len] == '\0');
}

void
status_client_answer(struct status_client *c, const char *status, const char *type, const struct buf *body)
{
	buf_printf(&c->answer, "HTTP/1.0 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n",
	    body->failed ? "500 Internal Server Error" : status, type, body->failed ? 0 : body->len);
	if (!body->failed)
		buf_append(&c->answer, body->data, body->len);
	become(c, c->answer.failed ? STATUS_CLIENT_OVER : STATUS_CLIENT_TAKING);
}

size_t
status_client_to_drop(struct status_client *const *client, size_t count)
{
	size_t drop = 0;

	for (size_t i = 1; i < count; i++) {
		bool asks = client[i]->state == STATUS_CLIENT_ASKING;
		bool other_asks = client[drop]->state == STATUS_CLIENT_ASKING;

		if (asks != other_asks ? asks : client[i]->since_ms < client[drop]->since_ms)
			drop = i;
	}
	return drop;
}
