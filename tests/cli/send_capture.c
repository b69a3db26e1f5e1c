/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * send_capture FILE.pcap PORT DATAGRAMS_PER_SECOND [TIMES]: sends the UDP payloads of a capture to
 * 127.0.0.1, again and again if asked to, as fast as it goes for a rate of 0.  They are read before the first is
 * sent, so that sending costs as little as can be.  Prints how many were sent, and the seconds.
 */
#define _GNU_SOURCE

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>

#include "base/buf.h"
#include "capture/pcap_read.h"

#define BATCH 32

static struct iovec *part;
static size_t parts;

static bool
load(const char *path)
{
	struct pcap_reader *reader;
	struct pcap_packet p;
	struct flow_error err;
	size_t room = 0;

	if (pcap_reader_open(path, &reader, &err) != FLOW_OK) {
		fprintf(stderr, "%s\n", err.message);
		return false;
	}
	while (pcap_reader_next(reader, &p, &err) == FLOW_OK) {
		if (parts == room) {
			room = room > 0 ? 2 * room : 1024;
			part = realloc(part, room * sizeof(*part));
		}
		part[parts].iov_base = malloc(p.len);
		part[parts].iov_len = p.len;
		memcpy(part[parts++].iov_base, p.bytes, p.len);
	}
	pcap_reader_free(reader);
	return parts > 0;
}

static double
now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void
pace(double begin, size_t sent, double rate)
{
	double ahead = rate > 0 ? (double)sent / rate - (now() - begin) : 0;
	struct timespec ts = { (time_t)ahead, (long)((ahead - (double)(time_t)ahead) * 1e9) };

	if (ahead > 0.0002)
		(void)nanosleep(&ts, NULL);
}

/* All of them once; how many were sent. */
static size_t
send_all(int fd, double begin, size_t before, double rate)
{
	struct mmsghdr message[BATCH];
	size_t i, n, sent = 0;
	int got;

	for (i = 0; i < parts; i += n) {
		size_t k;

		n = parts - i < BATCH ? parts - i : BATCH;
		memset(message, 0, sizeof(message));
		for (k = 0; k < n; k++) {
			message[k].msg_hdr.msg_iov = &part[i + k];
			message[k].msg_hdr.msg_iovlen = 1;
		}
		got = sendmmsg(fd, message, (unsigned)n, 0);
		sent += got > 0 ? (size_t)got : 0;
		pace(begin, before + sent, rate);
	}
	return sent;
}

int
main(int argc, char **argv)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0), size = 4 << 20, times = argc > 4 ? atoi(argv[4]) : 1;
	size_t sent = 0;
	double begin;

	if (argc < 4 || fd < 0 || !load(argv[1]))
		return 1;
	to.sin_port = htons((uint16_t)atoi(argv[2]));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0)
		return 1;
	begin = now();
	for (; times > 0; times--)
		sent += send_all(fd, begin, sent, atof(argv[3]));
	printf("%zu %.3f\n", sent, now() - begin);
	return 0;
}
