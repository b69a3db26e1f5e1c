/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "common/every.h"

#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t ended;
static int64_t last_ms;

static void
end(int number)
{
	(void)number;
	ended = 1;
}

static int64_t
steady_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void
every_begin(void)
{
	struct sigaction action = { .sa_handler = end, .sa_flags = (int)SA_RESETHAND };

	(void)sigemptyset(&action.sa_mask);
	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
	last_ms = steady_ms();
}

bool
every_wait(unsigned period_ms)
{
	/* Asked for nothing, poll still tells of a pipe whose reader has gone. */
	struct pollfd out = { .fd = STDOUT_FILENO };
	int64_t now = steady_ms(), until = last_ms + period_ms;

	if (until < now)
		until = now;
	do {
		if (poll(&out, 1, (int)(until - now)) > 0 && (out.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0)
			return false;
		now = steady_ms();
	} while (!ended && now < until);
	last_ms = until;
	return !ended;
}
