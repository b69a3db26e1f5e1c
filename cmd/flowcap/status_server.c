/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "flowcap/status_server.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "common/cli.h"
#include "flowcap/judge.h"
#include "flowcap/program_log.h"
#include "flowcap/status_client.h"
#include "net/tcp.h"

#define UNIX "unix:"
#define WAIT_MS 200

/* Most clients at a time; a new one replaces the one that has been idle longest. */
#define CLIENTS_MAX 64

/* Clients taken before those that are there get their turn: fewer than CLIENTS_MAX. */
#define ACCEPTS_MAX 16
#define BACKLOG 64

struct status_server {
	int listener;
	const char *path;		/* of a Unix socket; NULL: none */
	struct status_report *report;
	struct status_client *client[CLIENTS_MAX];
	size_t clients;
	pthread_t thread;
	bool started;
	atomic_bool ended;
};

bool
status_server_is_address(const char *text)
{
	return strncmp(text, UNIX, strlen(UNIX)) == 0 || (strchr(text, ':') != NULL && strchr(text, '/') == NULL);
}

int
status_server_check(const char *text)
{
	const char *colon = strrchr(text, ':');
	uint64_t port;

	if (strncmp(text, UNIX, strlen(UNIX)) == 0)
		return text[strlen(UNIX)] != '\0' ? CLI_OK : cli_misuse("--metrics: unix: needs a path");
	if (colon == NULL || strspn(colon + 1, "0123456789") != strlen(colon + 1) || colon[1] == '\0')
		return cli_misuse("--metrics: '%s' is no HOST:PORT; a file with a colon in its name is ./%s", text,
		    text);
	return cli_number("--metrics port", colon + 1, 0, UINT16_MAX, &port) ? CLI_OK : CLI_MISUSE;
}

/* Removes a socket without a listener; leaves anything else alone. */
static void
remove_dead_socket(const struct sockaddr_un *a)
{
	struct stat st;
	int fd;

	if (lstat(a->sun_path, &st) != 0 || !S_ISSOCK(st.st_mode))
		return;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (const struct sockaddr *)a, sizeof(*a)) != 0 && errno == ECONNREFUSED)
		(void)unlink(a->sun_path);
	if (fd >= 0)
		(void)close(fd);
}

/* Whether a socket could be made there; 0 or an error. */
static int
try_unix(const char *path)
{
	char *directory = file_directory(path);
	struct stat st;
	int error = directory == NULL ? ENOMEM : access(directory, W_OK | X_OK) != 0 ? errno :
	    lstat(path, &st) == 0 && !S_ISSOCK(st.st_mode) ? EADDRINUSE : 0;

	free(directory);
	return error;
}

/* A check gives a socket without a name, which disturbs no collector that has the name. */
static int
listen_unix(const char *path, bool check_only)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd;

	if (path[0] == '\0' || strlen(path) >= sizeof(a.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (check_only && (errno = try_unix(path)) != 0)
		return -1;
	memcpy(a.sun_path, path, strlen(path));
	if (!check_only)
		remove_dead_socket(&a);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || check_only || (bind(fd, (const struct sockaddr *)&a, sizeof(a)) == 0 && listen(fd, BACKLOG) == 0))
		return fd;
	(void)close(fd);
	return -1;
}

/* HOST:PORT, [IPv6]:PORT, or :PORT for the loopback address. */
static int
listen_tcp(const char *text, bool check_only, int *fd)
{
	const char *colon = strrchr(text, ':');
	bool brackets = text[0] == '[' && colon > text && colon[-1] == ']';
	char *host = strndup(text + brackets, (size_t)(colon - text) - 2 * (size_t)brackets);
	struct flow_error err;
	uint16_t port = check_only ? 0 : (uint16_t)strtoul(colon + 1, NULL, 10);
	int status = CLI_OK;

	if (host == NULL)
		return cli_fail("out of memory");
	if (tcp_listen(host[0] != '\0' ? host : "127.0.0.1", port, UDP_ANY, fd, &err) != FLOW_OK)
		status = cli_fail("--metrics: %s", err.message);
	free(host);
	return status;
}

bool
status_server_new(const struct options *options, struct status_server **server)
{
	const char *text = options->status;
	struct status_server *s;

	*server = NULL;
	if (text == NULL)
		return true;
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return cli_fail("out of memory") == CLI_OK;
	s->listener = -1;
	if (strncmp(text, UNIX, strlen(UNIX)) == 0) {
		const char *path = text + strlen(UNIX);

		s->listener = listen_unix(path, options->check_only);
		s->path = options->check_only ? NULL : path;
		if (s->listener < 0)
			(void)cli_fail("--metrics: %s: %s", path, strerror(errno));
	} else if (listen_tcp(text, options->check_only, &s->listener) == CLI_OK && !options->check_only) {
		log_line(LOG_LEVEL_INFO, "metrics at port %u", udp_port(s->listener));
	}
	if (s->listener < 0) {
		free(s);
		return false;
	}
	*server = s;
	return true;
}

/* Appends findings about a report, a line each; returns whether they are tolerable. */
static bool
put_health(struct status_server *s, const struct buf *report, struct buf *out)
{
	struct findings findings = FINDINGS_INIT;
	bool well;

	judge_collector((const char *)report->data, report->len, time(NULL), &findings);
	if (status_report_failed(s->report))
		findings_add(&findings, FINDING_CRITICAL, "decoding has failed: it has to be started anew");
	well = findings_worst(&findings) != FINDING_CRITICAL;
	findings_put(&findings, FINDING_WARNING, out);
	out->failed |= report->failed || findings.failed;
	findings_clear(&findings);
	if (out->len == 0)
		buf_append_text(out, "ok\n");
	return well;
}

static void
answer(struct status_server *s, struct status_client *c, const struct buf *report)
{
	struct buf body = BUF_INIT;
	const char *status = "200 OK";

	if (status_client_asks(c, "/metrics")) {
		status_client_answer(c, status, "text/plain; version=0.0.4", report);
		return;
	}
	if (status_client_asks(c, "/health")) {
		status = put_health(s, report, &body) ? status : "503 Service Unavailable";
	} else {
		status = "404 Not Found";
		buf_append_text(&body, "GET /metrics or /health\n");
	}
	status_client_answer(c, status, "text/plain", &body);
	buf_release(&body);
}

/* One report for all requests that are whole now: it can take seconds where decoding does not answer. */
static void
answer_all(struct status_server *s)
{
	struct buf report = BUF_INIT;
	bool made = false;

	for (size_t i = 0; i < s->clients; i++) {
		struct status_client *c = s->client[i];

		if (c->state != STATUS_CLIENT_WAITING)
			continue;
		if (!made)
			status_report_put(s->report, &report);
		made = true;
		answer(s, c, &report);
	}
	buf_release(&report);
}

static void
let_go(struct status_server *s, size_t i)
{
	status_client_clear(s->client[i]);
	free(s->client[i]);
	s->client[i] = s->client[--s->clients];
}

/* Takes some of the new clients, so that those which have asked get their turn. */
static void
take_clients(struct status_server *s)
{
	for (unsigned n = 0; n < ACCEPTS_MAX; n++) {
		int fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		struct status_client *c;

		if (fd < 0) {
			/* Most likely out of descriptors: pauses, so as not to spin. */
			if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
				(void)poll(NULL, 0, WAIT_MS);
			return;
		}
		c = malloc(sizeof(*c));
		if (c == NULL) {
			(void)close(fd);
			return;
		}
		status_client_init(c, fd);
		if (s->clients == CLIENTS_MAX)
			let_go(s, status_client_to_drop(s->client, s->clients));
		s->client[s->clients++] = c;
	}
}

/* Serves clients that poll reports, and ends those that take too long. */
static void
serve(struct status_server *s, const struct pollfd *ready, size_t clients)
{
	for (size_t i = 0; i < clients; i++)
		status_client_go(s->client[i], ready[i].revents);
	answer_all(s);
	for (size_t i = s->clients; i-- > 0; )
		if (s->client[i]->state == STATUS_CLIENT_OVER)
			let_go(s, i);
}

static void *
run(void *argument)
{
	struct status_server *s = argument;
	struct pollfd wait[CLIENTS_MAX + 1];

	priority_take(PRIORITY_LATER);
	while (!atomic_load(&s->ended)) {
		size_t clients = s->clients;

		for (size_t i = 0; i < clients; i++)
			wait[i] = (struct pollfd){ .fd = s->client[i]->fd,
				.events = status_client_events(s->client[i]) };
		wait[clients] = (struct pollfd){ .fd = s->listener, .events = POLLIN };
		if (poll(wait, clients + 1, WAIT_MS) <= 0)
			memset(wait, 0, (clients + 1) * sizeof(wait[0]));
		serve(s, wait, clients);
		if (wait[clients].revents != 0)
			take_clients(s);
	}
	return NULL;
}

bool
status_server_start(struct status_server *s, struct status_report *report)
{
	if (s == NULL)
		return true;
	s->report = report;
	s->started = pthread_create(&s->thread, NULL, run, s) == 0;
	if (!s->started)
		log_line(LOG_LEVEL_ERROR, "no thread for --metrics can be started");
	return s->started;
}

void
status_server_stop(struct status_server *s)
{
	if (s == NULL || !s->started)
		return;
	atomic_store(&s->ended, true);
	(void)pthread_join(s->thread, NULL);
	s->started = false;
	while (s->clients > 0)
		let_go(s, s->clients - 1);
}

void
status_server_free(struct status_server *s)
{
	if (s == NULL)
		return;
	status_server_stop(s);
	(void)close(s->listener);
	if (s->path != NULL)
		(void)unlink(s->path);
	free(s);
}
