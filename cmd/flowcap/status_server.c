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

#include "base/clock.h"
#include "common/cli.h"
#include "flowcap/judge.h"
#include "flowcap/program_log.h"
#include "net/tcp.h"

#define UNIX "unix:"
#define WAIT_MS 200
#define PATIENCE_MS 2000	/* to read a request, and to send an answer */
#define REQUEST_MAX 4096

struct status_server {
	int listener;
	const char *path;		/* of a Unix socket; NULL: none */
	struct status_report *report;
	pthread_t thread;
	bool started;
	atomic_bool ended;
};

bool
status_server_is_address(const char *text)
{
	const char *colon = strrchr(text, ':');

	return strncmp(text, UNIX, strlen(UNIX)) == 0 || (colon != NULL && strchr(text, '/') == NULL &&
	    colon[1] != '\0' && strspn(colon + 1, "0123456789") == strlen(colon + 1));
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

static int
listen_unix(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd;

	if (path[0] == '\0' || strlen(path) >= sizeof(a.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(a.sun_path, path, strlen(path));
	remove_dead_socket(&a);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || (bind(fd, (const struct sockaddr *)&a, sizeof(a)) == 0 && listen(fd, 8) == 0))
		return fd;
	(void)close(fd);
	return -1;
}

/* HOST:PORT, [IPv6]:PORT, or :PORT for the loopback address. */
static int
listen_tcp(const char *text, int *fd)
{
	const char *colon = strrchr(text, ':');
	bool brackets = text[0] == '[' && colon > text && colon[-1] == ']';
	char *host = strndup(text + brackets, (size_t)(colon - text) - 2 * (size_t)brackets);
	struct flow_error err;
	uint64_t port = 0;
	int status = CLI_OK;

	if (host == NULL)
		return cli_fail("out of memory");
	if (!cli_number("--metrics", colon + 1, 0, UINT16_MAX, &port))
		status = CLI_MISUSE;
	else if (tcp_listen(host[0] != '\0' ? host : "127.0.0.1", (uint16_t)port, UDP_ANY, fd, &err) != FLOW_OK)
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
		s->path = text + strlen(UNIX);
		s->listener = listen_unix(s->path);
		if (s->listener < 0)
			(void)cli_fail("--metrics: %s: %s", s->path, strerror(errno));
	} else if (listen_tcp(text, &s->listener) == CLI_OK) {
		log_line(LOG_LEVEL_INFO, "metrics at port %u", udp_port(s->listener));
	}
	if (s->listener < 0) {
		free(s);
		return false;
	}
	*server = s;
	return true;
}

/* Appends findings, a line each; returns whether they are tolerable. */
static bool
put_health(struct status_server *s, struct buf *out)
{
	struct findings findings = FINDINGS_INIT;
	struct buf report = BUF_INIT;
	bool well;

	status_report_put(s->report, &report);
	judge_collector((const char *)report.data, report.len, time(NULL), &findings);
	if (status_report_failed(s->report))
		findings_add(&findings, FINDING_CRITICAL, "decoding has failed: it has to be started anew");
	well = findings_worst(&findings) != FINDING_CRITICAL;
	findings_put(&findings, FINDING_WARNING, out);
	findings_clear(&findings);
	buf_release(&report);
	if (out->len == 0)
		buf_append_text(out, "ok\n");
	return well;
}

/* Waits until it is ready, or that time: a slow client cannot block others. */
static bool
await(int fd, short events, int64_t end_ms)
{
	struct pollfd wait = { .fd = fd, .events = events };
	int64_t left = end_ms - clock_steady_ms();

	return left > 0 && poll(&wait, 1, (int)left) > 0;
}

/* Reads the first line of a request; false where no valid one comes. */
static bool
read_request(int fd, char out[REQUEST_MAX])
{
	int64_t end_ms = clock_steady_ms() + PATIENCE_MS;
	size_t len = 0;
	ssize_t got;

	while (len < REQUEST_MAX - 1 && await(fd, POLLIN, end_ms)) {
		got = recv(fd, out + len, REQUEST_MAX - 1 - len, MSG_DONTWAIT);
		if (got <= 0)
			return false;
		len += (size_t)got;
		out[len] = '\0';
		if (strstr(out, "\r\n\r\n") != NULL || strstr(out, "\n\n") != NULL) {
			out[strcspn(out, "\r\n")] = '\0';
			return true;
		}
	}
	return false;
}

static void
send_all(int fd, const struct buf *bytes)
{
	int64_t end_ms = clock_steady_ms() + PATIENCE_MS;
	size_t at = 0;
	ssize_t n;

	while (at < bytes->len && await(fd, POLLOUT, end_ms)) {
		n = send(fd, bytes->data + at, bytes->len - at, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n <= 0 && errno != EAGAIN && errno != EINTR)
			return;
		at += n > 0 ? (size_t)n : 0;
	}
}

static bool
asks_for(const char *request, const char *path)
{
	size_t len = strlen(path);

	return strncmp(request, "GET ", 4) == 0 && strncmp(request + 4, path, len) == 0 &&
	    (request[4 + len] == ' ' || request[4 + len] == '?' || request[4 + len] == '\0');
}

static void
serve(struct status_server *s, int fd)
{
	char request[REQUEST_MAX];
	struct buf body = BUF_INIT, all = BUF_INIT;
	const char *status = "200 OK", *type = "text/plain";

	if (!read_request(fd, request))
		return;
	if (asks_for(request, "/metrics")) {
		type = "text/plain; version=0.0.4";
		status_report_put(s->report, &body);
	} else if (asks_for(request, "/health")) {
		status = put_health(s, &body) ? status : "503 Service Unavailable";
	} else {
		status = "404 Not Found";
		buf_append_text(&body, "GET /metrics or /health\n");
	}
	if (body.failed)
		status = "500 Internal Server Error";
	buf_printf(&all, "HTTP/1.0 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n", status,
	    type, body.failed ? 0 : body.len);
	if (!body.failed)
		buf_append(&all, body.data, body.len);
	if (!all.failed)
		send_all(fd, &all);
	buf_release(&body);
	buf_release(&all);
}

static void *
run(void *argument)
{
	struct status_server *s = argument;
	struct pollfd wait = { .fd = s->listener, .events = POLLIN };
	int fd;

	priority_take(PRIORITY_LATER);
	while (!atomic_load(&s->ended)) {
		if (poll(&wait, 1, WAIT_MS) <= 0)
			continue;
		fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC);
		if (fd >= 0) {
			serve(s, fd);
			(void)close(fd);
		} else if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED) {
			/* Most likely out of descriptors: pauses, so as not to spin. */
			(void)poll(NULL, 0, WAIT_MS);
		}
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
