/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "store/directory_walk.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "store/live_reply.h"

#define SUFFIX ".parquet"

#define OLD_NFDUMP_PREFIX "nfcapd."
#define OLD_FLOW_TOOLS_PREFIX "ft-v"
#define OPEN_NFDUMP_PREFIX "nfcapd.current"
#define OPEN_FLOW_TOOLS_PREFIX "tmp-v"
#define SLOT_DIGITS 12

/* A directory on the path from the root; a link back to it is recognized by these. */
struct level {
	const struct level *above;
	dev_t dev;
	ino_t ino;
};

bool
directory_walk_is_file(const char *name)
{
	size_t len = strlen(name);

	return name[0] != '.' && len > strlen(SUFFIX) &&
	    strcmp(name + len - strlen(SUFFIX), SUFFIX) == 0;
}

bool
directory_walk_is_old(const char *name)
{
	if (strncmp(name, OLD_NFDUMP_PREFIX, strlen(OLD_NFDUMP_PREFIX)) == 0)
		return strspn(name + strlen(OLD_NFDUMP_PREFIX), "0123456789") >= SLOT_DIGITS;
	return strncmp(name, OLD_FLOW_TOOLS_PREFIX, strlen(OLD_FLOW_TOOLS_PREFIX)) == 0;
}

bool
directory_walk_is_unfinished(const char *name)
{
	return strncmp(name, OPEN_NFDUMP_PREFIX, strlen(OPEN_NFDUMP_PREFIX)) == 0 ||
	    strncmp(name, OPEN_FLOW_TOOLS_PREFIX, strlen(OPEN_FLOW_TOOLS_PREFIX)) == 0;
}

static bool
is_read(const char *name)
{
	return directory_walk_is_file(name) || directory_walk_is_old(name);
}

static bool
leads_around(const struct level *above, const struct stat *st)
{
	for (; above != NULL; above = above->above)
		if (above->dev == st->st_dev && above->ino == st->st_ino)
			return true;
	return false;
}

static enum flow_status walk_below(const char *path, const struct level *above,
    const struct directory_walk *walk);

/* A regular file. */
static enum flow_status
take_file(const char *path, const char *name, const struct directory_walk *walk)
{
	if (is_read(name))
		return walk->file(walk->context, path);
	return walk->other != NULL ? walk->other(walk->context, path) : FLOW_OK;
}

/* An entry whose d_type says neither file nor directory. */
static enum flow_status
look_at(const char *path, const char *name, const struct level *above,
    const struct directory_walk *walk)
{
	struct stat st, link;

	if (stat(path, &st) == 0) {
		if (S_ISDIR(st.st_mode))
			return walk_below(path, above, walk);
		return S_ISREG(st.st_mode) ? take_file(path, name, walk) : FLOW_OK;
	}
	if (errno != ENOENT)
		return walk->problem(walk->context, path, strerror(errno));
	if (lstat(path, &link) != 0 || !is_read(name))
		return FLOW_OK;
	return walk->problem(walk->context, path, "a link to nothing");
}

static enum flow_status
take_entry(const char *directory, const struct dirent *entry, const struct level *above,
    const struct directory_walk *walk)
{
	const char *between = directory[strlen(directory) - 1] == '/' ? "" : "/";
	enum flow_status st;
	bool is_socket = walk->socket != NULL && live_is_socket_name(entry->d_name);
	char *path;

	if ((entry->d_name[0] == '.' && !is_socket) ||
	    (entry->d_type == DT_REG && walk->other == NULL && !is_read(entry->d_name)))
		return FLOW_OK;
	if (asprintf(&path, "%s%s%s", directory, between, entry->d_name) < 0)
		return FLOW_ENOMEM;
	if (is_socket)
		st = entry->d_type == DT_SOCK || entry->d_type == DT_UNKNOWN ?
		    walk->socket(walk->context, path) : FLOW_OK;
	else if (entry->d_type == DT_REG)
		st = take_file(path, entry->d_name, walk);
	else if (entry->d_type == DT_DIR)
		st = walk_below(path, above, walk);
	else
		st = look_at(path, entry->d_name, above, walk);
	free(path);
	return st;
}

static enum flow_status
read_entries(DIR *dir, const char *path, const struct level *above, const struct directory_walk *walk)
{
	enum flow_status st = walk->directory(walk->context, path);
	const struct dirent *entry;

	while (st == FLOW_OK && (errno = 0, entry = readdir(dir)) != NULL)
		st = take_entry(path, entry, above, walk);
	if (st == FLOW_OK && errno != 0)
		st = walk->problem(walk->context, path, strerror(errno));
	return st;
}

static enum flow_status
walk_below(const char *path, const struct level *above, const struct directory_walk *walk)
{
	DIR *dir = opendir(path);
	enum flow_status st = FLOW_OK;
	struct stat status;

	if (dir == NULL)
		return above != NULL && errno == ENOENT ? FLOW_OK :
		    walk->problem(walk->context, path, strerror(errno));
	if (fstat(dirfd(dir), &status) != 0) {
		st = walk->problem(walk->context, path, strerror(errno));
	} else if (!leads_around(above, &status)) {
		struct level here = { above, status.st_dev, status.st_ino };

		st = read_entries(dir, path, &here, walk);
	}
	(void)closedir(dir);
	return st;
}

enum flow_status
directory_walk(const char *path, const struct directory_walk *walk)
{
	return path[0] == '\0' ? FLOW_OK : walk_below(path, NULL, walk);
}
