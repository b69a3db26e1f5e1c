/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "flowcap/service.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/hash.h"
#include "common/cli.h"

/* SD_LISTEN_FDS_START */
#define FIRST_FD 3
#define FDS_MAX 64

/* Prefix of the names under which our sockets are stored. */
#define STORE_NAME "flowcap-udp-"
#define NAME_MAX_BYTES 256	/* FDNAME has 255 at most */

/* Reads a number from an environment variable and removes it; -1: there is none. */
static int64_t
take_number(const char *name)
{
	const char *text = getenv(name);
	int64_t value = -1;
	char *end;

	if (text != NULL) {
		errno = 0;
		value = strtoll(text, &end, 10);
		if (errno != 0 || end == text || *end != '\0' || value < 0)
			value = -1;
	}
	(void)unsetenv(name);
	return value;
}

static int
option_of(int fd, int option)
{
	int value = -1;
	socklen_t len = sizeof(value);

	return getsockopt(fd, SOL_SOCKET, option, &value, &len) == 0 ? value : -1;
}

/* The name at that place in NAME:NAME:...; "" where there is none. */
static void
name_at(const char *names, size_t place, char out[NAME_MAX_BYTES])
{
	for (; place > 0 && names != NULL; place--) {
		names = strchr(names, ':');
		names = names != NULL ? names + 1 : NULL;
	}
	(void)snprintf(out, NAME_MAX_BYTES, "%.*s", names != NULL ? (int)strcspn(names, ":") : 0,
	    names != NULL ? names : "");
}

static bool
is_internet(int fd)
{
	struct sockaddr_storage a;
	socklen_t len = sizeof(a);

	return getsockname(fd, (struct sockaddr *)&a, &len) == 0 &&
	    (a.ss_family == AF_INET || a.ss_family == AF_INET6);
}

static int
take_socket(struct service_sockets *s, int fd, bool kept)
{
	int type = option_of(fd, SO_TYPE);

	if (type == SOCK_DGRAM && is_internet(fd) && (s->udp < 0 || s->kept || kept)) {
		/* A socket of a socket unit has priority over a stored one. */
		if (s->udp >= 0)
			(void)close(kept ? fd : s->udp);
		s->kept = s->udp < 0 ? kept : false;
		s->udp = s->udp < 0 || !kept ? fd : s->udp;
		return CLI_OK;
	}
	if (type == SOCK_STREAM && is_internet(fd) && option_of(fd, SO_ACCEPTCONN) == 1 && s->tcp < 0) {
		s->tcp = fd;
		return CLI_OK;
	}
	return cli_fail("socket %d of the service manager: one for UDP and one that listens for TCP can be used, "
	    "no others", fd);
}

/* Sends a descriptor along unless it is -1. */
static void
send_to_manager(const char *state, int fd)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t len = path != NULL ? strlen(path) : 0;
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec vector = { (void *)(uintptr_t)state, strlen(state) };
	struct msghdr message = { .msg_name = &to, .msg_iov = &vector, .msg_iovlen = 1 };
	int out;

	if (len < 2 || len >= sizeof(to.sun_path) || (path[0] != '/' && path[0] != '@'))
		return;
	memcpy(to.sun_path, path, len);
	if (path[0] == '@')
		to.sun_path[0] = '\0';
	message.msg_namelen = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	if (fd >= 0) {
		memset(&control, 0, sizeof(control));
		message.msg_control = control.bytes;
		message.msg_controllen = sizeof(control.bytes);
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	}
	out = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (out < 0)
		return;
	(void)sendmsg(out, &message, MSG_NOSIGNAL);
	(void)close(out);
}

void
service_tell(const char *state)
{
	send_to_manager(state, -1);
}

void
service_store(const struct service_sockets *s, int fd)
{
	char state[sizeof("FDSTORE=1\nFDNAME=") + sizeof(s->name)];

	(void)snprintf(state, sizeof(state), "FDSTORE=1\nFDNAME=%s", s->name);
	send_to_manager(state, fd);
}

/* Removes one that was stored for another address. */
static void
forget_socket(int fd, const char *name)
{
	char state[sizeof("FDSTOREREMOVE=1\nFDNAME=") + NAME_MAX_BYTES];

	(void)snprintf(state, sizeof(state), "FDSTOREREMOVE=1\nFDNAME=%s", name);
	service_tell(state);
	(void)close(fd);
}

int
service_sockets_take(struct service_sockets *s, const char *where)
{
	int64_t pid = take_number("LISTEN_PID"), count = take_number("LISTEN_FDS"), i;
	const char *names = getenv("LISTEN_FDNAMES");
	char name[NAME_MAX_BYTES];
	int status = CLI_OK;

	*s = (struct service_sockets){ -1, -1, false, "" };
	(void)snprintf(s->name, sizeof(s->name), STORE_NAME "%016" PRIx64, hash_xxh64(where, strlen(where), 0));
	if (pid != (int64_t)getpid() || count <= 0)
		return CLI_OK;
	if (count > FDS_MAX)
		return cli_fail("the service manager passes %" PRId64 " sockets", count);
	for (i = 0; i < count && status == CLI_OK; i++) {
		name_at(names, (size_t)i, name);
		if (strncmp(name, STORE_NAME, strlen(STORE_NAME)) == 0 && strcmp(name, s->name) != 0)
			forget_socket(FIRST_FD + (int)i, name);
		else
			status = take_socket(s, FIRST_FD + (int)i, strcmp(name, s->name) == 0);
	}
	(void)unsetenv("LISTEN_FDNAMES");
	return status;
}

void
service_alive(int64_t now_ms)
{
	static int64_t every_ms = -1, told_ms;
	int64_t pid, us;

	if (every_ms < 0) {
		pid = take_number("WATCHDOG_PID");
		us = take_number("WATCHDOG_USEC");
		every_ms = us > 0 && (pid < 0 || pid == (int64_t)getpid()) ? us / 2000 : 0;
	}
	if (every_ms == 0 || (now_ms >= told_ms && now_ms < told_ms + every_ms))
		return;
	told_ms = now_ms;
	service_tell("WATCHDOG=1");
}

bool
service_has_log(void)
{
	const char *text = getenv("JOURNAL_STREAM");
	uintmax_t dev, ino;
	struct stat st;

	return text != NULL && sscanf(text, "%ju:%ju", &dev, &ino) == 2 && fstat(STDERR_FILENO, &st) == 0 &&
	    (uintmax_t)st.st_dev == dev && (uintmax_t)st.st_ino == ino;
}
