/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "collect/state_directory.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUFFIX ".state"

static char *
fail(const struct log *log, const char *path, int error)
{
	log_to(log, LOG_LEVEL_ERROR, "%s: %s", path, strerror(error));
	return NULL;
}

/* Takes over a path that must be a writable directory. */
static char *
make(char *path, const struct log *log)
{
	struct stat st;
	int error = 0;

	if (path == NULL)
		return fail(log, "the directory for journals", ENOMEM);
	if (mkdir(path, 0777) != 0 && errno != EEXIST)
		error = errno;
	else if (stat(path, &st) != 0 || access(path, R_OK | W_OK | X_OK) != 0)
		error = errno;
	else if (!S_ISDIR(st.st_mode))
		error = ENOTDIR;
	if (error == 0)
		return path;
	(void)fail(log, path, error);
	free(path);
	return NULL;
}

/*
 * Whether the directory beside an archive can be used.  If others may write there, one that somebody else
 * owns would let them read what was received.
 */
static bool
is_usable(const char *path, const struct stat *archive)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode) && st.st_dev == archive->st_dev && st.st_uid == geteuid() &&
	    access(path, R_OK | W_OK | X_OK) == 0;
}

/* The state directory beside a real path; NULL where it cannot be made. */
static char *
beside(const char *archive, const struct log *log)
{
	struct stat st, above;
	bool was_there;
	char *path;

	if (strcmp(archive, "/") == 0 || stat(archive, &st) != 0 || asprintf(&path, "%s" SUFFIX, archive) < 0)
		return NULL;
	was_there = lstat(path, &above) == 0;
	if (!was_there && mkdir(path, 0777) == 0 && !is_usable(path, &st))
		(void)rmdir(path);
	if (is_usable(path, &st))
		return path;
	if (was_there)
		log_to(log, LOG_LEVEL_INFO, "%s: is no directory of this user's on the archive's file system: "
		    "journals are kept in %s", path, archive);
	free(path);
	return NULL;
}

char *
state_directory(const char *archive, const char *asked, const struct log *log)
{
	char *whole, *path;

	if (asked != NULL)
		return make(strdup(asked), log);
	whole = realpath(archive, NULL);
	if (whole == NULL)
		return fail(log, archive, errno);
	path = beside(whole, log);
	if (path == NULL)
		path = strdup(archive);
	free(whole);
	return path != NULL ? path : fail(log, archive, ENOMEM);
}

char *
state_directory_below(const char *state, const char *name, const struct log *log)
{
	char *path;

	return make(asprintf(&path, "%s/%s", state, name) < 0 ? NULL : path, log);
}
