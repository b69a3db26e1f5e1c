/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "collect/journal_replay.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collect/capture_input.h"

static int
is_journal(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return strncmp(entry->d_name, ".flowcap.", 9) == 0 && len > 17 &&
	    strcmp(entry->d_name + len - 8, ".journal") == 0;
}

/* The begun file of the slot that a journal is of; nobody will finish it. */
static void
remove_begun(const struct collect_options *o, const char *name)
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
file_journals(const struct collect_options *options, const char **paths, size_t count)
{
	struct collect_options o = *options;
	const struct capture_input input = { .log = options->log };
	struct collector *c;
	size_t i;

	o.journal = false;
	o.decoder.template_ms = INT64_MAX;	/* the clock of what is read is not ours */
	c = collector_new(&o, o.threads + 1);
	if (c == NULL)
		return false;
	for (i = 0; i < count; i++)
		(void)capture_input(&input, c, paths[i]);
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
replay_journals(const struct collect_options *options, struct dirent **entry, size_t n,
    const char **path, int *fd)
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
		log_to(options->log, LOG_LEVEL_INFO, "%s: of a collector that crashed, now filed", p);
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

static bool
replay_directory(const struct collect_options *options)
{
	struct dirent **entry;
	int n = scandir(options->directory, &entry, is_journal, alphasort), i;
	const char **path;
	bool done;
	int *fd;

	if (n < 0) {
		log_to(options->log, LOG_LEVEL_ERROR, "%s: %s", options->directory, strerror(errno));
		return false;
	}
	path = calloc((size_t)n + 1, sizeof(*path));
	fd = calloc((size_t)n + 1, sizeof(*fd));
	done = path != NULL && fd != NULL && replay_journals(options, entry, (size_t)n, path, fd);
	for (i = 0; i < n; i++) {
		if (path != NULL)
			free((char *)(uintptr_t)path[i]);
		free(entry[i]);
	}
	free(entry);
	free(path);
	free(fd);
	if (!done)
		log_to(options->log, LOG_LEVEL_ERROR, "%s: journals could not be filed: they stay",
		    options->directory);
	return done;
}

static void
replay(const struct collect_options *options, const char *directory, const char *ident)
{
	struct collect_options o = *options;

	o.directory = directory;
	o.writer.ident = ident;
	o.sources = 0;
	o.dynamic = NULL;
	(void)replay_directory(&o);
}

static void
replay_dynamic(const struct collect_options *options)
{
	DIR *dir = opendir(options->dynamic);
	const struct dirent *entry;
	struct stat st;
	char *path;

	if (dir == NULL) {
		log_to(options->log, LOG_LEVEL_ERROR, "%s: %s", options->dynamic, strerror(errno));
		return;
	}
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.' ||
		    asprintf(&path, "%s/%s", options->dynamic, entry->d_name) < 0)
			continue;
		if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
			replay(options, path, entry->d_name);
		free(path);
	}
	(void)closedir(dir);
}

void
collect_replay(const struct collect_options *options)
{
	size_t i;

	if (options->directory != NULL)
		replay(options, options->directory, options->writer.ident);
	for (i = 0; i < options->sources; i++)
		replay(options, options->source[i].directory, options->source[i].ident);
	if (options->dynamic != NULL)
		replay_dynamic(options);
}
