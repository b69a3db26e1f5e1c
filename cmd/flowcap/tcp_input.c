/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "flowcap/tcp_input.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cursor.h"
#include "flowcap/program_log.h"
#include "net/tcp.h"

/* The longest message, and what may come behind it in one read. */
#define BUFFER_BYTES ((size_t)128 << 10)

/* Reads of a connection before others have their turn. */
#define READS_MAX 16

/* Peers can cause log lines: not more often than this. */
#define LOG_MS 1000

struct connection {
	int fd;
	struct addr peer;
	uint16_t port;
	struct buf bytes;	/* the begin of a message */
};

struct tcp_input {
	int listener;
	size_t count;
	struct connection connection[TCP_CONNECTIONS_MAX];
	int64_t logged_ms;
	uint64_t unlogged;
};

struct tcp_input *
tcp_input_new(const struct options *options, uint16_t port)
{
	struct tcp_input *t = calloc(1, sizeof(*t));
	struct flow_error err;

	if (t == NULL) {
		log_line(LOG_LEVEL_ERROR, "out of memory");
		return NULL;
	}
	if (tcp_listen(options->host, port, options->family, &t->listener, &err) != FLOW_OK) {
		log_line(LOG_LEVEL_ERROR, "%s", err.message);
		free(t);
		return NULL;
	}
	return t;
}

void
tcp_input_free(struct tcp_input *t)
{
	size_t i;

	if (t == NULL)
		return;
	for (i = 0; i < t->count; i++) {
		(void)close(t->connection[i].fd);
		buf_release(&t->connection[i].bytes);
	}
	(void)close(t->listener);
	free(t);
}

size_t
tcp_input_poll(const struct tcp_input *t, struct pollfd *wait)
{
	size_t i;

	wait[0] = (struct pollfd){ .fd = t->listener, .events = POLLIN };
	for (i = 0; i < t->count; i++)
		wait[i + 1] = (struct pollfd){ .fd = t->connection[i].fd, .events = POLLIN };
	return t->count + 1;
}

static void
log_peer(struct tcp_input *t, const struct addr *peer, uint16_t port, int64_t now_ms,
    const char *what)
{
	char text[ADDR_TEXT_MAX];
	size_t len = addr_format(peer, text);

	if (now_ms < t->logged_ms + LOG_MS && now_ms >= t->logged_ms) {
		t->unlogged++;
		return;
	}
	log_line(LOG_LEVEL_INFO, "TCP %.*s port %u: %s (%" PRIu64 " such lines left out)", (int)len,
	    text, port, what, t->unlogged);
	t->logged_ms = now_ms;
	t->unlogged = 0;
}

static void
accept_all(struct tcp_input *t, int64_t now_ms)
{
	struct addr peer;
	uint16_t port;
	int fd;

	while ((fd = tcp_accept(t->listener, &peer, &port)) >= 0) {
		if (t->count == TCP_CONNECTIONS_MAX) {
			log_peer(t, &peer, port, now_ms, "refused, there are too many connections");
			(void)close(fd);
			continue;
		}
		t->connection[t->count++] = (struct connection){ fd, peer, port, BUF_INIT };
		log_peer(t, &peer, port, now_ms, "connected");
	}
}

/* The whole messages that have come.  FLOW_EFORMAT: the stream cannot be trusted any more. */
static enum flow_status
take_messages(struct connection *n, int64_t now_ms, struct collector *c)
{
	struct cursor in = cursor_make(n->bytes.data, n->bytes.len);
	struct flow_message m;
	enum flow_status st;

	while ((st = flow_message_next(&in, &m)) == FLOW_OK) {
		struct flow_datagram d = { .bytes = m.bytes, .len = m.len, .exporter = n->peer,
			.port = n->port, .transport = FLOW_TCP, .received_ms = now_ms };

		if (!collector_datagram(c, &d))
			return FLOW_ENOMEM;
	}
	n->bytes.len = cursor_left(&in);
	memmove(n->bytes.data, in.pos, n->bytes.len);
	return st == FLOW_EFORMAT ? st : FLOW_OK;
}

/* FLOW_OK: it goes on; FLOW_END: the peer has closed; FLOW_EIO, FLOW_EFORMAT, FLOW_ENOMEM. */
static enum flow_status
take_connection(struct connection *n, int64_t now_ms, struct collector *c)
{
	enum flow_status st = FLOW_OK;
	unsigned i;

	for (i = 0; i < READS_MAX && st == FLOW_OK; i++) {
		ssize_t got;

		if (!buf_reserve(&n->bytes, BUFFER_BYTES - n->bytes.len))
			return FLOW_ENOMEM;
		got = recv(n->fd, buf_end(&n->bytes), BUFFER_BYTES - n->bytes.len, 0);
		if (got < 0)
			return errno == EAGAIN || errno == EINTR ? FLOW_OK : FLOW_EIO;
		if (got == 0)
			return FLOW_END;
		n->bytes.len += (size_t)got;
		st = take_messages(n, now_ms, c);
	}
	return st;
}

static void
end_connection(struct tcp_input *t, size_t i, enum flow_status st, int64_t now_ms,
    struct collector *c)
{
	struct connection *n = &t->connection[i];

	log_peer(t, &n->peer, n->port, now_ms, st == FLOW_EFORMAT ? "closed: this is no IPFIX" :
	    n->bytes.len > 0 ? "closed within a message" : "closed");
	collector_session_end(c, &n->peer, n->port);
	(void)close(n->fd);
	buf_release(&n->bytes);
	*n = t->connection[--t->count];
}

bool
tcp_input_take(struct tcp_input *t, const struct pollfd *wait, int64_t now_ms, struct collector *c)
{
	size_t i;

	/* From the end: whoever ends gives its place to the last, which had its turn. */
	for (i = t->count; i-- > 0;) {
		enum flow_status st;

		if (wait[i + 1].revents == 0)
			continue;
		st = take_connection(&t->connection[i], now_ms, c);
		if (st == FLOW_ENOMEM)
			return false;
		if (st != FLOW_OK)
			end_connection(t, i, st, now_ms, c);
	}
	if (wait[0].revents != 0)
		accept_all(t, now_ms);
	return true;
}
