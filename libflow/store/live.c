/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "store/live.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "store/live_ask.h"
#include "store/live_reply.h"
#include "store/live_sockets.h"

/* A collector that has answered. */
struct collector {
	int fd;
	uint64_t run, number;
	struct buf reply;
	struct live_files files;
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

/* Takes ownership of the text; false when out of memory, which a NULL text means, too. */
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

/*
 * The socket of a collector that was killed is a note, no problem: its flows are in a journal until it is started
 * again.
 */
static enum flow_status
no_connection(struct flow_live *l, const char *path, int error)
{
	char *text;

	if (error == ENOENT)
		return FLOW_OK;
	if (error == ECONNREFUSED) {
		if (asprintf(&text, "%s: its collector has ended without a word (flowcap, killed?): what it had "
		    "received of its last slot becomes a file when it is started there again", path) < 0)
			text = NULL;
		return tell(&l->notes, text) ? FLOW_OK : FLOW_ENOMEM;
	}
	if (asprintf(&text, "%s: %s: flows of the open slot are missing", path, strerror(error)) < 0)
		text = NULL;
	return tell(&l->problems, text) ? FLOW_OK : FLOW_ENOMEM;
}

static enum flow_status
no_answer(struct flow_live *l, const char *path, const struct flow_error *err)
{
	char what[sizeof(err->message) + 64];

	(void)snprintf(what, sizeof(what), "%s: flows of the open slot are missing", err->message);
	return problem(l, path, what);
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

/* Whether a descriptor can hold the first `at` bytes of a slot's file. */
static bool
is_beginning(int fd, const struct live_reply_slot *s)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size >= (int64_t)s->at;
}

/* Takes the descriptor from the received ones; -1: there is none. */
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

/* Whether there is one descriptor for each slot with at > 0. */
static bool
has_beginnings(const struct live_header *header, const struct live_reply_slot *slot, const struct live_files *files)
{
	size_t wanted = 0;

	for (uint32_t i = 0; i < header->slots; i++)
		wanted += slot[i].at > 0;
	return wanted == files->count;
}

static enum flow_status
take_reply(struct flow_live *l, const struct flow_files *files, const struct live_socket *socket_,
    const struct live_header *header, const struct buf *reply, const struct live_files *came)
{
	struct live_reply_slot *slot;
	size_t next = 0;
	int none = -1;
	struct flow_error err;
	enum flow_status st = live_slots_parse(header, reply->data + LIVE_HEADER_BYTES,
	    reply->len - LIVE_HEADER_BYTES, &slot, &err);
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
		st = problem(l, socket_->path, "flowcap is behind: it waits for the disk, or files what an "
		    "earlier run left; flows of the open slot are missing");
	if (st != FLOW_OK || header->unwritten == 0)
		return st;
	(void)snprintf(what, sizeof(what), "flows of %" PRIu32 " slots are missing: they could not be written "
	    "yet, and are in journals alone", header->unwritten);
	return problem(l, socket_->path, what);
}

static enum flow_status
ask_collector(struct flow_live *l, const struct flow_files *files, const struct live_socket *s)
{
	struct collector *c = &l->collector[l->collectors];
	struct live_header header;
	struct flow_error err;

	*c = (struct collector){ .fd = live_connect(s), .reply = BUF_INIT, .files = { NULL, 0 } };
	if (c->fd < 0)
		return no_connection(l, s->path, errno);
	l->collectors++;
	if (!live_ask(c->fd, LIVE_ASK_SLOTS, &c->reply, &c->files, &header, &err)) {
		l->moved |= err.status == FLOW_END;
		return err.status == FLOW_ENOMEM ? err.status : no_answer(l, s->path, &err);
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
		live_files_close(&live->collector[i].files);
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
	struct live_files files = { NULL, 0 };
	struct buf reply = BUF_INIT;
	struct live_header header;
	struct flow_error err;
	bool holds = live_ask(c->fd, LIVE_ASK_NUMBER, &reply, &files, &header, &err) && header.run == c->run &&
	    header.number == c->number;

	buf_release(&reply);
	live_files_close(&files);
	return holds;
}

bool
flow_live_holds(struct flow_live *live)
{
	bool holds = !live->moved;

	/* A collector with a problem is not waited for. */
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
