/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "store/live.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "store/live_reply.h"
#include "store/live_sockets.h"

/* For an answer: the collector itself gives up before. */
#define PATIENCE_MS 12000
#define PAUSE_MS 20

#define READ_BYTES ((size_t)1 << 20)

/* Nobody has so many slots open at a time. */
#define FILES_MAX 65536

/* Descriptors that came, in order; those that were taken are -1. */
struct received {
	int *fd;
	size_t count;
};

/* A collector that has answered. */
struct collector {
	int fd;
	uint64_t run, number;
	struct buf reply;
	struct received files;
};

struct texts {
	char **text;
	size_t count;
};

struct flow_live {
	struct collector *collector;
	size_t collectors;
	struct flow_live_slot *slot;
	size_t slots;
	struct texts problems, notes;
	bool moved;		/* a slot was finished before it was opened */
};

static int64_t
steady_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Takes the text over; false when out of memory, which its being NULL says too. */
static bool
tell(struct texts *to, char *text)
{
	char **bigger = text != NULL ? realloc(to->text, (to->count + 1) * sizeof(*bigger)) : NULL;

	if (bigger == NULL) {
		free(text);
		return false;
	}
	to->text = bigger;
	bigger[to->count++] = text;
	return true;
}

static enum flow_status
problem(struct flow_live *l, const char *path, const char *what)
{
	char *text;

	if (asprintf(&text, "%s: %s", path, what) < 0)
		text = NULL;
	return tell(&l->problems, text) ? FLOW_OK : FLOW_ENOMEM;
}

/* A socket of a collector that was killed is nobody's fault: its flows are in a journal, until it is started again. */
static enum flow_status
no_connection(struct flow_live *l, const char *path, int error)
{
	char *text;

	if (error == ENOENT)
		return FLOW_OK;
	if (error == ECONNREFUSED) {
		if (asprintf(&text, "%s: its collector has ended without a word (flowcap, killed?): what it had received of "
		    "its last slot becomes a file when it is started there again", path) < 0)
			text = NULL;
		return tell(&l->notes, text) ? FLOW_OK : FLOW_ENOMEM;
	}
	if (asprintf(&text, "%s: %s: flows of the open slot are missing", path, strerror(error)) < 0)
		text = NULL;
	return tell(&l->problems, text) ? FLOW_OK : FLOW_ENOMEM;
}

/* Waits for its turn where many ask. */
static int
await_connection(const struct live_socket *s)
{
	int64_t end_ms = steady_ms() + PATIENCE_MS;
	int fd;

	while ((fd = live_socket_connect(s)) < 0 && (errno == EAGAIN || errno == EINTR) && steady_ms() < end_ms)
		(void)poll(NULL, 0, PAUSE_MS);
	return fd;
}

static bool
await(int fd, short events, int64_t end_ms)
{
	struct pollfd wait = { .fd = fd, .events = events };
	int64_t left;

	while ((left = end_ms - steady_ms()) > 0) {
		int n = poll(&wait, 1, (int)left);

		if (n > 0 || (n < 0 && errno != EINTR))
			return n > 0;
	}
	return false;
}

/* Takes what came with bytes; false when out of memory. */
static bool
keep_files(struct msghdr *m, struct received *files)
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

/* As recv(2), without waiting. */
static ssize_t
receive(int fd, void *bytes, size_t len, struct received *files)
{
	/* Room for one: the system closes others. */
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

/* Reads until the buffer has so many bytes; false where they do not come. */
static bool
read_up_to(int fd, uint64_t bytes, int64_t end_ms, struct buf *out, struct received *files)
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

/* A question and its whole answer; false where there is none: FLOW_END where the collector has hung up. */
static bool
ask(int fd, char question, struct buf *reply, struct received *files, struct live_header *header,
    struct flow_error *err)
{
	int64_t end_ms = steady_ms() + PATIENCE_MS;

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
		(void)flow_fail(err, steady_ms() < end_ms ? FLOW_END : FLOW_EIO, FLOW_NO_OFFSET,
		    "flowcap does not answer: flows of the open slot are missing");
	return false;
}

static enum flow_status
keep_slot(struct flow_live *l, char *path, int fd, const struct live_reply_slot *s)
{
	struct flow_live_slot *bigger = realloc(l->slot, (l->slots + 1) * sizeof(*bigger));

	if (bigger == NULL) {
		free(path);
		if (fd >= 0)
			(void)close(fd);
		return FLOW_ENOMEM;
	}
	l->slot = bigger;
	bigger[l->slots++] = (struct flow_live_slot){ path, fd, s->at, s->tail, s->tail_len };
	return FLOW_OK;
}

/* Whether what came can be the beginning of a slot's file. */
static bool
is_beginning(int fd, const struct live_reply_slot *s)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size >= (int64_t)s->at;
}

/* The descriptor is where it came; -1: none. */
static enum flow_status
take_slot(struct flow_live *l, const struct flow_files *files, const struct live_socket *socket_,
    const struct live_reply_slot *s, int *came)
{
	enum flow_status st = FLOW_OK;
	char *path;
	int fd;

	if (asprintf(&path, "%s/%.*s", strcmp(socket_->directory, "/") == 0 ? "" : socket_->directory, (int)s->path_len,
	    s->path) < 0)
		return FLOW_ENOMEM;
	if (!flow_files_covers(files, path)) {
		free(path);
		return FLOW_OK;
	}
	if (s->at > 0 && !is_beginning(*came, s)) {
		st = problem(l, path, "its beginning cannot be read: flows of the open slot are missing");
		free(path);
		return st;
	}
	fd = *came;
	*came = -1;
	return keep_slot(l, path, fd, s);
}

/* Whether so many descriptors came as there are slots with a beginning. */
static bool
has_beginnings(const struct live_header *header, const struct live_reply_slot *slot, const struct received *files)
{
	size_t wanted = 0;

	for (uint32_t i = 0; i < header->slots; i++)
		wanted += slot[i].at > 0;
	return wanted == files->count;
}

static enum flow_status
take_reply(struct flow_live *l, const struct flow_files *files, const struct live_socket *socket_,
    const struct live_header *header, const struct buf *reply, const struct received *came)
{
	struct live_reply_slot *slot;
	size_t next = 0;
	int none = -1;
	struct flow_error err;
	enum flow_status st = live_slots_parse(header, reply->data + LIVE_HEADER_BYTES, reply->len - LIVE_HEADER_BYTES, &slot,
	    &err);
	char what[160];

	if (st != FLOW_OK)
		return st == FLOW_ENOMEM ? st : problem(l, socket_->path, err.message);
	if (!has_beginnings(header, slot, came)) {
		free(slot);
		return problem(l, socket_->path, "a malformed answer of flowcap");
	}
	for (uint32_t i = 0; i < header->slots && st == FLOW_OK; i++)
		st = take_slot(l, files, socket_, &slot[i], slot[i].at > 0 ? &came->fd[next++] : &none);
	free(slot);
	if (st == FLOW_OK && header->status != LIVE_OK)
		st = problem(l, socket_->path, "flowcap is behind: it waits for the disk, or files what an earlier run left; "
		    "flows of the open slot are missing");
	if (st != FLOW_OK || header->unwritten == 0)
		return st;
	(void)snprintf(what, sizeof(what), "flows of %" PRIu32 " slots are missing: they could not be written yet, and are "
	    "in journals alone", header->unwritten);
	return problem(l, socket_->path, what);
}

static enum flow_status
ask_collector(struct flow_live *l, const struct flow_files *files, const struct live_socket *s)
{
	struct collector *c = &l->collector[l->collectors];
	struct live_header header;
	struct flow_error err;

	*c = (struct collector){ .fd = await_connection(s), .reply = BUF_INIT, .files = { NULL, 0 } };
	if (c->fd < 0)
		return no_connection(l, s->path, errno);
	l->collectors++;
	if (!ask(c->fd, LIVE_ASK_SLOTS, &c->reply, &c->files, &header, &err)) {
		l->moved |= err.status == FLOW_END;
		return err.status == FLOW_ENOMEM ? err.status : problem(l, s->path, err.message);
	}
	c->run = header.run;
	c->number = header.number;
	return take_reply(l, files, s, &header, &c->reply, &c->files);
}

enum flow_status
flow_live_open(const struct flow_files *files, struct flow_live **live, struct flow_error *err)
{
	struct flow_live *l = calloc(1, sizeof(*l));
	struct live_sockets sockets = { .socket = NULL };
	enum flow_status st = l != NULL ? live_sockets_find(files, &sockets) : FLOW_ENOMEM;

	if (st == FLOW_OK && (l->collector = calloc(sockets.count + 1, sizeof(*l->collector))) == NULL)
		st = FLOW_ENOMEM;
	for (size_t i = 0; i < sockets.count && st == FLOW_OK; i++)
		st = ask_collector(l, files, &sockets.socket[i]);
	live_sockets_clear(&sockets);
	if (st != FLOW_OK) {
		flow_live_close(l);
		return flow_fail_memory(err);
	}
	*live = l;
	return FLOW_OK;
}

static void
close_files(struct received *files)
{
	for (size_t i = 0; i < files->count; i++)
		if (files->fd[i] >= 0)
			(void)close(files->fd[i]);
	free(files->fd);
}

static void
free_texts(struct texts *t)
{
	for (size_t i = 0; i < t->count; i++)
		free(t->text[i]);
	free(t->text);
}

void
flow_live_close(struct flow_live *live)
{
	if (live == NULL)
		return;
	for (size_t i = 0; i < live->collectors; i++) {
		(void)close(live->collector[i].fd);
		buf_release(&live->collector[i].reply);
		close_files(&live->collector[i].files);
	}
	for (size_t i = 0; i < live->slots; i++) {
		free(live->slot[i].path);
		if (live->slot[i].fd >= 0)
			(void)close(live->slot[i].fd);
	}
	free(live->collector);
	free(live->slot);
	free_texts(&live->problems);
	free_texts(&live->notes);
	free(live);
}

static bool
still_holds(const struct collector *c)
{
	struct received files = { NULL, 0 };
	struct buf reply = BUF_INIT;
	struct live_header header;
	struct flow_error err;
	bool holds = ask(c->fd, LIVE_ASK_NUMBER, &reply, &files, &header, &err) && header.run == c->run &&
	    header.number == c->number;

	buf_release(&reply);
	close_files(&files);
	return holds;
}

bool
flow_live_holds(struct flow_live *live)
{
	bool holds = !live->moved;

	/* Where a collector is in trouble there is nothing to wait for. */
	for (size_t i = 0; i < live->collectors && holds && live->problems.count == 0; i++)
		holds = still_holds(&live->collector[i]);
	return holds;
}

size_t
flow_live_slots(const struct flow_live *live)
{
	return live->slots;
}

const struct flow_live_slot *
flow_live_slot(const struct flow_live *live, size_t i)
{
	return &live->slot[i];
}

size_t
flow_live_collectors(const struct flow_live *live)
{
	return live->collectors;
}

const char *
flow_live_problem(const struct flow_live *live, size_t i)
{
	return i < live->problems.count ? live->problems.text[i] : NULL;
}

const char *
flow_live_note(const struct flow_live *live, size_t i)
{
	return i < live->notes.count ? live->notes.text[i] : NULL;
}
