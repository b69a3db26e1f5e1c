/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "store/live_ask.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

/* For an answer; the collector gives up earlier. */
#define PATIENCE_MS 12000
#define PAUSE_MS 20

#define READ_BYTES ((size_t)1 << 20)

/* More slots are never open at a time. */
#define FILES_MAX 65536

void
live_files_close(struct live_files *files)
{
	for (size_t i = 0; i < files->count; i++)
		if (files->fd[i] >= 0)
			(void)close(files->fd[i]);
	free(files->fd);
}

int
live_connect(const struct live_socket *s)
{
	int64_t end_ms = clock_steady_ms() + PATIENCE_MS;
	int fd;

	while ((fd = live_socket_connect(s)) < 0 && (errno == EAGAIN || errno == EINTR) && clock_steady_ms() < end_ms)
		(void)poll(NULL, 0, PAUSE_MS);
	return fd;
}

static bool
await(int fd, short events, int64_t end_ms)
{
	struct pollfd wait = { .fd = fd, .events = events };
	int64_t left;

	while ((left = end_ms - clock_steady_ms()) > 0) {
		int n = poll(&wait, 1, (int)left);

		if (n > 0 || (n < 0 && errno != EINTR))
			return n > 0;
	}
	return false;
}

/* Keeps descriptors received with the bytes; false when out of memory. */
static bool
keep_files(struct msghdr *m, struct live_files *files)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
		int *bigger, fd;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS || c->cmsg_len < CMSG_LEN(sizeof(int)))
			continue;
		memcpy(&fd, CMSG_DATA(c), sizeof(int));
		bigger = files->count < FILES_MAX ? realloc(files->fd, (files->count + 1) * sizeof(*bigger)) : NULL;
		if (bigger == NULL) {
			(void)close(fd);
			return false;
		}
		files->fd = bigger;
		bigger[files->count++] = fd;
	}
	return true;
}

/* As recv(2), without blocking. */
static ssize_t
receive(int fd, void *bytes, size_t len, struct live_files *files)
{
	/* Room for one descriptor: the kernel closes others. */
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec part = { bytes, len };
	struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes) };
	ssize_t n = recvmsg(fd, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

	return n > 0 && !keep_files(&m, files) ? 0 : n;
}

/* Reads until the buffer has that many bytes; false if they do not come. */
static bool
read_up_to(int fd, uint64_t bytes, int64_t end_ms, struct buf *out, struct live_files *files)
{
	while (out->len < bytes) {
		size_t some = bytes - out->len < READ_BYTES ? (size_t)(bytes - out->len) : READ_BYTES;
		ssize_t n;

		if (!buf_reserve(out, some) || !await(fd, POLLIN, end_ms))
			return false;
		n = receive(fd, buf_end(out), some, files);
		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
			return false;
		out->len += n > 0 ? (size_t)n : 0;
	}
	return true;
}

bool
live_ask(int fd, char question, struct buf *reply, struct live_files *files, struct live_header *header,
    struct flow_error *err)
{
	int64_t end_ms = clock_steady_ms() + PATIENCE_MS;

	if (await(fd, POLLOUT, end_ms) && send(fd, &question, 1, MSG_DONTWAIT | MSG_NOSIGNAL) == 1 &&
	    read_up_to(fd, LIVE_HEADER_BYTES, end_ms, reply, files)) {
		if (live_header_parse(reply->data, header, err) != FLOW_OK)
			return false;
		if (read_up_to(fd, header->bytes, end_ms, reply, files))
			return true;
	}
	if (reply->failed)
		(void)flow_fail_memory(err);
	else
		(void)flow_fail(err, clock_steady_ms() < end_ms ? FLOW_END : FLOW_EIO, FLOW_NO_OFFSET,
		    "flowcap does not answer");
	return false;
}
