/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For LD_PRELOAD (Linux): a kernel that knows no UDP_SEGMENT (SEGMENTS=unknown), or a route that does not take it
 * (SEGMENTS=declined).  Appends to the file NOTES a line "CALLS MESSAGES CUT" at the end: calls of sendmmsg, messages
 * in them, and those of the messages that are to be cut into datagrams.
 */
#define _GNU_SOURCE

#include <dlfcn.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static unsigned calls, messages, cut;

static int
mode_is(const char *mode)
{
	const char *said = getenv("SEGMENTS");

	return said != NULL && strcmp(said, mode) == 0;
}

__attribute__((destructor)) static void
tell(void)
{
	const char *path = getenv("NOTES");
	FILE *f = path != NULL && calls > 0 ? fopen(path, "a") : NULL;

	if (f == NULL)
		return;
	(void)fprintf(f, "%u %u %u\n", calls, messages, cut);
	(void)fclose(f);
}

int
setsockopt(int fd, int level, int name, const void *value, socklen_t len)
{
	int (*next)(int, int, int, const void *, socklen_t) =
	    (int (*)(int, int, int, const void *, socklen_t))dlsym(RTLD_NEXT, "setsockopt");

	if (level == IPPROTO_UDP && name == UDP_SEGMENT && mode_is("unknown")) {
		errno = ENOPROTOOPT;
		return -1;
	}
	return next(fd, level, name, value, len);
}

int
sendmmsg(int fd, struct mmsghdr *message, unsigned count, int flags)
{
	int (*next)(int, struct mmsghdr *, unsigned, int) =
	    (int (*)(int, struct mmsghdr *, unsigned, int))dlsym(RTLD_NEXT, "sendmmsg");
	unsigned i, taken = count;

	for (i = 0; i < count && mode_is("declined"); i++)
		if (message[i].msg_hdr.msg_controllen > 0) {
			taken = i;
			break;
		}
	if (count > 0 && taken == 0) {
		errno = EIO;
		return -1;
	}
	calls++;
	messages += taken;
	for (i = 0; i < taken; i++)
		cut += message[i].msg_hdr.msg_controllen > 0;
	return next(fd, message, taken, flags);
}
