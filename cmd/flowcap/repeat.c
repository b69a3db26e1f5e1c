/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "flowcap/repeat.h"

#include <errno.h>
#include <inttypes.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "flowcap/program_log.h"

#define SEND_BUFFER (4 << 20)

struct repeater {
	size_t count;
	struct target {
		const char *name;
		int fd;
		uint64_t sent, failed;
	} target[REPEATS_MAX];
};

static int
connect_to(const struct addrinfo *list)
{
	const struct addrinfo *a;
	int fd = -1, size = SEND_BUFFER, keep;

	for (a = list; a != NULL && fd < 0; a = a->ai_next) {
		fd = socket(a->ai_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen) != 0) {
			keep = errno;
			(void)close(fd);
			errno = keep;
			fd = -1;
		}
	}
	if (fd >= 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	return fd;
}

/* HOST/PORT, as nfcapd's -R; options_parse has seen to the slash. */
static bool
open_target(const char *text, struct target *t)
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM }, *list;
	const char *slash = strrchr(text, '/');
	char *host = strndup(text, (size_t)(slash - text));
	int rc = host != NULL ? getaddrinfo(host, slash + 1, &hints, &list) : EAI_MEMORY;

	free(host);
	*t = (struct target){ .name = text, .fd = -1 };
	if (rc != 0) {
		log_line(LOG_LEVEL_ERROR, "-R %s: %s", text, gai_strerror(rc));
		return false;
	}
	t->fd = connect_to(list);
	freeaddrinfo(list);
	if (t->fd < 0)
		log_line(LOG_LEVEL_ERROR, "-R %s: %s", text, strerror(errno));
	return t->fd >= 0;
}

bool
repeater_new(const struct options *options, struct repeater **out)
{
	struct repeater *r;
	size_t i;

	*out = NULL;
	if (options->repeats == 0)
		return true;
	r = calloc(1, sizeof(*r));
	if (r == NULL) {
		log_line(LOG_LEVEL_ERROR, "out of memory");
		return false;
	}
	for (i = 0; i < options->repeats; i++, r->count++)
		if (!open_target(options->repeat[i], &r->target[i])) {
			repeater_free(r);
			return false;
		}
	*out = r;
	return true;
}

void
repeater_free(struct repeater *r)
{
	size_t i;

	for (i = 0; r != NULL && i < r->count; i++) {
		log_line(r->target[i].failed > 0 ? LOG_LEVEL_ERROR : LOG_LEVEL_DETAIL,
		    "repeated to %s: %" PRIu64 " datagrams, not sent %" PRIu64, r->target[i].name,
		    r->target[i].sent, r->target[i].failed);
		(void)close(r->target[i].fd);
	}
	free(r);
}

void
repeater_send(struct repeater *r, const void *bytes, size_t len)
{
	size_t i;

	for (i = 0; r != NULL && i < r->count; i++) {
		struct target *t = &r->target[i];

		/* A refusal is that of an earlier datagram: this one has not been tried. */
		if (send(t->fd, bytes, len, 0) >= 0 ||
		    (errno == ECONNREFUSED && send(t->fd, bytes, len, 0) >= 0))
			t->sent++;
		else
			t->failed++;
	}
}
