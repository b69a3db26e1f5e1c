/* SPDX-License-Identifier: BSD-2-Clause */
#include "flowcap/directory_watch.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "flowcap/metric_text.h"
#include "flowcap/program_log.h"

#define LOOK_S 1

struct watched {
	const char *path;
	atomic_int fault;		/* an errno; 0: none */
};

struct directory_watch {
	struct watched *directory;
	size_t count;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t ends;
	bool ended;			/* under the lock */
};

static void
add(struct directory_watch *w, const char *path)
{
	if (path == NULL)
		return;
	for (size_t i = 0; i < w->count; i++)
		if (strcmp(w->directory[i].path, path) == 0)
			return;
	w->directory[w->count++].path = path;
}

/* Why nothing can be written there; 0: it can. */
static int
fault_of(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return errno;
	if (!S_ISDIR(st.st_mode))
		return ENOTDIR;
	return access(path, W_OK | X_OK) != 0 ? errno : 0;
}

static void
look(struct watched *d)
{
	int fault = fault_of(d->path), was = atomic_load(&d->fault);
	struct flow_error err;

	if (fault == ENOENT && file_mkdirs(d->path, &err) == FLOW_OK) {
		log_line(LOG_LEVEL_ERROR, "%s: was removed: it is made again", d->path);
		fault = fault_of(d->path);
	}
	if (fault != 0 && fault != was)
		log_line(LOG_LEVEL_ERROR, "%s: nothing can be written there: %s", d->path, strerror(fault));
	if (fault == 0 && was != 0)
		log_line(LOG_LEVEL_INFO, "%s: can be written to again", d->path);
	atomic_store(&d->fault, fault);
}

static void *
run(void *argument)
{
	struct directory_watch *w = argument;

	priority_take(PRIORITY_LATER);
	(void)pthread_mutex_lock(&w->lock);
	while (!w->ended) {
		struct timespec next = { .tv_sec = time(NULL) + LOOK_S };

		(void)pthread_mutex_unlock(&w->lock);
		for (size_t i = 0; i < w->count; i++)
			look(&w->directory[i]);
		(void)pthread_mutex_lock(&w->lock);
		while (!w->ended && pthread_cond_timedwait(&w->ends, &w->lock, &next) == 0)
			;
	}
	(void)pthread_mutex_unlock(&w->lock);
	return NULL;
}

static void
release(struct directory_watch *w)
{
	(void)pthread_cond_destroy(&w->ends);
	(void)pthread_mutex_destroy(&w->lock);
	free(w->directory);
	free(w);
}

struct directory_watch *
directory_watch_start(const struct collect_options *o)
{
	struct directory_watch *w = calloc(1, sizeof(*w));

	if (w != NULL)
		w->directory = calloc(2 * o->sources + 3, sizeof(*w->directory));
	if (w == NULL || w->directory == NULL) {
		log_line(LOG_LEVEL_ERROR, "out of memory: directories are not watched");
		free(w);
		return NULL;
	}
	add(w, o->directory);
	add(w, o->dynamic);
	add(w, o->state);
	for (size_t i = 0; i < o->sources; i++) {
		add(w, o->source[i].directory);
		add(w, o->source[i].state);
	}
	(void)pthread_mutex_init(&w->lock, NULL);
	(void)pthread_cond_init(&w->ends, NULL);
	if (pthread_create(&w->thread, NULL, run, w) == 0)
		return w;
	log_line(LOG_LEVEL_ERROR, "no thread can be started: directories are not watched");
	release(w);
	return NULL;
}

void
directory_watch_put(struct directory_watch *w, struct buf *out)
{
	if (w == NULL)
		return;
	buf_append_text(out, "# HELP flowcap_directory_fault 1 where a directory cannot be written to\n"
	    "# TYPE flowcap_directory_fault gauge\n");
	for (size_t i = 0; i < w->count; i++) {
		buf_append_text(out, "flowcap_directory_fault{directory=\"");
		metric_label_put(w->directory[i].path, out);
		buf_printf(out, "\"} %d\n", atomic_load(&w->directory[i].fault) != 0);
	}
}

void
directory_watch_stop(struct directory_watch *w)
{
	if (w == NULL)
		return;
	(void)pthread_mutex_lock(&w->lock);
	w->ended = true;
	(void)pthread_cond_signal(&w->ends);
	(void)pthread_mutex_unlock(&w->lock);
	(void)pthread_join(w->thread, NULL);
	release(w);
}
