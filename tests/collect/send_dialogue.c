/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * send_dialogue SEED EVENTS FROM TO PORT
 * Sends an invented dialogue's datagrams FROM to TO (of its events) to a port of 127.0.0.1, each
 * speaker from an address and port of its own (127.1.0.N, 20000 + N).
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/bytes.h"
#include "wire/dialogue.h"

#define SPEAKERS 6
#define MOVED 64

static int
speaker(unsigned number, bool moved, uint16_t port)
{
	struct sockaddr_in from = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)((moved ? 20100 : 20000) + number)) };
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0), one = 1;

	from.sin_addr.s_addr = htonl(0x7f010001 + number);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) != 0 ||
	    bind(fd, (struct sockaddr *)&from, sizeof(from)) != 0 ||
	    connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0) {
		perror("send_dialogue");
		exit(1);
	}
	return fd;
}

/*
 * Whether a v9 exporter was booted is told by its uptime and the time that really passed, which
 * restarts of the collector make longer: here nobody is.
 */
static void
never_boot(struct dialogue *d)
{
	for (size_t i = 0; i < d->events; i++) {
		uint8_t *p = d->bytes.data + d->event[i].at;

		if (d->event[i].what == HAPPENS_DATAGRAM && d->event[i].datagram.len >= 8 && load_be16(p) == 9)
			store_be32(p + 4, 1000000);
	}
}

int
main(int argc, char **argv)
{
	const struct timespec pause = { 0, 200000 };
	struct dialogue d;
	size_t i, from, to;
	int fd[2][SPEAKERS];	/* from the port that a speaker has, and that it moves to */

	if (argc != 6)
		return 2;
	dialogue_make(&d, strtoull(argv[1], NULL, 0), strtoul(argv[2], NULL, 0));
	never_boot(&d);
	from = strtoul(argv[3], NULL, 0);
	to = strtoul(argv[4], NULL, 0);
	for (i = 0; i < 2 * SPEAKERS; i++)
		fd[i / SPEAKERS][i % SPEAKERS] = speaker((unsigned)(i % SPEAKERS), i >= SPEAKERS,
		    (uint16_t)strtoul(argv[5], NULL, 0));
	for (i = from; i < to && i < d.events; i++) {
		const struct event *e = &d.event[i];

		if (e->what != HAPPENS_DATAGRAM)
			continue;
		/* dialogue.c turns this bit of the port when a speaker moves. */
		if (send(fd[(e->datagram.port & MOVED) == 0][(e->datagram.port | MOVED) - 2000], e->datagram.bytes,
		    e->datagram.len, 0) < 0)
			perror("send_dialogue");
		(void)nanosleep(&pause, NULL);
	}
	for (i = 0; i < 2 * SPEAKERS; i++)
		(void)close(fd[i / SPEAKERS][i % SPEAKERS]);
	dialogue_free(&d);
	return 0;
}
