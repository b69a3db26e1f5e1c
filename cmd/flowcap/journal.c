/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "flowcap/journal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "flowcap/collect.h"
#include "flowcap/file_input.h"
#include "flowcap/log.h"

/* What may wait for a slow disk; beyond it datagrams are collected, but not journalled. */
#define WAITING_MAX ((size_t)64 << 20)

#define NAMES_MAX 1000

struct journal {
	char *path;
	int fd;
	uint16_t port;			/* the collector's */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct buf waiting;		/* records that the thread has not taken yet */
	bool ended, failed;
	uint64_t missed;
};

/* Writes what has been added, until the end. */
static void *
writer(void *argument)
{
	struct journal *j = argument;
	struct buf taken = BUF_INIT, swap;
	struct flow_error err;
	bool ended = false;

	while (!ended) {
		(void)pthread_mutex_lock(&j->lock);
		while (j->waiting.len == 0 && !j->ended)
			(void)pthread_cond_wait(&j->changed, &j->lock);
		swap = j->waiting;
		j->waiting = taken;
		taken = swap;
		ended = j->ended;
		(void)pthread_mutex_unlock(&j->lock);
		if (!j->failed && file_write_all(j->fd, taken.data, taken.len, &err) != FLOW_OK) {
			log_line(LOG_LEVEL_ERROR, "%s: %s: a crash would lose this slot", j->path,
			    err.message);
			j->failed = true;
		}
		buf_clear(&taken);
	}
	buf_release(&taken);
	return NULL;
}

/* Creates and locks the file. */
static bool
create(struct journal *j, const struct options *options, int64_t slot_ms)
{
	unsigned n;

	j->fd = -1;
	for (n = 0; n < NAMES_MAX && j->fd < 0; n++) {
		free(j->path);
		j->path = NULL;
		if (asprintf(&j->path, "%s/.flowcap.%" PRId64 ".%ld-%u.journal", options->directory,
		    slot_ms, (long)getpid(), n) < 0) {
			j->path = NULL;
			return false;
		}
		j->fd = open(j->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (j->fd < 0 && errno != EEXIST)
			return false;
	}
	return j->fd >= 0 && flock(j->fd, LOCK_EX | LOCK_NB) == 0;
}

static void
release(struct journal *j)
{
	if (j->fd >= 0)
		(void)close(j->fd);
	(void)pthread_cond_destroy(&j->changed);
	(void)pthread_mutex_destroy(&j->lock);
	buf_release(&j->waiting);
	free(j->path);
	free(j);
}

struct journal *
journal_begin(const struct options *options, int64_t slot_ms)
{
	struct journal *j = calloc(1, sizeof(*j));
	bool created;

	if (j == NULL) {
		log_line(LOG_LEVEL_ERROR, "out of memory for a journal");
		return NULL;
	}
	(void)pthread_mutex_init(&j->lock, NULL);
	(void)pthread_cond_init(&j->changed, NULL);
	j->port = options->port;
	pcap_write_header(&j->waiting);
	created = create(j, options, slot_ms);
	if (!created || pthread_create(&j->thread, NULL, writer, j) != 0) {
		log_line(LOG_LEVEL_ERROR, "%s: no journal (%s): a crash would lose this slot",
		    options->directory, strerror(errno));
		if (j->fd >= 0)
			(void)unlink(j->path);
		release(j);
		return NULL;
	}
	return j;
}

void
journal_record(struct buf *out, const struct flow_datagram *datagram, uint16_t port)
{
	static const struct addr any6 = { { 0 } };
	struct pcap_datagram d = { .time_us = datagram->received_ms * 1000,
		.src = datagram->exporter, .src_port = datagram->port, .dst_port = port,
		.bytes = datagram->bytes, .len = datagram->len };

	d.dst = addr_is_v4(&d.src) ? addr_any4 : any6;
	pcap_write_datagram(out, &d);
}

void
journal_add(struct journal *j, const struct flow_datagram *datagram)
{
	if (j == NULL)
		return;
	(void)pthread_mutex_lock(&j->lock);
	if (datagram->len > PCAP_PAYLOAD_MAX || j->waiting.len > WAITING_MAX) {
		j->missed++;
	} else {
		if (j->waiting.len == 0)
			(void)pthread_cond_signal(&j->changed);
		journal_record(&j->waiting, datagram, j->port);
	}
	(void)pthread_mutex_unlock(&j->lock);
}

void
journal_end(struct journal *j, bool filed)
{
	if (j == NULL)
		return;
	(void)pthread_mutex_lock(&j->lock);
	j->ended = true;
	(void)pthread_cond_signal(&j->changed);
	(void)pthread_mutex_unlock(&j->lock);
	(void)pthread_join(j->thread, NULL);
	if (j->missed > 0)
		log_line(LOG_LEVEL_ERROR, "%s: %" PRIu64 " datagrams were not journalled: the disk is slow",
		    j->path, j->missed);
	if (filed)
		(void)unlink(j->path);
	else
		log_line(LOG_LEVEL_ERROR, "%s: kept for the next start%s", j->path,
		    j->failed || j->missed > 0 ? ", but not all of the slot is in it" : "");
	release(j);
}

static int
is_journal(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return strncmp(entry->d_name, ".flowcap.", 9) == 0 && len > 17 &&
	    strcmp(entry->d_name + len - 8, ".journal") == 0;
}

/* The begun file of the slot that a journal is of; nobody will finish it. */
static void
remove_begun(const struct options *o, const char *name)
{
	struct buf pattern = BUF_INIT;
	int64_t slot_ms;
	glob_t found;
	long pid;
	size_t i;

	if (sscanf(name, ".flowcap.%" SCNd64 ".%ld-", &slot_ms, &pid) != 2)
		return;
	buf_printf(&pattern, "%s/", o->directory);
	partition_directory(o->layout, slot_ms, o->zone, &pattern);
	buf_append_text(&pattern, "/.");
	partition_file(slot_ms, o->slot_s, o->zone, &pattern);
	buf_printf(&pattern, "*.parquet.%ld-*", pid);
	buf_append_u8(&pattern, '\0');
	if (!pattern.failed && glob((char *)pattern.data, 0, NULL, &found) == 0) {
		for (i = 0; i < found.gl_pathc; i++)
			(void)unlink(found.gl_pathv[i]);
		globfree(&found);
	}
	buf_release(&pattern);
}

/* Reads the journals as captures; their ends may be cut. */
static bool
file_journals(const struct options *options, const char **paths, size_t count)
{
	struct options o = *options;
	struct collector *c;

	o.files = paths;
	o.file_count = count;
	o.has_port = false;
	o.journal = false;
	c = collector_new(&o, o.threads + 1);
	if (c == NULL)
		return false;
	(void)file_input(&o, c);
	return collector_finish(c);
}

/* A journal nobody writes any more, locked for us; -1 otherwise. */
static int
take_over(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0) {
		(void)close(fd);
		fd = -1;
	}
	return fd;
}

static bool
replay(const struct options *options, struct dirent **entry, size_t n, const char **path, int *fd)
{
	size_t i, count = 0;
	bool done = true;

	for (i = 0; i < n; i++) {
		char *p;

		if (asprintf(&p, "%s/%s", options->directory, entry[i]->d_name) < 0)
			return false;
		fd[count] = take_over(p);
		if (fd[count] < 0) {
			free(p);
			continue;
		}
		log_line(LOG_LEVEL_INFO, "%s: of a collector that crashed, now filed", p);
		remove_begun(options, entry[i]->d_name);
		path[count++] = p;
	}
	if (count > 0)
		done = file_journals(options, path, count);
	for (i = 0; i < count; i++) {
		if (done)
			(void)unlink(path[i]);
		(void)close(fd[i]);
	}
	return done;
}

bool
journal_replay(const struct options *options)
{
	struct dirent **entry;
	int n = scandir(options->directory, &entry, is_journal, alphasort), i;
	const char **path;
	bool done;
	int *fd;

	if (n < 0) {
		log_line(LOG_LEVEL_ERROR, "%s: %s", options->directory, strerror(errno));
		return false;
	}
	path = calloc((size_t)n + 1, sizeof(*path));
	fd = calloc((size_t)n + 1, sizeof(*fd));
	done = path != NULL && fd != NULL && replay(options, entry, (size_t)n, path, fd);
	for (i = 0; i < n; i++) {
		if (path != NULL)
			free((char *)(uintptr_t)path[i]);
		free(entry[i]);
	}
	free(entry);
	free(path);
	free(fd);
	if (!done)
		log_line(LOG_LEVEL_ERROR, "%s: journals could not be filed: they stay",
		    options->directory);
	return done;
}
