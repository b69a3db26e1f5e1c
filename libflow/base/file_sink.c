/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* How many leftover temporary names of this process id are tried. */
#define TEMPORARY_NAMES 1000

/* Most numbered files of one name: of one slot after restarts, or of captures that are read again. */
#define NAMES_MAX 100000

/* Age at which a temporary file without a lock counts as abandoned. */
#define FORGOTTEN_S 3600

/* "dir/name" -> "dir/.name.PID-N" */
static char *
temporary_name(const char *path, unsigned n)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;
	char *text;

	if (asprintf(&text, "%.*s.%s.%ld-%u", (int)(name - path), path, name, (long)getpid(), n) < 0)
		return NULL;
	return text;
}

/* Whether this is ".name.PID-N" of a final name that begins and ends as given; *pid is its writer. */
static bool
is_temporary(const char *entry, const char *begin, const char *end, long *pid)
{
	const char *dot = strrchr(entry, '.'), *name = entry + 1;
	size_t len = dot != NULL && dot > name ? (size_t)(dot - name) : 0;
	size_t begin_len = strlen(begin), end_len = strlen(end);
	int used = 0;
	unsigned n;

	return dot != NULL && entry[0] == '.' && len >= begin_len && len >= end_len &&
	    memcmp(name, begin, begin_len) == 0 && memcmp(name + len - end_len, end, end_len) == 0 &&
	    sscanf(dot, ".%ld-%u%n", pid, &n, &used) == 2 && dot[used] == '\0' && *pid > 0;
}

/* Whether its writer is gone. */
static bool
is_dead(int fd, long pid)
{
	struct stat st;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || flock(fd, LOCK_EX | LOCK_NB) != 0)
		return false;
	if (kill((pid_t)pid, 0) != 0 && errno == ESRCH)
		return true;
	return st.st_mtime < time(NULL) - FORGOTTEN_S;
}

static void
clean(int directory, const char *entry, long pid)
{
	int fd = openat(directory, entry, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return;
	if (is_dead(fd, pid))
		(void)unlinkat(directory, entry, 0);
	(void)close(fd);
}

void
file_sinks_clean(const char *directory, const char *begin, const char *end)
{
	DIR *dir = opendir(directory);
	const struct dirent *entry;
	long pid;

	while (dir != NULL && (entry = readdir(dir)) != NULL)
		if (is_temporary(entry->d_name, begin, end, &pid))
			clean(dirfd(dir), entry->d_name, pid);
	if (dir != NULL)
		(void)closedir(dir);
}

/* Whether this is a link such as /dev/stdout, to a file that the process has open. */
static bool
names_open_file(const char *path)
{
	char target[32];
	ssize_t len = readlink(path, target, sizeof(target));

	return len >= 6 && memcmp(target, "/proc/", 6) == 0;
}

/* Devices and pipes cannot be replaced.  (Root could replace /dev/null by a plain file.) */
static bool
is_special(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && (!S_ISREG(st.st_mode) || names_open_file(path));
}

/* Opens a device or a pipe, without a temporary file. */
static enum flow_status
open_special(struct file_sink *s, const char *path, struct flow_error *err)
{
	s->fd = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC);
	if (s->fd < 0)
		return flow_fail_errno(err, "%s", path);
	s->path = strdup(path);
	s->special = true;
	if (s->path != NULL)
		return FLOW_OK;
	file_sink_abort(s);
	return flow_fail_memory(err);
}

/* The name in /proc of an open file without a name. */
struct fd_name {
	char text[32];
};

static struct fd_name
name_of(int fd)
{
	struct fd_name n;

	(void)snprintf(n.text, sizeof(n.text), "/proc/self/fd/%d", fd);
	return n;
}

/* An unnamed file in that directory that can be linked later; -1 where the system has none. */
static int
open_unnamed(const char *path)
{
	int fd = -1;
#ifdef O_TMPFILE
	char *directory = file_directory(path);
	struct stat file, found;

	if (directory != NULL)
		fd = open(directory, O_RDWR | O_TMPFILE | O_CLOEXEC, 0666);
	free(directory);
	/* It gets its name through /proc. */
	if (fd >= 0 && (fstat(fd, &file) != 0 || stat(name_of(fd).text, &found) != 0 || found.st_ino != file.st_ino ||
	    found.st_dev != file.st_dev)) {
		(void)close(fd);
		fd = -1;
	}
#else
	(void)path;
#endif
	return fd;
}

/* A file under a temporary name, locked; false with errno. */
static bool
open_temporary(struct file_sink *s, const char *path)
{
	for (unsigned n = 0; n < TEMPORARY_NAMES; n++) {
		s->temporary = temporary_name(path, n);
		if (s->temporary == NULL)
			return errno = ENOMEM, false;
		s->fd = open(s->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (s->fd >= 0) {
			(void)flock(s->fd, LOCK_EX | LOCK_NB);
			return true;
		}
		free(s->temporary);
		s->temporary = NULL;
		if (errno != EEXIST)
			return false;
	}
	return false;
}

enum flow_status
file_sink_open(struct file_sink *sink, const char *path, struct flow_error *err)
{
	struct file_sink s = FILE_SINK_INIT;

	*sink = s;
	if (is_special(path))
		return open_special(sink, path, err);
	s.fd = open_unnamed(path);
	if (s.fd < 0 && !open_temporary(&s, path))
		return flow_fail_errno(err, "%s", path);
	s.path = strdup(path);
	if (s.path == NULL) {
		file_sink_abort(&s);
		return flow_fail_memory(err);
	}
	*sink = s;
	return FLOW_OK;
}

int
file_sink_open_again(const struct file_sink *sink)
{
	return open(sink->temporary != NULL ? sink->temporary : name_of(sink->fd).text, O_RDONLY | O_CLOEXEC);
}

void
file_sink_abort(struct file_sink *sink)
{
	if (sink->fd >= 0)
		(void)close(sink->fd);
	if (sink->temporary != NULL)
		(void)unlink(sink->temporary);
	free(sink->temporary);
	free(sink->path);
	*sink = (struct file_sink)FILE_SINK_INIT;
}

static enum flow_status
sync_directory(const char *path, struct flow_error *err)
{
	enum flow_status st = FLOW_OK;
	char *dir = file_directory(path);
	int fd;

	if (dir == NULL)
		return flow_fail_memory(err);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* Some file systems cannot sync a directory (EINVAL): then there is nothing to do. */
	if (fd < 0 || (fsync(fd) != 0 && errno != EINVAL))
		st = flow_fail_errno(err, "%s", dir);
	if (fd >= 0)
		(void)close(fd);
	free(dir);
	return st;
}

/* All bytes are on the disk. */
static enum flow_status
sync_file(const struct file_sink *sink, struct flow_error *err)
{
	/* Pipes and the like cannot be synced. */
	if (fsync(sink->fd) != 0 && !(sink->special && (errno == EINVAL || errno == EROFS)))
		return flow_fail_errno(err, "%s", sink->path);
	return FLOW_OK;
}

static enum flow_status
close_file(struct file_sink *sink, struct flow_error *err)
{
	int fd = sink->fd;

	sink->fd = -1;
	return close(fd) == 0 ? FLOW_OK : flow_fail_errno(err, "%s", sink->path);
}

/* Gives the file that name, which must be free, beside its temporary one if it has that. */
static bool
take_name(const struct file_sink *sink, const char *name)
{
	if (sink->temporary != NULL)
		return linkat(AT_FDCWD, sink->temporary, AT_FDCWD, name, 0) == 0;
	return linkat(AT_FDCWD, name_of(sink->fd).text, AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0;
}

/* A temporary name for a file without one. */
static bool
name_temporarily(struct file_sink *sink)
{
	for (unsigned n = 0; n < TEMPORARY_NAMES; n++) {
		char *name = temporary_name(sink->path, n);

		if (name == NULL)
			return errno = ENOMEM, false;
		if (take_name(sink, name)) {
			sink->temporary = name;
			return true;
		}
		free(name);
		if (errno != EEXIST)
			return false;
	}
	return false;
}

/* Gives the file its name, replacing a file of that name. */
static bool
take_its_name(struct file_sink *sink)
{
	if (sink->temporary == NULL) {
		if (take_name(sink, sink->path))
			return true;
		if (errno != EEXIST || !name_temporarily(sink))
			return false;
	}
	if (rename(sink->temporary, sink->path) != 0)
		return false;
	free(sink->temporary);
	sink->temporary = NULL;
	return true;
}

/* Everything that can fail before the renaming; an unnamed file must stay open until it has its name. */
static enum flow_status
finish(struct file_sink *sink, struct flow_error *err)
{
	enum flow_status st = sync_file(sink, err);

	return st == FLOW_OK && (sink->special || sink->temporary != NULL) ? close_file(sink, err) : st;
}

enum flow_status
file_sink_commit(struct file_sink *sink, struct flow_error *err)
{
	enum flow_status st = finish(sink, err);

	if (st == FLOW_OK && !sink->special)
		st = take_its_name(sink) ? sync_directory(sink->path, err) : flow_fail_errno(err, "%s", sink->path);
	file_sink_abort(sink);
	return st;
}

/* "dir/a.b" -> "dir/a.N.b" */
static char *
numbered_name(const char *path, unsigned n)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;
	const char *dot = strrchr(name, '.');
	size_t stem = dot != NULL && dot != name ? (size_t)(dot - path) : strlen(path);
	char *text;

	return asprintf(&text, "%.*s.%u%s", (int)stem, path, n, path + stem) < 0 ? NULL : text;
}

/* Gives the file its name, or the first numbered one that is free. */
static enum flow_status
link_free_name(struct file_sink *sink, struct flow_error *err)
{
	char *name = strdup(sink->path);
	unsigned n;

	for (n = 1; name != NULL; n++) {
		enum flow_status st;

		if (take_name(sink, name)) {
			free(sink->path);
			sink->path = name;
			return FLOW_OK;
		}
		if (errno == EEXIST && n <= NAMES_MAX) {
			free(name);
			name = numbered_name(sink->path, n);
			continue;
		}
		st = errno != EEXIST ? flow_fail_errno(err, "%s", name) :
		    flow_fail(err, FLOW_ELIMIT, FLOW_NO_OFFSET, "%s: no free name", sink->path);
		free(name);
		return st;
	}
	return flow_fail_memory(err);
}

enum flow_status
file_sink_commit_new(struct file_sink *sink, char **path, struct flow_error *err)
{
	enum flow_status st = finish(sink, err);
	char *name = NULL;

	if (st == FLOW_OK && sink->special)
		st = flow_fail(err, FLOW_EIO, FLOW_NO_OFFSET, "%s: is no regular file", sink->path);
	if (st == FLOW_OK)
		st = link_free_name(sink, err);
	if (st == FLOW_OK)
		st = sync_directory(sink->path, err);
	if (st == FLOW_OK && path != NULL && (name = strdup(sink->path)) == NULL)
		st = flow_fail_memory(err);
	if (st == FLOW_OK && path != NULL)
		*path = name;
	file_sink_abort(sink);
	return st;
}

enum flow_status
file_replace(const char *path, const void *bytes, size_t len, struct flow_error *err)
{
	struct file_sink sink = FILE_SINK_INIT;
	enum flow_status st = file_sink_open(&sink, path, err);

	if (st != FLOW_OK)
		return st;
	st = file_write_all(sink.fd, bytes, len, err);
	if (st == FLOW_OK)
		return file_sink_commit(&sink, err);
	flow_error_prefix(err, path);
	file_sink_abort(&sink);
	return st;
}

void
file_sinks_clean_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;
	char *directory = file_directory(path);

	if (directory != NULL)
		file_sinks_clean(directory, name, name);
	free(directory);
}
