/* SPDX-License-Identifier: BSD-2-Clause */
#include "flowcap/udp_input.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "flowcap/program_log.h"

/* Datagrams taken with one system call. */
#define BATCH 64

/* How long to wait before looking at the clock. */
#define WAIT_MS 200

static volatile sig_atomic_t stop_asked;
static volatile sig_atomic_t rotate_asked;

static void
on_signal(int number)
{
	if (number == SIGHUP)
		rotate_asked = 1;
	else
		stop_asked = 1;
}

void
udp_input_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	(void)sigemptyset(&action.sa_mask);
	(void)sigaction(SIGTERM, &action, NULL);
	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGHUP, &action, NULL);
}

static int64_t
now_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* All that has come until now.  What comes meanwhile waits: a flood would have no end. */
static bool
drain(int fd, struct udp_receiver *receiver, struct repeater *repeater, struct collector *c)
{
	const struct udp_datagram *d;
	struct flow_error err;
	int64_t begin_ms = now_ms();
	size_t count, i;

	do {
		if (udp_receive(receiver, fd, &d, &count, &err) != FLOW_OK) {
			log_line(LOG_LEVEL_ERROR, "%s", err.message);
			return false;
		}
		collector_drops(c, udp_receiver_drops(receiver));
		for (i = 0; i < count; i++) {
			struct flow_datagram f = { .bytes = d[i].bytes, .len = d[i].len,
				.exporter = d[i].src, .port = d[i].src_port, .transport = FLOW_UDP,
				.received_ms = d[i].received_ms };

			repeater_send(repeater, d[i].bytes, d[i].len);
			if (!collector_datagram(c, &f))
				return false;
		}
	} while (count == BATCH && d[count - 1].received_ms <= begin_ms);
	return true;
}

/* Takes what comes, if anything does in that time. */
static bool
take(const struct inputs *in, struct udp_receiver *receiver, int wait_ms, struct collector *c)
{
	struct pollfd wait[1 + TCP_POLL_MAX];
	size_t count = 1;
	int n;

	wait[0] = (struct pollfd){ .fd = in->udp, .events = POLLIN };
	if (in->tcp != NULL)
		count += tcp_input_poll(in->tcp, wait + 1);
	n = poll(wait, count, wait_ms);
	if (n < 0 && errno != EINTR) {
		log_line(LOG_LEVEL_ERROR, "poll: %s", strerror(errno));
		return false;
	}
	if (n <= 0)
		return true;
	if (wait[0].revents != 0 && !drain(in->udp, receiver, in->repeater, c))
		return false;
	return in->tcp == NULL || tcp_input_take(in->tcp, wait + 1, now_ms(), c);
}

bool
udp_input(const struct inputs *in, struct collector *collector)
{
	struct udp_receiver *receiver = udp_receiver_new(BATCH);
	bool going = receiver != NULL;

	if (receiver == NULL)
		log_line(LOG_LEVEL_ERROR, "out of memory");
	while (going && !stop_asked) {
		going = take(in, receiver, WAIT_MS, collector);
		collector_tick(collector, now_ms());
		if (rotate_asked) {
			rotate_asked = 0;
			collector_rotate(collector);
		}
	}
	/* What had arrived before the signal. */
	going = going && take(in, receiver, 0, collector);
	udp_receiver_free(receiver);
	return going;
}
