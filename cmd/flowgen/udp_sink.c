/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <inttypes.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/bytes.h"
#include "common/cli.h"
#include "flowgen/pace.h"
#include "flowgen/sink.h"
#include "flowgen/udp_batch.h"

#define SEND_BUFFER (4 << 20)

/* Most sockets; further exporters share them, and differ by domain. */
#define MAX_SOCKETS 256

/* Shorter waits are accumulated. */
#define LEAST_WAIT_NS 200000

/* A host that gets everything. */
struct receiver {
	struct addrinfo *found;		/* addresses of the name */
	const struct addrinfo *to;	/* the one that worked */
	struct udp_batch socket[MAX_SOCKETS];	/* opened at an exporter's first datagram; fd -1 until then */
};

struct udp_sink {
	struct sink sink;
	struct receiver receiver[MAX_TARGETS];
	size_t receivers;
	bool tcp;
	struct sockaddr_storage source;	/* AF_UNSPEC if not given */
	struct pace pace;
	int64_t start_ns;	/* monotonic; 0: nothing sent yet */
	uint64_t refused;	/* datagrams that were refused */
};

static int64_t
monotonic_ns(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static void
wait_until(int64_t ns)
{
	struct timespec ts = { (time_t)(ns / 1000000000), (long)(ns % 1000000000) };

	if (ns - monotonic_ns() >= LEAST_WAIT_NS)
		(void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
}

/* Handles an error of sending; CLI_OK: try again. */
static int
send_failed(struct udp_sink *u)
{
	static const struct timespec nap = { 0, 1000000 };

	/* A connected UDP socket reports a closed port only at the next datagram. */
	if (errno == ECONNREFUSED && !u->tcp) {
		if (u->refused++ == 0)
			cli_warn("nobody listens there (yet)");
	} else if (errno == ENOBUFS) {
		(void)nanosleep(&nap, NULL);
	} else if (errno != EINTR) {
		return cli_fail("send: %s", strerror(errno));
	}
	return CLI_OK;
}

/* Sends to a stream, which may take only a part at a time. */
static int
send_stream(struct udp_sink *u, int fd, const uint8_t *bytes, size_t len)
{
	int status = CLI_OK;

	while (len > 0 && status == CLI_OK) {
		ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);

		if (sent < 0) {
			status = send_failed(u);
			continue;
		}
		bytes += sent;
		len -= (size_t)sent;
	}
	return status;
}

/* Sends datagrams [from, from + n), n <= UDP_BATCH_MAX. */
static int
send_batch(struct udp_sink *u, struct udp_batch *socket, const struct flow_datagrams *d, size_t from, size_t n)
{
	int status = CLI_OK;
	size_t done = 0;

	while (done < n && status == CLI_OK) {
		int sent = udp_batch_send(socket, d, from + done, n - done);

		if (sent >= 0)
			done += (size_t)sent;
		else
			status = send_failed(u);
	}
	return status;
}

/* On IPv4 loopback exporters have addresses of their own, from 127.0.0.1 or the given one on. */
static bool
bind_source(const struct udp_sink *u, int fd, const struct addrinfo *ai, uint32_t number)
{
	bool said = u->source.ss_family != AF_UNSPEC;
	struct sockaddr_in sin;
	uint32_t first = 127u << 24 | 1;

	if (said && u->source.ss_family != ai->ai_family) {
		errno = EAFNOSUPPORT;
		return false;
	}
	if (ai->ai_family != AF_INET)
		return !said || bind(fd, (const struct sockaddr *)&u->source, sizeof(struct sockaddr_in6)) == 0;
	memcpy(&sin, said ? (const void *)&u->source : (const void *)ai->ai_addr, sizeof(sin));
	if (said)
		first = load_be32(&sin.sin_addr);
	else if (load_be32(&sin.sin_addr) >> 24 != 127)
		return true;
	store_be32(&sin.sin_addr, first >> 24 == 127 ? first + number : first);
	sin.sin_port = 0;
	return bind(fd, (const struct sockaddr *)&sin, sizeof(sin)) == 0;
}

static int
open_socket(const struct udp_sink *u, const struct addrinfo *ai, uint32_t number)
{
	int fd = socket(ai->ai_family, (u->tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0), size = SEND_BUFFER,
	    saved;

	if (fd < 0)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	if (bind_source(u, fd, ai, number) && connect(fd, ai->ai_addr, ai->ai_addrlen) == 0)
		return fd;
	saved = errno;
	(void)close(fd);
	errno = saved;
	return -1;
}

/* The socket of an exporter to a receiver (over TCP: its stream); exporters that share one differ by domain. */
static struct udp_batch *
socket_of(struct udp_sink *u, struct receiver *r, uint32_t exporter)
{
	struct udp_batch *socket = &r->socket[exporter % MAX_SOCKETS];
	int fd = socket->fd >= 0 ? socket->fd : open_socket(u, r->to, exporter % MAX_SOCKETS);

	if (fd < 0)
		(void)cli_fail("a socket for exporter %" PRIu32 ": %s", exporter, strerror(errno));
	else if (socket->fd < 0)
		udp_batch_init(socket, fd);
	return socket;
}

static int
send_to_all(struct udp_sink *u, uint32_t exporter, const struct flow_datagrams *d, size_t from, size_t n)
{
	int status = CLI_OK;
	size_t i, k;

	for (i = 0; i < u->receivers && status == CLI_OK; i++) {
		struct udp_batch *socket = socket_of(u, &u->receiver[i], exporter);

		status = socket->fd < 0 ? CLI_FAILURE : CLI_OK;
		if (status == CLI_OK && !u->tcp)
			status = send_batch(u, socket, d, from, n);
		for (k = from; k < from + n && status == CLI_OK && u->tcp; k++)
			status = send_stream(u, socket->fd, d->bytes.data + d->item[k].offset, d->item[k].len);
	}
	return status;
}

/* Waits until datagram `from` is due; returns how many from it on are due by then. */
static size_t
wait_for(struct udp_sink *u, const struct flow_datagrams *d, size_t from)
{
	int64_t due = pace_due(&u->pace, d->item[from].time_ms), now;
	size_t n = 0;

	if (u->start_ns == 0)
		u->start_ns = monotonic_ns();
	if (due > 0)
		wait_until(u->start_ns + due);
	now = due > 0 ? monotonic_ns() - u->start_ns + LEAST_WAIT_NS : 0;
	do
		pace_count(&u->pace, d->item[from + n++].rows);
	while (n < UDP_BATCH_MAX && from + n < d->count && pace_due(&u->pace, d->item[from + n].time_ms) <= now);
	return n;
}

static int
udp_datagrams(struct sink *sink, const struct sender *from, const struct flow_datagrams *d,
    bool *closed)
{
	struct udp_sink *u = (struct udp_sink *)sink;
	int status = CLI_OK;
	size_t i, n;

	UNUSED(closed);
	for (i = 0; i < d->count && status == CLI_OK; i += n) {
		n = wait_for(u, d, i);
		status = send_to_all(u, from->number, d, i, n);
	}
	return status;
}

/* Whether the last datagram found nobody, as far as that is known by now. */
static bool
last_refused(const struct udp_sink *u, int fd)
{
	int error = 0;
	socklen_t len = sizeof(error);

	return !u->tcp && getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0 && error == ECONNREFUSED;
}

static int
udp_close(struct sink *sink, bool keep)
{
	struct udp_sink *u = (struct udp_sink *)sink;
	int status = CLI_OK;
	size_t i, k;

	for (k = 0; k < MAX_TARGETS; k++) {
		for (i = 0; i < MAX_SOCKETS; i++)
			if (u->receiver[k].socket[i].fd >= 0) {
				u->refused += last_refused(u, u->receiver[k].socket[i].fd);
				(void)close(u->receiver[k].socket[i].fd);
			}
		if (u->receiver[k].found != NULL)
			freeaddrinfo(u->receiver[k].found);
	}
	if (keep && u->refused > 0)
		status = cli_fail("%" PRIu64 " datagrams found nobody who listens", u->refused);
	free(u);
	return status;
}

/* Finds the first address that can be sent to. */
static int
open_receiver(struct udp_sink *u, const struct options *o, const char *host)
{
	struct addrinfo hints = { .ai_family = o->family, .ai_socktype = o->tcp ? SOCK_STREAM : SOCK_DGRAM };
	struct receiver *r = &u->receiver[u->receivers++];
	int failed = getaddrinfo(host, o->port, &hints, &r->found);

	if (failed != 0) {
		r->found = NULL;
		return cli_fail("%s port %s: %s", host, o->port, gai_strerror(failed));
	}
	for (r->to = r->found; r->to != NULL; r->to = r->to->ai_next) {
		int fd = open_socket(u, r->to, 0);

		if (fd >= 0) {
			udp_batch_init(&r->socket[0], fd);
			return CLI_OK;
		}
	}
	return cli_fail("%s port %s: %s", host, o->port, strerror(errno));
}

static int
take_source(struct udp_sink *u, const char *text)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_DGRAM }, *found;

	if (text == NULL)
		return CLI_OK;
	if (getaddrinfo(text, NULL, &hints, &found) != 0)
		return cli_misuse("--source: '%s' is no address", text);
	memcpy(&u->source, found->ai_addr, found->ai_addrlen);
	freeaddrinfo(found);
	return CLI_OK;
}

int
udp_sink_open(const struct options *o, struct sink **sink)
{
	struct udp_sink *u = calloc(1, sizeof(*u));
	size_t i, k;
	int status;

	if (u == NULL)
		return cli_fail("out of memory");
	u->sink = (struct sink){ udp_datagrams, udp_close };
	for (i = 0; i < MAX_TARGETS; i++)
		for (k = 0; k < MAX_SOCKETS; k++)
			u->receiver[i].socket[k].fd = -1;
	u->tcp = o->tcp;
	u->pace.rate = o->unpaced ? 0 : (o->synth.rate + 999) / 1000;
	u->pace.factor = (int64_t)o->pace;
	status = take_source(u, o->source);
	for (i = 0; i < o->targets && status == CLI_OK; i++)
		status = open_receiver(u, o, i == 0 ? o->target : o->others[i - 1]);
	if (status != CLI_OK) {
		(void)udp_close(&u->sink, false);
		return status;
	}
	*sink = &u->sink;
	return CLI_OK;
}
