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
#include "flowgen/sink.h"

#define SEND_BUFFER (4 << 20)

/* Exporters beyond this share sockets; their domains still tell them apart. */
#define MAX_SOCKETS 256

/* Waits shorter than this are left to add up. */
#define LEAST_WAIT_NS 200000

struct udp_sink {
	struct sink sink;
	struct addrinfo *found;		/* what the name resolved to */
	const struct addrinfo *to;	/* one of them, that worked */
	int fd[MAX_SOCKETS];		/* opened when an exporter first speaks; -1 until then */
	uint64_t rate;		/* flows a second; 0: unpaced */
	int64_t pace;		/* thousandths of the time that passed originally; 0: by rate */
	uint64_t rows;		/* sent so far */
	int64_t start_ns;	/* monotonic; 0: nothing sent yet */
	int64_t first_ms;	/* export time of what was sent then */
	uint64_t refused;	/* datagrams that nobody took */
};

static int64_t
monotonic_ns(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

/* When the next datagram, exported at time_ms, is to leave; monotonic, 0: at once. */
static int64_t
due(struct udp_sink *u, int64_t time_ms)
{
	if (u->start_ns == 0) {
		u->start_ns = monotonic_ns();
		u->first_ms = time_ms;
	}
	if (u->pace > 0)
		return u->start_ns + (time_ms - u->first_ms) * 1000000 / u->pace * 1000;
	if (u->rate == 0)
		return 0;
	return u->start_ns + (int64_t)(u->rows / u->rate) * 1000000000 +
	    (int64_t)(u->rows % u->rate * 1000000000 / u->rate);
}

static void
wait_until(int64_t ns)
{
	struct timespec ts = { (time_t)(ns / 1000000000), (long)(ns % 1000000000) };

	if (ns - monotonic_ns() >= LEAST_WAIT_NS)
		(void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
}

/* A connected UDP socket reports that nobody listened when the next datagram is sent. */
static int
send_one(struct udp_sink *u, int fd, const uint8_t *bytes, size_t len)
{
	static const struct timespec nap = { 0, 1000000 };

	for (;;) {
		if (send(fd, bytes, len, 0) >= 0)
			return CLI_OK;
		if (errno == ECONNREFUSED) {
			if (u->refused++ == 0)
				cli_warn("nobody listens there (yet)");
		} else if (errno == ENOBUFS) {
			(void)nanosleep(&nap, NULL);
		} else if (errno != EINTR) {
			return cli_fail("send: %s", strerror(errno));
		}
	}
}

/* On IPv4 loopback exporters have addresses of their own, 127.0.0.1 and up. */
static bool
bind_loopback(int fd, const struct addrinfo *ai, uint32_t number)
{
	struct sockaddr_in sin;

	if (ai->ai_family != AF_INET)
		return true;
	memcpy(&sin, ai->ai_addr, sizeof(sin));
	if (load_be32(&sin.sin_addr) >> 24 != 127)
		return true;
	store_be32(&sin.sin_addr, (127u << 24) + 1 + number);
	sin.sin_port = 0;
	return bind(fd, (const struct sockaddr *)&sin, sizeof(sin)) == 0;
}

static int
open_socket(const struct addrinfo *ai, uint32_t number)
{
	int fd = socket(ai->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0), size = SEND_BUFFER, saved;

	if (fd < 0)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	if (bind_loopback(fd, ai, number) && connect(fd, ai->ai_addr, ai->ai_addrlen) == 0)
		return fd;
	saved = errno;
	(void)close(fd);
	errno = saved;
	return -1;
}

static int
udp_datagrams(struct sink *sink, const struct sender *from, const struct flow_datagrams *d,
    bool *closed)
{
	struct udp_sink *u = (struct udp_sink *)sink;
	int *fd = &u->fd[from->number % MAX_SOCKETS], status;
	size_t i;

	UNUSED(closed);
	if (*fd < 0 && (*fd = open_socket(u->to, from->host % MAX_SOCKETS)) < 0)
		return cli_fail("a socket for exporter %" PRIu32 ": %s", from->number,
		    strerror(errno));
	for (i = 0; i < d->count; i++) {
		wait_until(due(u, d->item[i].time_ms));
		status = send_one(u, *fd, d->bytes.data + d->item[i].offset, d->item[i].len);
		if (status != CLI_OK)
			return status;
		u->rows += d->item[i].rows;
	}
	return CLI_OK;
}

static int
udp_close(struct sink *sink, bool keep)
{
	struct udp_sink *u = (struct udp_sink *)sink;
	int status = CLI_OK;
	uint32_t i;

	for (i = 0; i < MAX_SOCKETS; i++)
		if (u->fd[i] >= 0)
			(void)close(u->fd[i]);
	if (u->found != NULL)
		freeaddrinfo(u->found);
	if (keep && u->refused > 0)
		status = cli_fail("%" PRIu64 " datagrams found nobody who listens", u->refused);
	free(u);
	return status;
}

/* The first address that can be sent to. */
static int
open_first(struct udp_sink *u, const struct options *o)
{
	for (u->to = u->found; u->to != NULL; u->to = u->to->ai_next)
		if ((u->fd[0] = open_socket(u->to, 0)) >= 0)
			return CLI_OK;
	return cli_fail("%s port %s: %s", o->target, o->port, strerror(errno));
}

int
udp_sink_open(const struct options *o, struct sink **sink)
{
	struct addrinfo hints = { .ai_family = o->family, .ai_socktype = SOCK_DGRAM };
	struct udp_sink *u = calloc(1, sizeof(*u));
	int status, failed;

	if (u == NULL)
		return cli_fail("out of memory");
	u->sink = (struct sink){ udp_datagrams, udp_close };
	memset(u->fd, -1, sizeof(u->fd));
	u->rate = o->unpaced ? 0 : (o->synth.rate + 999) / 1000;
	u->pace = (int64_t)o->pace;
	failed = getaddrinfo(o->target, o->port, &hints, &u->found);
	if (failed != 0) {
		u->found = NULL;
		status = cli_fail("%s port %s: %s", o->target, o->port, gai_strerror(failed));
	} else {
		status = open_first(u, o);
	}
	if (status != CLI_OK) {
		(void)udp_close(&u->sink, false);
		return status;
	}
	*sink = &u->sink;
	return CLI_OK;
}
