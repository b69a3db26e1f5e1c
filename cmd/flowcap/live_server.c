/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "flowcap/live_server.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "flowcap/live_listener.h"
#include "flowcap/program_log.h"

#define WAIT_MS 200
#define WATCH_MS 1000

/* Time-outs for the decoder's answer, and for a reader to receive. */
#define LOOK_MS 8000
#define TAKE_MS 5000

/* How long an answer is reused. */
#define FRESH_MS 1000

/* Most readers at a time; a new one replaces the one that has been idle longest. */
#define CLIENTS_MAX 32

/* An answer about a directory, shared by the readers it is sent to. */
struct answer {
	unsigned users;
	struct buf bytes;
	/* Descriptors of slots' files, in order; each is sent with the byte at `at`. */
	struct answer_file {
		size_t at;
		int fd;
	} *file;
	size_t files;
};

/* A directory that readers ask in. */
struct place {
	const char *directory;
	char *path;		/* of the socket */
	int listener;		/* -1: it could not be made again */
	ino_t inode;		/* of the socket's name */
	struct answer *answer;	/* the last; NULL: none */
};

struct client {
	int fd;
	size_t place;
	struct answer *answer;	/* being sent; NULL: waiting for a request */
	size_t sent, files;	/* bytes and descriptors */
	int64_t since_ms;	/* of connecting, or the last answer */
};

struct live_server {
	struct intake *intake;
	struct status_report *report;
	bool dynamic;		/* the last place is that above the exporters' */
	struct place *place;
	size_t places;
	uint64_t run;
	int64_t watched_ms;	/* time when the sockets' names were looked for */
	int64_t looked_ms;	/* time of the answers; INT64_MIN: none */
	uint64_t number;	/* of slots finished at that time */
	struct client client[CLIENTS_MAX];
	size_t clients;
	pthread_t thread;
	bool started;
	atomic_bool ended;
};

static void
answer_leave(struct answer *a)
{
	if (a == NULL || --a->users > 0)
		return;
	for (size_t i = 0; i < a->files; i++)
		(void)close(a->file[i].fd);
	free(a->file);
	buf_release(&a->bytes);
	free(a);
}

/* 0 where there is none. */
static ino_t
inode_of(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 ? st.st_ino : 0;
}

/* Makes sockets again whose names are gone: somebody has removed them, or the directory. */
static void
watch(struct live_server *s)
{
	if (clock_steady_ms() < s->watched_ms + WATCH_MS)
		return;
	s->watched_ms = clock_steady_ms();
	for (size_t i = 0; i < s->places; i++) {
		struct place *p = &s->place[i];
		char *path;
		int fd;

		if (p->listener >= 0 && inode_of(p->path) == p->inode)
			continue;
		fd = live_listen(p->directory, s->run, &path);
		if (fd < 0 && p->listener >= 0)
			log_line(LOG_LEVEL_ERROR, "%s: its socket was removed, and cannot be made again: %s",
			    p->directory, strerror(errno));
		else if (fd >= 0)
			log_line(LOG_LEVEL_INFO, "%s: its socket was removed: it is made again", p->directory);
		if (p->listener >= 0)
			(void)close(p->listener);
		p->listener = fd;
		if (fd < 0)
			continue;
		free(p->path);
		p->path = path;
		p->inode = inode_of(path);
	}
}

/* Adds a directory unless it is there; false after a log line. */
static bool
add_place(struct live_server *s, const char *directory)
{
	struct place *bigger, p = { .directory = directory };

	for (size_t i = 0; i < s->places; i++)
		if (strcmp(s->place[i].directory, directory) == 0)
			return true;
	bigger = realloc(s->place, (s->places + 1) * sizeof(*bigger));
	if (bigger == NULL) {
		log_line(LOG_LEVEL_ERROR, "out of memory");
		return false;
	}
	s->place = bigger;
	p.listener = live_listen(directory, s->run, &p.path);
	if (p.listener < 0) {
		log_line(LOG_LEVEL_INFO, "%s: no socket: %s: --live of flowcat and flowstat, and --check of "
		    "flowcap, are not possible there", directory, strerror(errno));
		return false;
	}
	p.inode = inode_of(p.path);
	bigger[s->places++] = p;
	return true;
}

static bool
add_places(struct live_server *s, const struct collect_options *o)
{
	bool done = true;

	if (o->directory != NULL)
		return add_place(s, o->directory);
	for (size_t i = 0; i < o->sources && done; i++)
		done = add_place(s, o->source[i].directory);
	if (done && o->dynamic != NULL) {
		done = add_place(s, o->dynamic);
		s->dynamic = done;
	}
	return done;
}

/* Answers. */

static void
forget_answers(struct live_server *s)
{
	for (size_t i = 0; i < s->places; i++) {
		answer_leave(s->place[i].answer);
		s->place[i].answer = NULL;
	}
	s->looked_ms = INT64_MIN;
}

/* The place that reports a directory's slots, and the path from there to it ("" where it is the same). */
static const struct place *
place_of(const struct live_server *s, const char *directory, const char **from)
{
	const char *above;
	size_t len;

	*from = "";
	for (size_t i = 0; i < s->places; i++)
		if (strcmp(s->place[i].directory, directory) == 0)
			return &s->place[i];
	if (!s->dynamic)
		return NULL;
	above = s->place[s->places - 1].directory;
	len = strlen(above);
	if (strncmp(directory, above, len) != 0)
		return NULL;
	*from = directory + len + strspn(directory + len, "/");
	return &s->place[s->places - 1];
}

/* Moves a slot's file to the answer. */
static bool
put_file(struct answer *a, const struct look_part *part)
{
	struct answer_file *bigger = realloc(a->file, (a->files + 1) * sizeof(*bigger));
	int fd;

	if (bigger == NULL)
		return false;
	a->file = bigger;
	fd = fcntl(part->fd, F_DUPFD_CLOEXEC, 0);
	if (fd >= 0)
		bigger[a->files++] = (struct answer_file){ a->bytes.len, fd };
	return fd >= 0;
}

static void
put_part(struct answer *a, const struct look_part *part, const char *from)
{
	struct buf path = BUF_INIT;

	buf_printf(&path, "%s%s%s", from, from[0] != '\0' ? "/" : "", part->path);
	a->bytes.failed |= path.failed || (part->at > 0 && !put_file(a, part));
	if (!a->bytes.failed) {
		const struct live_reply_slot slot = { (const char *)path.data, path.len, part->at, part->tail.data,
			part->tail.len };

		live_reply_slot(&a->bytes, &slot);
	}
	buf_release(&path);
}

/* The answer at a place; NULL when out of memory. */
static struct answer *
make_answer(const struct live_server *s, const struct place *place, const struct look *look)
{
	const struct live_header header = { .run = s->run, .number = s->number,
		.status = look != NULL ? LIVE_OK : LIVE_BUSY,
		.unwritten = (uint32_t)(intake_unfiled(s->intake) + (look != NULL ? look_unwritten(look) : 0)) };
	struct answer *a = calloc(1, sizeof(*a));
	uint32_t slots = 0;

	if (a == NULL)
		return NULL;
	a->users = 1;
	live_reply_begin(&a->bytes, &header);
	for (size_t i = 0; look != NULL && i < look_parts(look); i++) {
		const struct look_part *part = look_part(look, i);
		const char *from;

		if (place_of(s, part->directory, &from) != place)
			continue;
		put_part(a, part, from);
		slots++;
	}
	live_reply_end(&a->bytes, 0, slots);
	if (!a->bytes.failed)
		return a;
	answer_leave(a);
	return NULL;
}

/* Refreshes answers that are too old, or about slots that have ended. */
static void
refresh(struct live_server *s)
{
	struct look *look;

	if (s->looked_ms != INT64_MIN && clock_steady_ms() < s->looked_ms + FRESH_MS &&
	    intake_ends_begun(s->intake) == s->number)
		return;
	forget_answers(s);
	look = intake_look(s->intake, LOOK_MS);
	s->number = look != NULL ? look_ends(look) : intake_ends_begun(s->intake);
	for (size_t i = 0; i < s->places; i++)
		s->place[i].answer = make_answer(s, &s->place[i], look);
	s->looked_ms = clock_steady_ms();
	look_release(look);
}

/* Readers. */

static void
let_go(struct live_server *s, size_t i)
{
	(void)close(s->client[i].fd);
	answer_leave(s->client[i].answer);
	s->clients--;
	memmove(&s->client[i], &s->client[i + 1], (s->clients - i) * sizeof(s->client[0]));
}

/* Whether a reader has to go before another: one that asks for nothing, or has done so for longer. */
static bool
goes_before(const struct client *a, const struct client *b)
{
	bool a_idle = a->answer == NULL, b_idle = b->answer == NULL;

	return a_idle != b_idle ? a_idle : a->since_ms < b->since_ms;
}

static size_t
who_goes(const struct live_server *s)
{
	size_t i, who = 0;

	for (i = 1; i < s->clients; i++)
		if (goes_before(&s->client[i], &s->client[who]))
			who = i;
	return who;
}

static void
take_client(struct live_server *s, size_t place)
{
	int fd = accept4(s->place[place].listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0) {
		/* Most likely out of descriptors: pauses, so as not to spin. */
		if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
			(void)poll(NULL, 0, WAIT_MS);
		return;
	}
	if (s->clients == CLIENTS_MAX)
		let_go(s, who_goes(s));
	s->client[s->clients++] = (struct client){ .fd = fd, .place = place, .since_ms = clock_steady_ms() };
}

/* An answer with only the number of slots whose files are finished or being finished. */
static struct answer *
number_answer(const struct live_server *s)
{
	const struct live_header header = { .run = s->run, .number = intake_ends_begun(s->intake) };
	struct answer *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	a->users = 1;
	live_reply_begin(&a->bytes, &header);
	if (!a->bytes.failed)
		return a;
	answer_leave(a);
	return NULL;
}

static struct answer *
metrics_answer(const struct live_server *s)
{
	const struct live_header header = { .run = s->run, .number = intake_ends_begun(s->intake) };
	struct answer *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	a->users = 1;
	live_reply_begin(&a->bytes, &header);
	status_report_put(s->report, &a->bytes);
	live_reply_end(&a->bytes, 0, 0);
	if (!a->bytes.failed)
		return a;
	answer_leave(a);
	return NULL;
}

/* Reads a request of one byte; false: close the connection. */
static bool
take_question(struct live_server *s, struct client *c)
{
	char question;
	ssize_t n = recv(c->fd, &question, 1, MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (n != 1)
		return false;
	if (question == LIVE_ASK_NUMBER) {
		c->answer = number_answer(s);
	} else if (question == LIVE_ASK_METRICS) {
		c->answer = metrics_answer(s);
	} else if (question == LIVE_ASK_SLOTS) {
		refresh(s);
		c->answer = s->place[c->place].answer;
		if (c->answer != NULL)
			c->answer->users++;
	}
	c->sent = c->files = 0;
	c->since_ms = clock_steady_ms();
	return c->answer != NULL;
}

/* Sends bytes, and a descriptor with the first of them (-1: none). */
static ssize_t
send_with_file(int fd, const uint8_t *bytes, size_t len, int file)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = { .bytes = { 0 } };
	struct iovec part = { (void *)(uintptr_t)bytes, len };
	struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1 };

	if (file >= 0) {
		struct cmsghdr *c;

		m.msg_control = control.bytes;
		m.msg_controllen = sizeof(control.bytes);
		c = CMSG_FIRSTHDR(&m);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &file, sizeof(int));
	}
	return sendmsg(fd, &m, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static bool
send_some(struct client *c)
{
	const struct answer *a = c->answer;
	const struct answer_file *file = c->files < a->files ? &a->file[c->files] : NULL;
	bool with_file = file != NULL && file->at == c->sent;
	size_t end = with_file ? (c->files + 1 < a->files ? file[1].at : a->bytes.len) :
	    file != NULL ? file->at : a->bytes.len;
	ssize_t n = send_with_file(c->fd, a->bytes.data + c->sent, end - c->sent, with_file ? file->fd : -1);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	c->files += with_file && n > 0;
	c->sent += (size_t)n;
	if (c->sent == a->bytes.len) {
		answer_leave(c->answer);
		c->answer = NULL;
		c->since_ms = clock_steady_ms();
	}
	return true;
}

/* Serves readers that poll reports; after an answer they may ask again. */
static void
serve(struct live_server *s, const struct pollfd *ready, size_t clients)
{
	int64_t now_ms = clock_steady_ms();

	/* From the last to the first, so that removing one does not move those still to come. */
	for (size_t i = clients; i-- > 0; ) {
		struct client *c = &s->client[i];
		bool stays = true;

		if (ready[i].revents != 0)
			stays = c->answer != NULL ? send_some(c) : take_question(s, c);
		else if (c->answer != NULL)
			stays = now_ms < c->since_ms + TAKE_MS;
		if (!stays)
			let_go(s, i);
	}
}

static void *
run(void *argument)
{
	struct live_server *s = argument;
	struct pollfd *wait = calloc(CLIENTS_MAX + s->places, sizeof(*wait));

	priority_take(PRIORITY_LATER);
	while (wait != NULL && !atomic_load(&s->ended)) {
		size_t clients = s->clients, i;

		for (i = 0; i < clients; i++)
			wait[i] = (struct pollfd){ .fd = s->client[i].fd,
				.events = s->client[i].answer != NULL ? POLLOUT : POLLIN };
		for (i = 0; i < s->places; i++)
			wait[clients + i] = (struct pollfd){ .fd = s->place[i].listener, .events = POLLIN };
		if (poll(wait, clients + s->places, WAIT_MS) <= 0)
			memset(wait, 0, (clients + s->places) * sizeof(*wait));
		serve(s, wait, clients);
		watch(s);
		for (i = 0; i < s->places; i++)
			if (wait[clients + i].revents != 0 && s->place[i].listener == wait[clients + i].fd)
				take_client(s, i);
		/* Frees answers that were not asked for lately. */
		if (s->looked_ms != INT64_MIN && clock_steady_ms() >= s->looked_ms + FRESH_MS)
			forget_answers(s);
	}
	free(wait);
	return NULL;
}

static uint64_t
new_run(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_REALTIME, &t);
	return ((uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000) << 12 ^ (uint64_t)getpid();
}

struct live_server *
live_server_start(const struct options *options, struct intake *intake, struct status_report *report)
{
	struct live_server *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->intake = intake;
	s->report = report;
	s->run = new_run();
	s->looked_ms = INT64_MIN;
	if (add_places(s, &options->collect)) {
		s->started = pthread_create(&s->thread, NULL, run, s) == 0;
		if (s->started)
			return s;
		log_line(LOG_LEVEL_ERROR, "no thread for --live can be started");
	}
	live_server_free(s);
	return NULL;
}

void
live_server_stop(struct live_server *s)
{
	if (s == NULL)
		return;
	atomic_store(&s->ended, true);
	if (s->started)
		(void)pthread_join(s->thread, NULL);
	s->started = false;
	while (s->clients > 0)
		let_go(s, s->clients - 1);
	forget_answers(s);
}

void
live_server_free(struct live_server *s)
{
	if (s == NULL)
		return;
	live_server_stop(s);
	for (size_t i = 0; i < s->places; i++) {
		if (s->place[i].listener >= 0) {
			(void)unlink(s->place[i].path);
			(void)close(s->place[i].listener);
		}
		free(s->place[i].path);
	}
	free(s->place);
	free(s);
}
