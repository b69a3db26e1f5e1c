/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "collect/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"
#include "capture/pcap_write.h"
#include "collect/datagram_record.h"

/* What may wait for a slow disk; beyond it datagrams are collected, but not journalled. */
#define WAITING_MAX ((size_t)64 << 20)

#define NAMES_MAX 1000

struct journal {
	const struct log *log;
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
			log_to(j->log, LOG_LEVEL_ERROR, "%s: %s: a crash would lose this slot", j->path,
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
create(struct journal *j, const struct collect_options *options, int64_t slot_ms)
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
journal_begin(const struct collect_options *options, int64_t slot_ms)
{
	struct journal *j = calloc(1, sizeof(*j));
	bool created;

	if (j == NULL) {
		log_to(options->log, LOG_LEVEL_ERROR, "out of memory for a journal");
		return NULL;
	}
	(void)pthread_mutex_init(&j->lock, NULL);
	(void)pthread_cond_init(&j->changed, NULL);
	j->log = options->log;
	j->port = options->port;
	pcap_write_header(&j->waiting);
	created = create(j, options, slot_ms);
	if (!created || pthread_create(&j->thread, NULL, writer, j) != 0) {
		log_to(options->log, LOG_LEVEL_ERROR, "%s: no journal (%s): a crash would lose this slot",
		    options->directory, strerror(errno));
		if (j->fd >= 0)
			(void)unlink(j->path);
		release(j);
		return NULL;
	}
	return j;
}

void
journal_add(struct journal *j, const struct flow_datagram *datagram)
{
	if (j == NULL)
		return;
	(void)pthread_mutex_lock(&j->lock);
	if (j->waiting.len > WAITING_MAX) {
		j->missed++;
	} else {
		if (j->waiting.len == 0)
			(void)pthread_cond_signal(&j->changed);
		datagram_record(&j->waiting, datagram, j->port);
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
		log_to(j->log, LOG_LEVEL_ERROR, "%s: %" PRIu64 " datagrams were not journalled: the disk is slow",
		    j->path, j->missed);
	if (filed)
		(void)unlink(j->path);
	else
		log_to(j->log, LOG_LEVEL_ERROR, "%s: kept for the next start%s", j->path,
		    j->failed || j->missed > 0 ? ", but not all of the slot is in it" : "");
	release(j);
}
