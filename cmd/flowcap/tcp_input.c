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
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cursor.h"
#include "flowcap/program_log.h"
#include "net/proxy_header.h"
#include "net/tcp.h"

/* Buffer for the longest message, and what one more read may bring. */
#define BUFFER_BYTES ((size_t)128 << 10)

/* Reads per connection before the others' turn. */
#define READS_MAX 16

/* Least time between log lines that peers can cause. */
#define LOG_MS 1000

/* Faults that are logged in that time (all are counted), and bytes of invalid data that are shown. */
#define FAULTS_MAX 8
#define BEGIN_MAX 32

/* Time-outs: for the first message, the rest of one, and the next. */
#define FIRST_MS 30000
#define REST_MS 30000
#define NEXT_MS 86400000

/* A connection that is silent for this long may be replaced by a new one. */
#define QUIET_MS 60000

/* Without descriptors, the listener is left alone for this long. */
#define DESCRIPTOR_MS 1000

struct connection {
	int fd;
	struct addr peer;	/* after a proxy's header: the client */
	uint16_t port;
	bool awaits_header;	/* of the PROXY protocol */
	bool bad_header;
	bool served;		/* a whole message has come */
	int64_t since_ms;	/* time of the last one, or of connecting; steady clock, here and below */
	int64_t rest_ms;	/* time since which a partial message waits; 0: none */
	uint32_t sequence;	/* of the stream: bytes of whole messages */
	struct buf bytes;	/* a partial message */
};

struct tcp_input {
	const struct options *options;
	int listener;
	size_t count;
	struct connection connection[TCP_CONNECTIONS_MAX];
	int64_t listen_ms;	/* the listener is left alone until then */
	uint64_t refused, bad, cut;
	int64_t logged_ms;
	uint64_t unlogged;
	int64_t told_ms;	/* time of the last log of faults, and how many in the second after it */
	unsigned told;
};

struct tcp_input *
tcp_input_new(const struct options *options, uint16_t port, int listener)
{
	struct tcp_input *t = calloc(1, sizeof(*t));
	struct flow_error err;

	if (t == NULL) {
		log_line(LOG_LEVEL_ERROR, "out of memory");
		return NULL;
	}
	t->options = options;
	t->listener = listener;
	if ((listener >= 0 ? tcp_adopt(listener, &err) :
	    tcp_listen(options->host, port, options->family, &t->listener, &err)) != FLOW_OK) {
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
	bool listens = t->listen_ms == 0 || clock_steady_ms() >= t->listen_ms;
	size_t i;

	wait[0] = (struct pollfd){ .fd = listens ? t->listener : -1, .events = POLLIN };
	for (i = 0; i < t->count; i++)
		wait[i + 1] = (struct pollfd){ .fd = t->connection[i].fd, .events = POLLIN };
	return t->count + 1;
}

static void
log_peer(struct tcp_input *t, const struct addr *peer, uint16_t port, const char *what)
{
	char text[ADDR_TEXT_MAX];
	size_t len = addr_format(peer, text);
	int64_t now = clock_steady_ms();

	if (now < t->logged_ms + LOG_MS) {
		t->unlogged++;
		return;
	}
	log_line(LOG_LEVEL_INFO, "TCP %.*s port %u: %s (%" PRIu64 " such lines left out)", (int)len,
	    text, port, what, t->unlogged);
	t->logged_ms = now;
	t->unlogged = 0;
}

/* Shows the invalid data of a peer, as far as it is printable. */
static void
put_begin(const struct buf *bytes, char out[BEGIN_MAX + 1])
{
	size_t i, n = bytes->len < BEGIN_MAX ? bytes->len : BEGIN_MAX;

	for (i = 0; i < n; i++)
		out[i] = bytes->data[i] >= ' ' && bytes->data[i] < 0x7f ? (char)bytes->data[i] : '.';
	out[n] = '\0';
}

/* Losses of a connection are always counted, and logged separately from its begin and end. */
static void
take_fault(struct tcp_input *t, const struct connection *n, bool bad)
{
	char text[ADDR_TEXT_MAX], begin[BEGIN_MAX + 1];
	size_t len = addr_format(&n->peer, text);

	if (!bad && n->bytes.len == 0)
		return;
	*(bad ? &t->bad : &t->cut) += 1;
	if (clock_steady_ms() >= t->told_ms + LOG_MS) {
		t->told_ms = clock_steady_ms();
		t->told = 0;
	}
	if (t->told++ >= FAULTS_MAX)
		return;
	put_begin(&n->bytes, begin);
	if (bad)
		log_line(LOG_LEVEL_ERROR, "TCP %.*s port %u: closed, for this is no %s: \"%s\"", (int)len, text,
		    n->port, n->bad_header ? "header of the PROXY protocol" : "IPFIX", begin);
	else
		log_line(LOG_LEVEL_ERROR, "TCP %.*s port %u: it ended within a message, of which %zu bytes had come",
		    (int)len, text, n->port, n->bytes.len);
}

static void
end_connection(struct tcp_input *t, size_t i, const char *why, int64_t now_ms,
    struct intake *intake)
{
	struct connection *n = &t->connection[i];

	log_peer(t, &n->peer, n->port, why);
	if (n->served)
		intake_session_end(intake, &n->peer, n->port, now_ms, n->sequence);
	(void)close(n->fd);
	buf_release(&n->bytes);
	*n = t->connection[--t->count];
}

/* Whether a should be replaced before b: first those without a message, then by the time of the last one. */
static bool
needed_less(const struct connection *a, const struct connection *b)
{
	return a->served != b->served ? b->served : a->since_ms < b->since_ms;
}

/* The connection that a new one replaces, of `peer` (NULL: of any); t->count: none. */
static size_t
who_gives_way(const struct tcp_input *t, const struct addr *peer)
{
	size_t i, victim = t->count;
	int64_t now = clock_steady_ms();

	for (i = 0; i < t->count; i++) {
		const struct connection *n = &t->connection[i];

		if ((peer == NULL || addr_equal(&n->peer, peer)) &&
		    (!n->served || now - n->since_ms > QUIET_MS) &&
		    (victim == t->count || needed_less(n, &t->connection[victim])))
			victim = i;
	}
	return victim;
}

static size_t
connections_of(const struct tcp_input *t, const struct addr *peer)
{
	size_t i, n = 0;

	for (i = 0; i < t->count; i++)
		n += addr_equal(&t->connection[i].peer, peer);
	return n;
}

/* Whether the peer may speak for others, by the PROXY protocol. */
static bool
is_proxy(const struct options *o, const struct addr *peer)
{
	for (size_t i = 0; i < o->proxies; i++)
		if (addr_in_prefix(peer, &o->proxy[i].addr, o->proxy[i].bits))
			return true;
	return false;
}

static void
take_connection(struct tcp_input *t, int fd, const struct addr *peer, uint16_t port, int64_t now_ms,
    struct intake *intake)
{
	bool proxy = is_proxy(t->options, peer);
	bool share = !proxy && connections_of(t, peer) >= TCP_PEER_CONNECTIONS_MAX;
	bool full = share || t->count == TCP_CONNECTIONS_MAX;
	size_t i = full ? who_gives_way(t, share ? peer : NULL) : t->count;

	t->refused += full;
	if (full && i == t->count) {
		log_peer(t, peer, port, "refused, there are too many connections");
		(void)close(fd);
		return;
	}
	if (full)
		end_connection(t, i, "closed for another, it was silent", now_ms, intake);
	t->connection[t->count++] = (struct connection){ .fd = fd, .peer = *peer, .port = port,
		.awaits_header = proxy, .since_ms = clock_steady_ms(), .bytes = BUF_INIT };
	log_peer(t, peer, port, "connected");
}

static void
accept_all(struct tcp_input *t, int64_t now_ms, struct intake *intake)
{
	struct addr peer;
	uint16_t port;
	int fd;

	while ((fd = tcp_accept(t->listener, &peer, &port)) >= 0)
		take_connection(t, fd, &peer, port, now_ms, intake);
	t->listen_ms = 0;
	if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
		if (clock_steady_ms() >= t->logged_ms + LOG_MS)
			log_line(LOG_LEVEL_ERROR, "TCP: %s: connections have to wait", strerror(errno));
		t->logged_ms = clock_steady_ms();
		t->listen_ms = clock_steady_ms() + DESCRIPTOR_MS;
	}
}

/*
 * Reads the header of a proxy's connection.  FLOW_END: incomplete; FLOW_ELIMIT: its client has too many
 * connections.
 */
static enum flow_status
take_header(struct tcp_input *t, struct connection *n)
{
	struct proxy_header h;
	enum flow_status st = proxy_header_parse(n->bytes.data, n->bytes.len, &h);

	n->bad_header = st == FLOW_EFORMAT;
	if (st != FLOW_OK)
		return st;
	if (h.has_source && connections_of(t, &h.source) >= TCP_PEER_CONNECTIONS_MAX) {
		t->refused++;
		n->bytes.len = 0;	/* no message was cut */
		return FLOW_ELIMIT;
	}
	n->awaits_header = false;
	n->bytes.len -= h.len;
	memmove(n->bytes.data, n->bytes.data + h.len, n->bytes.len);
	if (h.has_source) {
		n->peer = h.source;
		n->port = h.port;
		log_peer(t, &n->peer, n->port, "connected, by a proxy");
	}
	return FLOW_OK;
}

/* Takes the whole messages.  FLOW_EFORMAT: the stream is invalid. */
static enum flow_status
take_messages(struct connection *n, int64_t now_ms, struct intake *intake)
{
	struct cursor in = cursor_make(n->bytes.data, n->bytes.len);
	struct flow_message m;
	enum flow_status st;

	if (n->bytes.len == 0)
		return FLOW_OK;
	while ((st = flow_message_next(&in, &m)) == FLOW_OK) {
		struct flow_datagram d = { .bytes = m.bytes, .len = m.len, .exporter = n->peer,
			.port = n->port, .transport = FLOW_TCP, .received_ms = now_ms };

		intake_datagram(intake, &d, n->sequence);
		n->sequence += (uint32_t)m.len;
		n->served = true;
		n->since_ms = clock_steady_ms();
		n->rest_ms = 0;
	}
	n->bytes.len = cursor_left(&in);
	memmove(n->bytes.data, in.pos, n->bytes.len);
	if (n->bytes.len > 0 && n->rest_ms == 0)
		n->rest_ms = clock_steady_ms();
	return st == FLOW_EFORMAT ? st : FLOW_OK;
}

/* FLOW_OK: the connection stays; FLOW_END: the peer closed it; FLOW_EIO, FLOW_EFORMAT, FLOW_ENOMEM. */
static enum flow_status
read_connection(struct tcp_input *t, struct connection *n, int64_t now_ms, struct intake *intake)
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
		st = n->awaits_header ? take_header(t, n) : FLOW_OK;
		if (st == FLOW_OK)
			st = take_messages(n, now_ms, intake);
		else if (st == FLOW_END)
			st = FLOW_OK;
	}
	return st;
}

/* Why to close a connection; NULL: it stays. */
static const char *
over(const struct connection *n, int64_t now)
{
	if (n->rest_ms != 0 && now - n->rest_ms > REST_MS)
		return "closed: a message does not come to its end";
	if (!n->served && now - n->since_ms > FIRST_MS)
		return "closed: no message came";
	if (now - n->since_ms > NEXT_MS)
		return "closed: no message came for a day";
	return NULL;
}

bool
tcp_input_take(struct tcp_input *t, const struct pollfd *wait, int64_t now_ms, struct intake *intake)
{
	int64_t now = clock_steady_ms();
	size_t i;

	/* From the end, because a closed connection is replaced by the last, which had its turn. */
	for (i = t->count; i-- > 0;) {
		enum flow_status st = FLOW_OK;
		const char *why = over(&t->connection[i], now);

		if (wait != NULL && wait[i + 1].revents != 0)
			st = read_connection(t, &t->connection[i], now_ms, intake);
		if (st == FLOW_ENOMEM)
			return false;
		if (st != FLOW_OK)
			why = st == FLOW_ELIMIT ? "refused, there are too many connections" : "closed";
		if (why != NULL)
			take_fault(t, &t->connection[i], st == FLOW_EFORMAT);
		if (why != NULL)
			end_connection(t, i, why, now_ms, intake);
	}
	if (wait != NULL && wait[0].revents != 0)
		accept_all(t, now_ms, intake);
	return true;
}

void
tcp_input_end(struct tcp_input *t, int64_t now_ms, struct intake *intake)
{
	while (t->count > 0) {
		take_fault(t, &t->connection[t->count - 1], false);
		end_connection(t, t->count - 1, "closed", now_ms, intake);
	}
}

void
tcp_input_losses(const struct tcp_input *t, struct collector_losses *losses)
{
	losses->refused_connections = t->refused;
	losses->bad_streams = t->bad;
	losses->cut_streams = t->cut;
}
