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
	uint32_t sockets;
	int fd[MAX_SOCKETS];
	uint64_t rate;		/* flows a second; 0: unpaced */
	uint64_t rows;		/* sent so far */
	int64_t start_ns;	/* monotonic; 0: nothing sent yet */
	uint64_t refused;	/* datagrams that nobody took */
};

static int64_t
monotonic_ns(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

/* Waits until the next flow is due. */
static void
pace(struct udp_sink *u)
{
	int64_t now = monotonic_ns(), due;
	struct timespec ts;

	if (u->rate == 0)
		return;
	if (u->start_ns == 0)
		u->start_ns = now;
	due = u->start_ns + (int64_t)(u->rows / u->rate) * 1000000000 +
	    (int64_t)(u->rows % u->rate * 1000000000 / u->rate);
	if (due - now < LEAST_WAIT_NS)
		return;
	ts.tv_sec = (time_t)(due / 1000000000);
	ts.tv_nsec = (long)(due % 1000000000);
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

static int
udp_datagrams(struct sink *sink, uint32_t exporter, const struct flow_datagrams *d, bool *closed)
{
	struct udp_sink *u = (struct udp_sink *)sink;
	int fd = u->fd[exporter % u->sockets], status;
	size_t i;

	UNUSED(closed);
	for (i = 0; i < d->count; i++) {
		pace(u);
		status = send_one(u, fd, d->bytes.data + d->item[i].offset, d->item[i].len);
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

	for (i = 0; i < u->sockets; i++)
		(void)close(u->fd[i]);
	if (keep && u->refused > 0)
		status = cli_fail("%" PRIu64 " datagrams found nobody who listens", u->refused);
	free(u);
	return status;
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
open_sockets(struct udp_sink *u, const struct options *o, const struct addrinfo *ai)
{
	uint32_t want = o->synth.exporters < MAX_SOCKETS ? o->synth.exporters : MAX_SOCKETS;

	for (; ai != NULL && u->sockets == 0; ai = ai->ai_next)
		while (u->sockets < want &&
		    (u->fd[u->sockets] = open_socket(ai, u->sockets)) >= 0)
			u->sockets++;
	if (u->sockets == want)
		return CLI_OK;
	return cli_fail("%s port %s: %s", o->target, o->port, strerror(errno));
}

int
udp_sink_open(const struct options *o, struct sink **sink)
{
	struct addrinfo hints = { .ai_family = o->family, .ai_socktype = SOCK_DGRAM }, *ai;
	struct udp_sink *u = calloc(1, sizeof(*u));
	int status = CLI_OK, failed;

	if (u == NULL)
		return cli_fail("out of memory");
	u->sink = (struct sink){ udp_datagrams, udp_close };
	u->rate = o->unpaced ? 0 : (o->synth.rate + 999) / 1000;
	failed = getaddrinfo(o->target, o->port, &hints, &ai);
	if (failed != 0) {
		status = cli_fail("%s port %s: %s", o->target, o->port, gai_strerror(failed));
	} else {
		status = open_sockets(u, o, ai);
		freeaddrinfo(ai);
	}
	if (status != CLI_OK) {
		(void)udp_close(&u->sink, false);
		return status;
	}
	*sink = &u->sink;
	return CLI_OK;
}
