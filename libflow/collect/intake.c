/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "collect/intake.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "collect/journal.h"
#include "collect/left_journals.h"
#include "collect/metrics.h"
#include "collect/priority.h"
#include "collect/retry.h"
#include "time/partition.h"

/* Row groups in memory besides those being encoded; more stay in the journal. */
#define SPARE_GROUPS 2

/* A datagram may be this much older than its slot, because clocks and queues are not exact. */
#define GRACE_MS 60000

/* Losses are read once in this many datagrams. */
#define LOSSES_DATAGRAMS 1024

struct intake {
	const struct collect_options *options;
	/* The receiver's. */
	bool open;			/* a slot is open */
	int64_t start_ms, end_ms;	/* of the slot */
	/* Shared. */
	_Atomic uint64_t kernel_drops, refused_connections, bad_streams, cut_streams;
	_Atomic int64_t kernel_drops_s;	/* time of the last drop; 0: none */
	_Atomic int64_t idle_ms;	/* steady time when nothing waited to be decoded */
	_Atomic int64_t decoded_ms;	/* receive time of the last decoded datagram; 0: none */
	atomic_bool failed;
	struct journal *journal;
	struct filing *filing;		/* NULL without journals */
	struct retry *retry;		/* the same */
	/* The decoder's. */
	pthread_t thread;
	struct collector *collector;
	bool in_segment;
	unsigned datagrams;		/* since losses were read last */
	struct left_sum left;		/* of earlier runs */
	/* Reports: asked for by others, made by the decoder. */
	atomic_bool report_asked, tell_asked;
	pthread_mutex_t report_lock;
	pthread_cond_t reported;
	struct buf report;
	int64_t report_ms;		/* steady time; 0: none yet */
	_Atomic(struct look *) look;	/* requested, not begun; NULL: none */
};

static const char *
journal_directory(const struct collect_options *o)
{
	if (!o->journal)
		return NULL;
	if (o->state != NULL)
		return o->state;
	if (o->directory != NULL || o->dynamic != NULL)
		return o->directory != NULL ? o->directory : o->dynamic;
	return o->source[0].state != NULL ? o->source[0].state : o->source[0].directory;
}

/* Decoder */

static void
tell_losses(struct intake *in)
{
	const struct collector_losses losses = {
		.kernel_drops = atomic_load(&in->kernel_drops),
		.not_journalled = journal_missed(in->journal),
		.refused_connections = atomic_load(&in->refused_connections),
		.bad_streams = atomic_load(&in->bad_streams),
		.cut_streams = atomic_load(&in->cut_streams),
	};

	in->datagrams = 0;
	collector_losses(in->collector, &losses);
}

static bool
take_datagram(struct intake *in, const struct flow_datagram *d)
{
	if (!in->in_segment && !collector_journal_begin(in->collector, NULL))
		return false;
	in->in_segment = true;
	atomic_store_explicit(&in->decoded_ms, d->received_ms, memory_order_relaxed);
	if (++in->datagrams == LOSSES_DATAGRAMS)
		tell_losses(in);
	if (d->transport == FLOW_TCP && d->len == 0)
		collector_session_end(in->collector, &d->exporter, d->port);
	else
		return collector_datagram(in->collector, d);
	return true;
}

static void
take_slot_end(struct intake *in, struct journal_segment *segment)
{
	const char *path = journal_segment_path(segment);
	struct filing_entry *entry;
	char id[JOURNAL_ID_MAX];

	tell_losses(in);
	in->in_segment = false;
	entry = collector_journal_end(in->collector, path != NULL && journal_file_id(path, id) ? id : NULL);
	if (entry != NULL)
		filing_end_segment(entry, segment);
	else
		journal_segment_release(segment, true);
}

static void
answer_look(struct intake *in, struct look *look)
{
	char id[JOURNAL_ID_MAX];

	collector_look(in->collector, journal_current_id(in->journal, id) ? id : NULL, look);
}

/* Answers requests of other threads. */
static void
answer(struct intake *in)
{
	struct look *look = atomic_load(&in->look);

	if (look != NULL && (look = atomic_exchange(&in->look, NULL)) != NULL)
		answer_look(in, look);
	if (atomic_load(&in->tell_asked) && atomic_exchange(&in->tell_asked, false)) {
		tell_losses(in);
		collector_tell(in->collector);
	}
	if (!atomic_load(&in->report_asked) || !atomic_exchange(&in->report_asked, false))
		return;
	tell_losses(in);
	(void)pthread_mutex_lock(&in->report_lock);
	buf_release(&in->report);
	collector_report(in->collector, &in->report);
	in->report_ms = clock_steady_ms();
	(void)pthread_cond_broadcast(&in->reported);
	(void)pthread_mutex_unlock(&in->report_lock);
}

static void *
decoder(void *argument)
{
	struct intake *in = argument;
	struct journal_segment *segment;
	struct flow_datagram d;
	enum journal_event event = JOURNAL_IDLE;
	bool going;

	priority_take(PRIORITY_LATER);
	going = in->filing == NULL || left_journals_file(in->options, journal_run_name(in->journal),
	    in->collector, in->filing, &in->left);
	if (in->retry != NULL)
		retry_start(in->retry);
	while (going && event != JOURNAL_END) {
		event = journal_next(in->journal, &d, &segment);
		if (event == JOURNAL_DATAGRAM)
			going = take_datagram(in, &d);
		else if (event == JOURNAL_SLOT_END)
			take_slot_end(in, segment);
		else
			tell_losses(in);
		answer(in);
	}
	if (!going)
		atomic_store(&in->failed, true);
	return NULL;
}

/* Receiver */

static void
release_reports(struct intake *in)
{
	buf_release(&in->report);
	(void)pthread_cond_destroy(&in->reported);
	(void)pthread_mutex_destroy(&in->report_lock);
}

static void
begin_reports(struct intake *in)
{
	pthread_condattr_t attributes;

	(void)pthread_condattr_init(&attributes);
	(void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&in->reported, &attributes);
	(void)pthread_condattr_destroy(&attributes);
	(void)pthread_mutex_init(&in->report_lock, NULL);
	in->report = (struct buf)BUF_INIT;
}

static void
release(struct intake *in)
{
	retry_free(in->retry);
	(void)filing_free(in->filing);
	journal_free(in->journal);
	release_reports(in);
	look_release(atomic_load(&in->look));
	free(in);
}

static bool
begin(struct intake *in)
{
	const struct collect_options *o = in->options;
	const struct journal_config config = { .log = o->log, .directory = journal_directory(o),
		.port = o->port, .sync_ms = o->journal_sync_ms };

	if (o->journal && ((in->filing = filing_new(o->log)) == NULL ||
	    (in->retry = retry_new(o, in->filing)) == NULL))
		return false;
	in->journal = journal_new(&config);
	in->collector = in->journal == NULL ? NULL :
	    collector_new(o, o->threads + SPARE_GROUPS, in->filing);
	return in->collector != NULL;
}

struct intake *
intake_new(const struct collect_options *options)
{
	struct intake *in = calloc(1, sizeof(*in));

	if (in == NULL)
		return NULL;
	in->options = options;
	atomic_store(&in->idle_ms, clock_steady_ms());
	begin_reports(in);
	metrics_begin(options);
	if (!begin(in)) {
		if (in->journal != NULL)
			journal_stop(in->journal);
		release(in);
		return NULL;
	}
	if (pthread_create(&in->thread, NULL, decoder, in) == 0)
		return in;
	log_to(options->log, LOG_LEVEL_ERROR, "no thread can be started");
	journal_stop(in->journal);
	(void)collector_finish(in->collector);
	release(in);
	return NULL;
}

static void
put(struct intake *in, const struct flow_datagram *d, uint32_t sequence)
{
	if (in->open && (d->received_ms >= in->end_ms || d->received_ms < in->start_ms - GRACE_MS))
		intake_rotate(in);
	if (!in->open) {
		in->open = true;
		in->start_ms = partition_slot(d->received_ms, in->options->slot_s);
		in->end_ms = in->start_ms + (int64_t)in->options->slot_s * 1000;
	}
	journal_put(in->journal, d, sequence);
}

void
intake_datagram(struct intake *in, const struct flow_datagram *datagram, uint32_t sequence)
{
	put(in, datagram, sequence);
}

void
intake_session_end(struct intake *in, const struct addr *exporter, uint16_t port, int64_t now_ms,
    uint32_t sequence)
{
	const struct flow_datagram d = { .exporter = *exporter, .port = port, .transport = FLOW_TCP,
		.received_ms = now_ms };

	put(in, &d, sequence);
}

void
intake_push(struct intake *in)
{
	journal_push(in->journal);
}

void
intake_tick(struct intake *in, int64_t now_ms)
{
	journal_push(in->journal);
	if (journal_lost(in->journal))
		intake_rotate(in);
	if (journal_backlog(in->journal) == 0)
		atomic_store(&in->idle_ms, clock_steady_ms());
	if (in->open && now_ms >= in->end_ms)
		intake_rotate(in);
}

void
intake_rotate(struct intake *in)
{
	in->open = false;
	journal_cut(in->journal);
}

void
intake_losses(struct intake *in, const struct collector_losses *sockets)
{
	if (atomic_exchange(&in->kernel_drops, sockets->kernel_drops) < sockets->kernel_drops)
		atomic_store(&in->kernel_drops_s, (int64_t)time(NULL));
	atomic_store(&in->refused_connections, sockets->refused_connections);
	atomic_store(&in->bad_streams, sockets->bad_streams);
	atomic_store(&in->cut_streams, sockets->cut_streams);
}

/* The lag is at most the age of the last decoded datagram, and the time since the queue was last empty. */
static int64_t
lag_ms(struct intake *in)
{
	int64_t decoded_ms = atomic_load(&in->decoded_ms),
	    since_idle_ms = clock_steady_ms() - atomic_load(&in->idle_ms), lag;

	if (journal_backlog(in->journal) == 0)
		return 0;
	if (decoded_ms == 0)
		return since_idle_ms;
	lag = clock_wall_ms() - decoded_ms;
	return lag < 0 ? 0 : lag < since_idle_ms ? lag : since_idle_ms;
}

void
intake_health(struct intake *in, struct intake_health *health)
{
	*health = (struct intake_health){
		.backlog_bytes = journal_backlog(in->journal),
		.lag_ms = lag_ms(in),
		.unwritten_bytes = journal_unwritten(in->journal),
		.ring_bytes = journal_room(in->journal),
		.not_journalled = journal_missed(in->journal),
		.journals_removed = journal_removed(in->journal),
		.kernel_drops = atomic_load(&in->kernel_drops),
		.kernel_drops_s = atomic_load(&in->kernel_drops_s),
		.journals = in->filing != NULL ? filing_waiting(in->filing) : 0,
	};
	collector_files(in->collector, &health->written);
	(void)pthread_mutex_lock(&in->report_lock);
	health->report_age_ms = in->report_ms != 0 ? clock_steady_ms() - in->report_ms : INT64_MAX;
	(void)pthread_mutex_unlock(&in->report_lock);
}

void
intake_report(struct intake *in, int timeout_ms, struct buf *out)
{
	int64_t begin_ms = clock_steady_ms(), end_ms = begin_ms + timeout_ms;
	const struct timespec end = { .tv_sec = (time_t)(end_ms / 1000), .tv_nsec = (long)(end_ms % 1000) * 1000000 };

	atomic_store(&in->report_asked, true);
	(void)pthread_mutex_lock(&in->report_lock);
	while (in->report_ms < begin_ms && pthread_cond_timedwait(&in->reported, &in->report_lock, &end) == 0)
		;
	buf_append(out, in->report.data, in->report.len);
	(void)pthread_mutex_unlock(&in->report_lock);
}

/* Asks once; LOOK_STALE if a slot ended in between. */
static enum look_state
try_look(struct intake *in, const struct timespec *until, struct look **out)
{
	struct look *look = look_new();
	enum look_state state;

	if (look == NULL)
		return LOOK_LATE;
	/* Replaces one that nobody waits for any more. */
	look_release(atomic_exchange(&in->look, look));
	state = look_await(look, until);
	/* Slots that ended before must have their final names. */
	if (state == LOOK_WHOLE && !collector_await_ends(in->collector, look_ends(look), until))
		state = LOOK_LATE;
	if (state == LOOK_WHOLE && collector_ends_begun(in->collector) != look_ends(look))
		state = LOOK_STALE;
	if (state == LOOK_WHOLE)
		*out = look;
	else
		look_release(look);
	return state;
}

struct look *
intake_look(struct intake *in, int timeout_ms)
{
	int64_t end_ms = clock_steady_ms() + timeout_ms;
	const struct timespec until = { .tv_sec = (time_t)(end_ms / 1000), .tv_nsec = (long)(end_ms % 1000) * 1000000 };
	const struct timespec pause = { 0, 10 * 1000000 };
	struct look *look = NULL;

	while (try_look(in, &until, &look) == LOOK_STALE && clock_steady_ms() < end_ms)
		(void)nanosleep(&pause, NULL);
	return look;
}

uint64_t
intake_ends_begun(struct intake *in)
{
	return collector_ends_begun(in->collector);
}

size_t
intake_unfiled(struct intake *in)
{
	return in->filing != NULL ? filing_failed(in->filing) : 0;
}

void
intake_tell(struct intake *in)
{
	atomic_store(&in->tell_asked, true);
}

bool
intake_failed(const struct intake *in)
{
	return atomic_load(&in->failed);
}

bool
intake_finish(struct intake *in)
{
	bool done = true, filed;
	uint64_t rows;

	journal_stop(in->journal);
	(void)pthread_join(in->thread, NULL);
	if (in->filing != NULL && !atomic_load(&in->failed)) {
		filing_await(in->filing);
		retry_stop(in->retry, &rows);
		collector_written(in->collector, rows);
	}
	tell_losses(in);
	if (journal_waited_us(in->journal) > 1000)
		log_to(in->options->log, LOG_LEVEL_INFO, "the receiver waited %" PRIu64 " ms in all for memory",
		    journal_waited_us(in->journal) / 1000);
	filed = atomic_load(&in->failed) ? collector_finish_quietly(in->collector, &rows) :
	    collector_finish(in->collector);
	retry_free(in->retry);
	if (filing_free(in->filing) > 0)
		done = false;
	journal_free(in->journal);
	done = done && filed && in->left.unfiled == 0 && !atomic_load(&in->failed);
	release_reports(in);
	look_release(atomic_load(&in->look));
	free(in);
	return done;
}
