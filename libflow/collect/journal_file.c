/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "collect/journal_file.h"

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

#include "base/clock.h"
#include "base/file.h"
#include "capture/pcap_write.h"

#define PREFIX ".flowcap."
#define SUFFIX ".journal"
#define SPARE ".spare"
#define RUNS_MAX 1000

/* Creates and locks a lock file; -1 with errno set. */
static int
lock_file(const char *path, int flags)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | flags, 0600), error;

	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0) {
		error = errno;
		(void)close(fd);
		errno = error;
		fd = -1;
	}
	return fd;
}

static char *
lock_path(const char *directory, const char *run, size_t len)
{
	char *path;

	return asprintf(&path, "%s/" PREFIX "%.*s.lock", directory, (int)len, run) < 0 ? NULL : path;
}

bool
journal_run_begin(struct journal_run *run, const char *directory, const struct log *log)
{
	char *path = NULL;
	unsigned n;

	run->lock = -1;
	run->directory = strdup(directory);
	for (n = 0; run->directory != NULL && n < RUNS_MAX && run->lock < 0; n++) {
		(void)snprintf(run->name, sizeof(run->name), "r%011" PRIx64 "%05x%03x",
		    (uint64_t)clock_wall_ms() & UINT64_C(0xfffffffffff), (unsigned)getpid() & 0xfffff, n);
		free(path);
		path = lock_path(directory, run->name, strlen(run->name));
		run->lock = path != NULL ? lock_file(path, O_EXCL) : -1;
		if (run->lock < 0 && errno != EEXIST && errno != EWOULDBLOCK)
			break;
	}
	if (run->lock < 0) {
		log_to(log, LOG_LEVEL_ERROR, "%s: no journal can be kept there: %s", directory,
		    strerror(errno));
		free(run->directory);
		run->directory = NULL;
	}
	free(path);
	return run->lock >= 0;
}

void
journal_run_end(struct journal_run *run)
{
	char *path;

	if (run->lock < 0)
		return;
	path = lock_path(run->directory, run->name, strlen(run->name));
	if (path != NULL)
		(void)unlink(path);
	(void)close(run->lock);
	free(path);
	free(run->directory);
	run->lock = -1;
}

/* Whether a path leads to the file of that descriptor. */
static bool
is_same(const char *path, int fd)
{
	struct stat there, open;

	return lstat(path, &there) == 0 && fstat(fd, &open) == 0 && there.st_dev == open.st_dev &&
	    there.st_ino == open.st_ino;
}

bool
journal_run_renew(struct journal_run *run, bool *renewed)
{
	char *path = lock_path(run->directory, run->name, strlen(run->name));
	struct flow_error err;
	int fd;

	if (path == NULL || is_same(path, run->lock)) {
		free(path);
		return true;
	}
	fd = file_mkdirs(run->directory, &err) == FLOW_OK ? lock_file(path, O_EXCL) : -1;
	if (fd >= 0) {
		(void)close(run->lock);
		run->lock = fd;
		*renewed = true;
	}
	free(path);
	return fd >= 0;
}

/* The path of the spare for the journal of that path, allocated; NULL when out of memory. */
static char *
spare_path(const char *path)
{
	char *spare;

	return asprintf(&spare, "%.*s" SPARE, (int)(strlen(path) - (sizeof(SUFFIX) - 1)), path) < 0 ?
	    NULL : spare;
}

/* -1 with errno set; then nothing is left of the file. */
static int
create_with_header(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600), error;
	struct buf header = BUF_INIT;
	struct flow_error err;

	pcap_write_header(&header);
	if (fd >= 0 && (buf_status(&header) != FLOW_OK ||
	    file_write_all(fd, header.data, header.len, &err) != FLOW_OK)) {
		error = errno;
		(void)close(fd);
		(void)unlink(path);
		errno = error;
		fd = -1;
	}
	buf_release(&header);
	return fd;
}

int
journal_file_create(const struct journal_run *run, unsigned number, char **path)
{
	char *spare;
	int fd = -1;

	if (asprintf(path, "%s/" PREFIX "%s-%08u" SUFFIX, run->directory, run->name, number) < 0) {
		*path = NULL;
		return -1;
	}
	spare = spare_path(*path);
	if (spare != NULL)
		fd = create_with_header(spare);
	if (fd < 0) {
		free(*path);
		*path = NULL;
	}
	free(spare);
	return fd;
}

bool
journal_file_is(const char *path, int fd)
{
	char *spare = spare_path(path);
	bool is = is_same(path, fd) || spare == NULL || is_same(spare, fd);

	/* It may just have been renamed. */
	is = is || is_same(path, fd);
	free(spare);
	return is;
}

bool
journal_file_use(const char *path)
{
	char *spare = spare_path(path);
	bool done = spare != NULL && rename(spare, path) == 0;

	free(spare);
	return done;
}

int
journal_file_open(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *spare;

	if (fd >= 0 || errno != ENOENT)
		return fd;
	spare = spare_path(path);
	if (spare != NULL)
		fd = open(spare, O_RDONLY | O_CLOEXEC);
	free(spare);
	/* It may have been renamed between the two. */
	return fd >= 0 ? fd : open(path, O_RDONLY | O_CLOEXEC);
}

void
journal_file_drop(const char *path)
{
	char *spare = spare_path(path);

	if (spare != NULL)
		(void)unlink(spare);
	free(spare);
}

bool
journal_file_id(const char *path, char id[JOURNAL_ID_MAX])
{
	const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
	size_t len = strlen(name), prefix = sizeof(PREFIX) - 1, suffix = sizeof(SUFFIX) - 1;

	if (len <= prefix + suffix || len - prefix - suffix >= JOURNAL_ID_MAX ||
	    strncmp(name, PREFIX, prefix) != 0 || strcmp(name + len - suffix, SUFFIX) != 0)
		return false;
	memcpy(id, name + prefix, len - prefix - suffix);
	id[len - prefix - suffix] = '\0';
	return true;
}

/* The length of the run's name in an id; 0: a journal of version 0.1.0. */
static size_t
run_length(const char *id)
{
	const char *dash = strrchr(id, '-');

	return id[0] == 'r' && dash != NULL ? (size_t)(dash - id) : 0;
}

bool
journal_id_upto(const char *id, const char *last)
{
	size_t run = run_length(id);

	return run > 0 && run == run_length(last) && strncmp(id, last, run) == 0 &&
	    strcmp(id + run, last + run) <= 0;
}

bool
journal_id_pid(const char *id, long *pid)
{
	char digits[6] = "";

	if (run_length(id) == 0)
		return sscanf(id, "%*[0-9].%ld-", pid) == 1;
	(void)snprintf(digits, sizeof(digits), "%.5s", id + 12);
	*pid = strtol(digits, NULL, 16);
	return *pid > 0;
}

static int
is_journal(const struct dirent *entry)
{
	char id[JOURNAL_ID_MAX];

	return journal_file_id(entry->d_name, id);
}

static bool
is_of_run(const char *name, const char *run)
{
	char id[JOURNAL_ID_MAX];
	size_t len = journal_file_id(name, id) ? run_length(id) : 0;

	return len > 0 && len == strlen(run) && strncmp(id, run, len) == 0;
}

bool
journal_file_list(const char *directory, const char *but_run, char ***names, size_t *count)
{
	struct dirent **entry;
	int n = scandir(directory, &entry, is_journal, alphasort), i;
	char **list;

	if (n < 0)
		return false;
	list = calloc((size_t)n + 1, sizeof(*list));
	*count = 0;
	for (i = 0; i < n; i++) {
		if (list != NULL && !is_of_run(entry[i]->d_name, but_run) &&
		    (list[*count] = strdup(entry[i]->d_name)) != NULL)
			(*count)++;
		free(entry[i]);
	}
	free(entry);
	*names = list;
	return list != NULL;
}

bool
journal_lock_take(struct journal_lock *lock, const char *directory, const char *name)
{
	char id[JOURNAL_ID_MAX], *path = NULL;
	size_t run;
	int error;

	*lock = (struct journal_lock){ -1, NULL };
	if (!journal_file_id(name, id))
		return errno = EINVAL, false;
	run = run_length(id);
	if (run > 0) {
		lock->path = lock_path(directory, id, run);
		lock->fd = lock->path != NULL ? lock_file(lock->path, 0) : -1;
	} else if (asprintf(&path, "%s/%s", directory, name) >= 0) {
		lock->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
		if (lock->fd >= 0 && flock(lock->fd, LOCK_EX | LOCK_NB) != 0) {
			error = errno;
			(void)close(lock->fd);
			errno = error;
			lock->fd = -1;
		}
		free(path);
	}
	if (lock->fd < 0) {
		error = errno;
		free(lock->path);
		lock->path = NULL;
		errno = error;
	}
	return lock->fd >= 0;
}

/* Removes files that match a pattern below a directory; returns how many matched. */
static size_t
remove_all(const char *directory, const char *run, const char *rest, bool remove)
{
	struct buf pattern = BUF_INIT;
	glob_t found;
	size_t i, n = 0;

	buf_printf(&pattern, "%s/" PREFIX "%s%s", directory, run, rest);
	buf_append_u8(&pattern, '\0');
	if (!pattern.failed && glob((char *)pattern.data, 0, NULL, &found) == 0) {
		n = found.gl_pathc;
		for (i = 0; i < n && remove; i++)
			(void)unlink(found.gl_pathv[i]);
		globfree(&found);
	}
	buf_release(&pattern);
	return n;
}

/* Removes files of a run that has ended; its lock stays as long as journals do. */
static void
clean_run(const char *directory, const char *run)
{
	char *path = lock_path(directory, run, strlen(run));
	int fd = path != NULL ? lock_file(path, 0) : -1;

	if (fd >= 0) {
		(void)remove_all(directory, run, "-*" SPARE, true);
		if (remove_all(directory, run, "-*" SUFFIX, false) == 0)
			(void)unlink(path);
		(void)close(fd);
	}
	free(path);
}

/* The run of a lock or spare of that name; false where it is neither. */
static bool
run_of(const char *name, char *run, size_t room)
{
	const char *end = strrchr(name, '.');

	if (strncmp(name, PREFIX "r", sizeof(PREFIX)) != 0 ||
	    (strcmp(end, ".lock") != 0 && strcmp(end, SPARE) != 0))
		return false;
	(void)snprintf(run, room, "%s", name + sizeof(PREFIX) - 1);
	run[strcspn(run, "-.")] = '\0';
	return true;
}

/* Calls `done` for each run but ours that has a lock or a spare. */
static void
each_run(const char *directory, const char *but_run, void (*done)(const char *directory, const char *run))
{
	char run[sizeof(((struct journal_run *)NULL)->name)];
	DIR *dir = opendir(directory);
	const struct dirent *entry;

	while (dir != NULL && (entry = readdir(dir)) != NULL)
		if (run_of(entry->d_name, run, sizeof(run)) && strcmp(run, but_run) != 0)
			done(directory, run);
	if (dir != NULL)
		(void)closedir(dir);
}

void
journal_files_clean(const char *directory, const char *but_run)
{
	each_run(directory, but_run, clean_run);
}

/* Renames a spare to a journal, if it has more than a header. */
static void
adopt_spare(const char *spare)
{
	struct stat st;
	char *path;

	if (stat(spare, &st) != 0 || st.st_size <= PCAP_FILE_HEADER ||
	    asprintf(&path, "%.*s" SUFFIX, (int)(strlen(spare) - (sizeof(SPARE) - 1)), spare) < 0)
		return;
	(void)rename(spare, path);
	free(path);
}

static void
adopt_run(const char *directory, const char *run)
{
	char *path = lock_path(directory, run, strlen(run)), *pattern = NULL;
	int fd = path != NULL ? lock_file(path, 0) : -1;
	glob_t found;
	size_t i;

	if (asprintf(&pattern, "%s/" PREFIX "%s-*" SPARE, directory, run) < 0)
		pattern = NULL;
	if (fd >= 0 && pattern != NULL && glob(pattern, 0, NULL, &found) == 0) {
		for (i = 0; i < found.gl_pathc; i++)
			adopt_spare(found.gl_pathv[i]);
		globfree(&found);
	}
	if (fd >= 0)
		(void)close(fd);
	free(pattern);
	free(path);
}

void
journal_files_adopt(const char *directory, const char *but_run)
{
	each_run(directory, but_run, adopt_run);
}

bool
journal_lock_covers(const struct journal_lock *lock, const char *name)
{
	char id[JOURNAL_ID_MAX];
	const char *slash = lock->fd >= 0 && lock->path != NULL ? strrchr(lock->path, '/') : NULL;
	size_t run;

	if (slash == NULL || !journal_file_id(name, id))
		return false;
	run = run_length(id);
	return run > 0 && strncmp(slash + sizeof(PREFIX), id, run) == 0 &&
	    strcmp(slash + sizeof(PREFIX) + run, ".lock") == 0;
}

void
journal_lock_release(struct journal_lock *lock)
{
	if (lock->fd < 0)
		return;
	if (lock->path != NULL)
		(void)unlink(lock->path);
	(void)close(lock->fd);
	free(lock->path);
	*lock = (struct journal_lock){ -1, NULL };
}

void
journal_lock_keep(struct journal_lock *lock)
{
	free(lock->path);
	*lock = (struct journal_lock){ -1, NULL };
}
