/* SPDX-License-Identifier: BSD-2-Clause */
#include "flowcap/udp_input.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "flowcap/program_log.h"
#include "flowcap/service.h"

/* Datagrams per system call. */
#define BATCH 64

/* Longest wait before checking the time. */
#define WAIT_MS 200

static volatile sig_atomic_t stop_asked;
static volatile sig_atomic_t rotate_asked;
static volatile sig_atomic_t ledger_asked;

/*
 * A second request to end within this time counts as the first: timeout(1) and others signal a process and
 * then its group.
 */
#define SAME_REQUEST_MS 500

static void
on_signal(int number)
{
	static const char text[] = "flowcap: ended at once; what is not filed is in the journal\n";
	static int64_t asked_ms;	/* only used by this handler, which is not interrupted */

	if (number == SIGHUP) {
		rotate_asked = 1;
		return;
	}
	if (number == SIGUSR1) {
		ledger_asked = 1;
		return;
	}
	if (stop_asked && clock_steady_ms() - asked_ms < SAME_REQUEST_MS)
		return;
	if (stop_asked) {
		(void)!write(STDERR_FILENO, text, sizeof(text) - 1);
		_exit(EXIT_FAILURE);
	}
	asked_ms = clock_steady_ms();
	stop_asked = 1;
}

void
udp_input_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	(void)sigemptyset(&action.sa_mask);
	(void)sigaddset(&action.sa_mask, SIGTERM);
	(void)sigaddset(&action.sa_mask, SIGINT);
	(void)sigaction(SIGTERM, &action, NULL);
	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGHUP, &action, NULL);
	(void)sigaction(SIGUSR1, &action, NULL);
}

/* Takes all that has come so far, and not what comes in the meantime: a flood would never end. */
static bool
drain(int fd, struct udp_receiver *receiver, struct repeater *repeater, struct intake *intake)
{
	const struct udp_datagram *d;
	struct flow_error err;
	int64_t begin_ms = clock_wall_ms();
	size_t count, i;

	do {
		if (udp_receive(receiver, fd, &d, &count, &err) != FLOW_OK) {
			log_line(LOG_LEVEL_ERROR, "%s", err.message);
			return false;
		}
		for (i = 0; i < count; i++) {
			struct flow_datagram f = { .bytes = d[i].bytes, .len = d[i].len,
				.exporter = d[i].src, .port = d[i].src_port, .transport = FLOW_UDP,
				.received_ms = d[i].received_ms };

			repeater_send(repeater, &d[i]);
			intake_datagram(intake, &f, 0);
		}
		intake_push(intake);
	} while (count == BATCH && d[count - 1].received_ms <= begin_ms);
	return true;
}

/* Takes what comes within that time. */
static bool
take(const struct inputs *in, struct udp_receiver *receiver, int wait_ms, struct intake *intake)
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
	if (n > 0 && wait[0].revents != 0 && !drain(in->udp, receiver, in->repeater, intake))
		return false;
	return in->tcp == NULL || tcp_input_take(in->tcp, n > 0 ? wait + 1 : NULL, clock_wall_ms(), intake);
}

static void
tell_losses(const struct inputs *in, struct udp_receiver *receiver, struct intake *intake)
{
	struct collector_losses losses = { .kernel_drops = 0 };

	udp_receiver_ask(receiver, in->udp);
	losses.kernel_drops = udp_receiver_drops(receiver);
	if (in->tcp != NULL)
		tcp_input_losses(in->tcp, &losses);
	intake_losses(intake, &losses);
}

/* Drops from before we had the socket are only logged: an earlier run may have counted them. */
static void
tell_earlier_drops(const struct inputs *in, struct udp_receiver *receiver)
{
	uint64_t drops = in->passed ? udp_receiver_forget(receiver, in->udp) : 0;

	if (drops > 0)
		log_line(LOG_LEVEL_ERROR, "the kernel has dropped %" PRIu64 " datagrams of this socket before this "
		    "run, of which earlier ones may have told", drops);
}

bool
udp_input(const struct inputs *in, struct intake *intake)
{
	struct udp_receiver *receiver = udp_receiver_new(BATCH);
	bool going = receiver != NULL;

	if (receiver == NULL)
		log_line(LOG_LEVEL_ERROR, "out of memory");
	else
		tell_earlier_drops(in, receiver);
	while (going && !stop_asked) {
		going = take(in, receiver, WAIT_MS, intake) && !intake_failed(intake);
		tell_losses(in, receiver, intake);
		intake_tick(intake, clock_wall_ms());
		service_alive(clock_wall_ms());
		if (ledger_asked) {
			ledger_asked = 0;
			intake_tell(intake);
			repeater_tell(in->repeater);
		}
		if (rotate_asked) {
			rotate_asked = 0;
			intake_rotate(intake);
			if (in->reload != NULL)
				in->reload(in->reload_context);
		}
	}
	service_tell("STOPPING=1");
	/* Takes what arrived before the signal. */
	going = going && take(in, receiver, 0, intake);
	if (in->tcp != NULL)
		tcp_input_end(in->tcp, clock_wall_ms(), intake);
	if (receiver != NULL)
		tell_losses(in, receiver, intake);
	udp_receiver_free(receiver);
	return going;
}
