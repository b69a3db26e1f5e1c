/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "flowcat/import_place.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/file.h"

#define NAMES_MAX 100000
#define SUFFIX ".parquet"

/* Deepest nesting: an import's directory has levels for year, month, day and hour. */
#define LEVELS 8

/* Whether two names are of one file. */
static bool
is_same(const char *a, const char *b)
{
	struct stat x, y;

	return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/*
 * Renames a file to the first free name of "a.parquet", "a.1.parquet" ..., even while others take names.  A
 * file that was linked already when the process was killed only loses its old name.
 */
static enum flow_status
move_file(const char *from, const char *to, struct flow_error *err)
{
	size_t stem = strlen(to) - strlen(SUFFIX);

	for (unsigned n = 0; n < NAMES_MAX; n++) {
		char *name = NULL;
		bool done;
		int why;

		if (asprintf(&name, n > 0 ? "%.*s.%u" SUFFIX : "%.*s" SUFFIX, (int)stem, to, n) < 0)
			return flow_fail_memory(err);
		done = link(from, name) == 0;
		why = errno;
		done = done || (why == EEXIST && is_same(from, name));
		free(name);
		if (done)
			return unlink(from) == 0 ? FLOW_OK : flow_fail_errno(err, "%s", from);
		errno = why;
		if (why != EEXIST)
			return flow_fail_errno(err, "%s", to);
	}
	return flow_fail(err, FLOW_ELIMIT, FLOW_NO_OFFSET, "%s: too many files of that name", to);
}

static enum flow_status
place_file(const char *from, const char *to, struct flow_error *err)
{
	char *above = file_directory(to);
	enum flow_status st = above != NULL ? file_mkdirs(above, err) : flow_fail_memory(err);

	free(above);
	return st == FLOW_OK ? move_file(from, to, err) : st;
}

static bool
is_named(const char *name)
{
	size_t len = strlen(name);

	return name[0] != '.' && len > strlen(SUFFIX) && strcmp(name + len - strlen(SUFFIX), SUFFIX) == 0;
}

static enum flow_status place_below(const char *from, const char *to, unsigned level, struct flow_error *err);

static enum flow_status
place_entry(const char *from, const char *to, const char *name, unsigned level, struct flow_error *err)
{
	char *source = NULL, *target = NULL;
	enum flow_status st = FLOW_OK;
	struct stat s;

	if (asprintf(&source, "%s/%s", from, name) < 0)
		return flow_fail_memory(err);
	if (asprintf(&target, "%s/%s", to, name) < 0) {
		free(source);
		return flow_fail_memory(err);
	}
	if (lstat(source, &s) != 0)
		st = flow_fail_errno(err, "%s", source);
	else if (S_ISDIR(s.st_mode))
		st = place_below(source, target, level + 1, err);
	else if (is_named(name))
		st = place_file(source, target, err);
	free(source);
	free(target);
	return st;
}

static enum flow_status
place_below(const char *from, const char *to, unsigned level, struct flow_error *err)
{
	DIR *dir = level < LEVELS ? opendir(from) : NULL;
	const struct dirent *entry;
	enum flow_status st = FLOW_OK;

	if (dir == NULL)
		return flow_fail_errno(err, "%s", from);
	while (st == FLOW_OK && (entry = readdir(dir)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			st = place_entry(from, to, entry->d_name, level, err);
	(void)closedir(dir);
	return st;
}

enum flow_status
import_place(const char *from, const char *to, struct flow_error *err)
{
	enum flow_status st = place_below(from, to, 0, err);

	if (st == FLOW_OK)
		import_remove(from);
	return st;
}

static void
remove_below(const char *directory, unsigned level)
{
	DIR *dir = level < LEVELS ? opendir(directory) : NULL;
	const struct dirent *entry;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		char *path;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
		    asprintf(&path, "%s/%s", directory, entry->d_name) < 0)
			continue;
		if (unlink(path) != 0 && (errno == EISDIR || errno == EPERM))
			remove_below(path, level + 1);
		free(path);
	}
	if (dir != NULL)
		(void)closedir(dir);
	(void)rmdir(directory);
}

void
import_remove(const char *directory)
{
	remove_below(directory, 0);
}
