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

#include "common/cli.h"
#include "flowcap/program_log.h"
#include "flowcap/source_option.h"

#define SEND_BUFFER (4 << 20)

struct repeater {
	size_t count;
	struct target {
		const struct repeat_target *to;
		int fd;
		uint64_t sent, failed;
	} *target;
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

/* As nfcapd, and as its own. */
#define DEFAULT_PORT "9995"

int
repeat_target_parse(const char *text, struct repeat_target *target)
{
	char *comma, *slash;

	*target = (struct repeat_target){ .text = strdup(text) };
	if (target->text == NULL)
		return cli_fail("out of memory");
	comma = strchr(target->text, ',');
	if (comma != NULL)
		*comma++ = '\0';
	slash = strrchr(target->text, '/');
	if (target->text[0] == '\0' || (slash != NULL && (slash == target->text || slash[1] == '\0')))
		return cli_misuse("-R: '%s' is no HOST[/PORT]", text);
	if (slash != NULL)
		*slash++ = '\0';
	target->host = target->text;
	target->port = slash != NULL ? slash : DEFAULT_PORT;
	if (comma == NULL)
		return CLI_OK;
	if (strncmp(comma, "net=", 4) != 0)
		return cli_misuse("-R: '%s': behind HOST/PORT there can be ,net=ADDRESS/BITS;ADDRESS...", text);
	return nets_parse("-R", comma + 4, &target->net, &target->nets);
}

void
repeat_target_clear(struct repeat_target *target)
{
	free(target->text);
	free(target->net);
	*target = (struct repeat_target){ .text = NULL };
}

static bool
open_target(const struct repeat_target *to, struct target *t)
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM }, *list;
	int rc = getaddrinfo(to->host, to->port, &hints, &list);

	*t = (struct target){ .to = to, .fd = -1 };
	if (rc != 0) {
		log_line(LOG_LEVEL_ERROR, "-R %s/%s: %s", to->host, to->port, gai_strerror(rc));
		return false;
	}
	t->fd = connect_to(list);
	freeaddrinfo(list);
	if (t->fd < 0)
		log_line(LOG_LEVEL_ERROR, "-R %s/%s: %s", to->host, to->port, strerror(errno));
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
	if (r != NULL)
		r->target = calloc(options->repeats, sizeof(*r->target));
	if (r == NULL || r->target == NULL) {
		free(r);
		log_line(LOG_LEVEL_ERROR, "out of memory");
		return false;
	}
	for (i = 0; i < options->repeats; i++, r->count++)
		if (!open_target(&options->repeat[i], &r->target[i])) {
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
		    "repeated to %s/%s: %" PRIu64 " datagrams, not sent %" PRIu64, r->target[i].to->host,
		    r->target[i].to->port, r->target[i].sent, r->target[i].failed);
		(void)close(r->target[i].fd);
	}
	if (r != NULL)
		free(r->target);
	free(r);
}

static bool
is_for(const struct repeat_target *to, const struct addr *sender)
{
	for (size_t i = 0; i < to->nets; i++)
		if (addr_in_prefix(sender, &to->net[i].addr, to->net[i].bits))
			return true;
	return to->nets == 0;
}

void
repeater_send(struct repeater *r, const struct addr *sender, const void *bytes, size_t len)
{
	size_t i;

	for (i = 0; r != NULL && i < r->count; i++) {
		struct target *t = &r->target[i];

		if (!is_for(t->to, sender))
			continue;
		/* A refusal is that of an earlier datagram: this one has not been tried. */
		if (send(t->fd, bytes, len, 0) >= 0 ||
		    (errno == ECONNREFUSED && send(t->fd, bytes, len, 0) >= 0))
			t->sent++;
		else
			t->failed++;
	}
}
