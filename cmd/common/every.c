/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "common/every.h"

#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <unistd.h>

#include "base/clock.h"

static volatile sig_atomic_t ended;
static int64_t last_ms;

static void
end(int number)
{
	(void)number;
	ended = 1;
}

void
every_begin(void)
{
	struct sigaction action = { .sa_handler = end, .sa_flags = (int)SA_RESETHAND };

	(void)sigemptyset(&action.sa_mask);
	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
	last_ms = clock_steady_ms();
}

bool
every_wait(unsigned period_ms)
{
	/* Without events, poll still reports a pipe whose reader has gone. */
	struct pollfd out = { .fd = STDOUT_FILENO };
	int64_t now = clock_steady_ms(), until = last_ms + period_ms;

	if (until < now)
		until = now;
	do {
		if (poll(&out, 1, (int)(until - now)) > 0 && (out.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0)
			return false;
		now = clock_steady_ms();
	} while (!ended && now < until);
	last_ms = until;
	return !ended;
}
