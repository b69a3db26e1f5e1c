/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A clock that somebody sets, for LD_PRELOAD (Linux): the file that CLOCK_AHEAD names holds the seconds by which the
 * time of day is ahead of what it is, also where the kernel says when a datagram came.
 */
#define _GNU_SOURCE

#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static long
ahead_s(void)
{
	const char *path = getenv("CLOCK_AHEAD");
	int fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	char text[32] = "";

	if (fd < 0)
		return 0;
	(void)!read(fd, text, sizeof(text) - 1);
	(void)close(fd);
	return atol(text);
}

int
clock_gettime(clockid_t id, struct timespec *ts)
{
	int (*next)(clockid_t, struct timespec *) =
	    (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
	int result = next(id, ts);

	if (result == 0 && id == CLOCK_REALTIME)
		ts->tv_sec += ahead_s();
	return result;
}

time_t
time(time_t *out)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	if (out != NULL)
		*out = ts.tv_sec;
	return ts.tv_sec;
}

static void
shift_stamps(struct msghdr *h, long s)
{
	struct cmsghdr *c;

	for (c = CMSG_FIRSTHDR(h); c != NULL; c = CMSG_NXTHDR(h, c)) {
		struct timespec ts;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPNS)
			continue;
		memcpy(&ts, CMSG_DATA(c), sizeof(ts));
		ts.tv_sec += s;
		memcpy(CMSG_DATA(c), &ts, sizeof(ts));
	}
}

int
recvmmsg(int fd, struct mmsghdr *message, unsigned count, int flags, struct timespec *timeout)
{
	int (*next)(int, struct mmsghdr *, unsigned, int, struct timespec *) =
	    (int (*)(int, struct mmsghdr *, unsigned, int, struct timespec *))dlsym(RTLD_NEXT, "recvmmsg");
	int n = next(fd, message, count, flags, timeout), i;
	long s = n > 0 ? ahead_s() : 0;

	for (i = 0; i < n; i++)
		shift_stamps(&message[i].msg_hdr, s);
	return n;
}
