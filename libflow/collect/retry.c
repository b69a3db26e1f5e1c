/* SPDX-License-Identifier: BSD-2-Clause */
#include "collect/retry.h"

#include <pthread.h>
#include <stdlib.h>

#include "collect/collect.h"
#include "collect/left_journals.h"
#include "collect/priority.h"
#include "collect/wakeup.h"

#define RETRY_MS 10000

struct retry {
	struct collect_options options;
	struct filing *filing;
	struct wakeup wakeup;
	pthread_t thread;
	bool started;
	atomic_bool ended;
	uint64_t rows;
};

struct retry *
retry_new(const struct collect_options *options, struct filing *filing)
{
	struct retry *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->options = *options;
	r->options.dump = NULL;
	r->options.metrics = NULL;
	r->options.threads = 1;
	r->filing = filing;
	wakeup_init(&r->wakeup);
	return r;
}

/*
 * Files a journal with a collector of its own, which begins with the state at the end of the journal before
 * it.  Its slots that are filed already stay as they are.
 */
static bool
file_again(struct retry *r, const char *path, struct filing_entry *failed)
{
	struct collector *c = collector_new(&r->options, 1, NULL);
	char id[JOURNAL_ID_MAX];
	bool damaged, done;
	uint64_t rows = 0;

	if (c == NULL)
		return false;
	done = journal_file_id(path, id) && collector_journal_again(c, id, failed) &&
	    left_journal_read(r->options.log, c, path, &damaged) == FLOW_OK;
	if (done)
		(void)collector_journal_end(c, NULL);
	done = collector_finish_quietly(c, &rows) && done;
	r->rows += rows;
	return done;
}

/* Files as many as possible now. */
static void
try_all(struct retry *r)
{
	struct filing_entry *e;
	const char *path;
	bool done = true;

	while (done && (e = filing_oldest_failed(r->filing, &path)) != NULL) {
		done = file_again(r, path, e);
		filing_retried(e, done);
	}
}

static void *
run(void *argument)
{
	struct retry *r = argument;
	long ms = r->options.retry_ms > 0 ? (long)r->options.retry_ms : RETRY_MS;

	priority_take(PRIORITY_LATER);
	while (!atomic_load(&r->ended)) {
		wakeup_prepare(&r->wakeup);
		if (!atomic_load(&r->ended))
			wakeup_wait(&r->wakeup, ms);
		try_all(r);
	}
	return NULL;
}

void
retry_start(struct retry *r)
{
	r->started = pthread_create(&r->thread, NULL, run, r) == 0;
	if (!r->started)
		log_to(r->options.log, LOG_LEVEL_ERROR, "no thread can be started: slots that fail are "
		    "filed at the next start");
}

void
retry_stop(struct retry *r, uint64_t *rows)
{
	atomic_store(&r->ended, true);
	wakeup_wake(&r->wakeup);
	if (r->started)
		(void)pthread_join(r->thread, NULL);
	r->started = false;
	*rows = r->rows;
}

void
retry_free(struct retry *r)
{
	uint64_t rows;

	if (r == NULL)
		return;
	retry_stop(r, &rows);
	wakeup_destroy(&r->wakeup);
	free(r);
}
