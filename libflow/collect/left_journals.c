/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "collect/left_journals.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "collect/journal_file.h"
#include "collect/journal_scan.h"

struct work {
	const struct collect_options *options;
	const char *own_run;
	struct collector *collector;
	struct filing *filing;
	struct left_sum *sum;
	struct journal_lock lock;	/* of the run of the last journal */
};

static void
tell_damage(const struct log *log, const char *path, const struct journal_damage *d)
{
	if (d->cut > 0)
		log_to(log, LOG_LEVEL_INFO, "%s: ends within a datagram", path);
	if (d->unwritten > 0)
		log_to(log, LOG_LEVEL_INFO, "%s: its last %" PRIu64 " bytes never reached the disk, for the machine "
		    "went down (--journal-sync bounds that)", path, d->unwritten);
	if (d->places == 0)
		return;
	log_to(log, LOG_LEVEL_ERROR, "%s: damaged at %" PRIu64 " places, %" PRIu64 " bytes in all, the first "
	    "at byte %" PRId64 "%s%s", path, d->places, d->bytes, d->first, d->error != 0 ? ": " : "",
	    d->error != 0 ? strerror(d->error) : "");
}

enum flow_status
left_journal_read(const struct log *log, struct collector *collector, const char *path, bool *damaged)
{
	struct journal_scan *scan;
	struct flow_datagram d;
	struct flow_error err;
	bool going = true;

	*damaged = false;
	if (journal_scan_open(path, &scan, &err) != FLOW_OK) {
		log_to(log, LOG_LEVEL_ERROR, "%s", err.message);
		return FLOW_EIO;
	}
	while (going && journal_scan_next(scan, &d)) {
		if (d.transport == FLOW_TCP && d.len == 0)
			collector_session_end(collector, &d.exporter, d.port);
		else
			going = collector_datagram(collector, &d);
	}
	tell_damage(log, path, journal_scan_damage(scan));
	*damaged = journal_scan_damage(scan)->places > 0;
	journal_scan_close(scan);
	return going ? FLOW_OK : FLOW_ENOMEM;
}

/* Files a journal whose writer is gone.  False when out of memory. */
static bool
file_journal(struct work *w, const char *path)
{
	char id[JOURNAL_ID_MAX], *copy = strdup(path);
	struct filing_entry *entry;
	enum flow_status st;
	bool damaged;

	if (copy == NULL || !journal_file_id(path, id) || !collector_journal_begin(w->collector, id)) {
		free(copy);
		return false;
	}
	log_to(w->options->log, LOG_LEVEL_INFO, "%s: of a collector that crashed, now filed", path);
	st = left_journal_read(w->options->log, w->collector, path, &damaged);
	if (st == FLOW_ENOMEM) {
		free(copy);
		return false;
	}
	w->sum->unfiled += damaged;
	entry = collector_journal_end(w->collector, NULL);
	if (st == FLOW_OK)
		filing_end_file(entry, copy, damaged);
	else
		filing_fail_file(entry, copy);
	filing_await(w->filing);
	return true;
}

static bool
file_name(struct work *w, const char *directory, const char *name)
{
	char *path;
	bool done = true;

	if (!journal_lock_covers(&w->lock, name)) {
		if (filing_waiting(w->filing) > 0)
			journal_lock_keep(&w->lock);
		journal_lock_release(&w->lock);
		if (!journal_lock_take(&w->lock, directory, name)) {
			log_to(w->options->log, LOG_LEVEL_INFO, "%s/%s: %s: left alone", directory, name,
			    errno == EWOULDBLOCK ? "in use" : strerror(errno));
			w->sum->unfiled += errno != EWOULDBLOCK;
			return true;
		}
	}
	if (asprintf(&path, "%s/%s", directory, name) < 0)
		return false;
	done = file_journal(w, path);
	free(path);
	return done;
}

static bool
file_directory_of(struct work *w, const char *directory)
{
	size_t count, i;
	char **name;
	bool done = true;

	journal_files_adopt(directory, w->own_run);
	if (!journal_file_list(directory, w->own_run, &name, &count)) {
		log_to(w->options->log, LOG_LEVEL_ERROR, "%s: %s", directory, strerror(errno));
		w->sum->unfiled++;
		return true;
	}
	for (i = 0; i < count; i++) {
		done = done && file_name(w, directory, name[i]);
		free(name[i]);
	}
	free(name);
	/* Failed ones are tried again, so this process keeps their locks. */
	if (filing_waiting(w->filing) > 0)
		journal_lock_keep(&w->lock);
	journal_lock_release(&w->lock);
	journal_files_clean(directory, w->own_run);
	return done;
}

/* Directories below `dynamic`: version 0.1.0 had journals in each. */
static bool
file_below(struct work *w, const char *dynamic)
{
	DIR *dir = opendir(dynamic);
	const struct dirent *entry;
	bool done = true;
	struct stat st;
	char *path;

	while (dir != NULL && done && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.' || asprintf(&path, "%s/%s", dynamic, entry->d_name) < 0)
			continue;
		if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
			done = file_directory_of(w, path);
		free(path);
	}
	if (dir != NULL)
		(void)closedir(dir);
	return done;
}

/* Journals in an archive: of earlier versions, or of runs that were told to keep them there. */
static bool
file_archive(struct work *w, const char *directory, const char *state)
{
	return file_directory_of(w, directory) && (state == NULL || strcmp(state, directory) == 0 ||
	    file_directory_of(w, state));
}

bool
left_journals_file(const struct collect_options *options, const char *own_run,
    struct collector *collector, struct filing *filing, struct left_sum *sum)
{
	struct work w = { options, own_run, collector, filing, sum, { -1, NULL } };
	bool done = true;
	size_t i;

	if (options->directory != NULL)
		done = file_archive(&w, options->directory, options->state);
	for (i = 0; i < options->sources && done; i++)
		done = file_archive(&w, options->source[i].directory, options->source[i].state);
	if (options->dynamic != NULL && done)
		done = file_archive(&w, options->dynamic, options->state) && file_below(&w, options->dynamic);
	/* New connections have nothing to do with earlier ones. */
	collector_session_end(collector, NULL, 0);
	return done;
}
