/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "flowcap/live_listener.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "net/unix_address.h"
#include "flow.h"

/*
 * A socket gets its final name once it listens, so that one which does not answer is dead.  It is bound under
 * this name, which counts as dead only after some time.
 */
#define NEW_SUFFIX ".new"
#define NEW_S 5

/* Backlog of connections. */
#define BACKLOG 32

/* Whether a socket may be dead: those with a final name, and old ones without. */
static bool
may_be_dead(int directory, const char *name)
{
	size_t len = strlen(name), suffix = strlen(NEW_SUFFIX);
	bool is_new = len > suffix && strcmp(name + len - suffix, NEW_SUFFIX) == 0;
	char *whole = strndup(name, is_new ? len - suffix : len);
	bool is_ours = whole != NULL && live_is_socket_name(whole);
	struct stat st;

	free(whole);
	return is_ours && fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISSOCK(st.st_mode) &&
	    (!is_new || st.st_ctime < time(NULL) - NEW_S);
}

/* Removes sockets that killed collectors left. */
static void
remove_dead(const char *directory, int fd)
{
	DIR *dir = opendir(directory);
	const struct dirent *entry;
	struct sockaddr_un a;
	char *path;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		int s;

		if (!may_be_dead(fd, entry->d_name) || asprintf(&path, "%s/%s", directory, entry->d_name) < 0)
			continue;
		s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		if (s >= 0 && unix_address(path, fd, &a) && connect(s, (const struct sockaddr *)&a, sizeof(a)) != 0 &&
		    errno == ECONNREFUSED)
			(void)unlink(path);
		if (s >= 0)
			(void)close(s);
		free(path);
	}
	if (dir != NULL)
		(void)closedir(dir);
}

/* Who may read and enter the directory may ask, so they get write permission, which connecting needs. */
static mode_t
socket_mode(const struct stat *directory)
{
	mode_t mode = 0600;

	if ((directory->st_mode & 0050) == 0050)
		mode |= 0060;
	if ((directory->st_mode & 0005) == 0005)
		mode |= 0006;
	return mode;
}

/* A socket that listens under that name; -1 with errno. */
static int
listen_under(const char *made, const char *path, int directory)
{
	struct sockaddr_un a;
	struct stat st;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), error;

	if (fd >= 0 && unix_address(made, directory, &a) && fstat(directory, &st) == 0 &&
	    bind(fd, (const struct sockaddr *)&a, sizeof(a)) == 0) {
		/* Nobody can connect before it listens. */
		if (chmod(made, socket_mode(&st)) == 0 && listen(fd, BACKLOG) == 0 && rename(made, path) == 0)
			return fd;
		error = errno;
		(void)unlink(made);
		errno = error;
	}
	error = errno;
	if (fd >= 0)
		(void)close(fd);
	errno = error;
	return -1;
}

static int
listen_in(const char *directory, const char *path)
{
	int d = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC), fd = -1, error;
	char *made = NULL;

	if (d >= 0 && asprintf(&made, "%s" NEW_SUFFIX, path) < 0) {
		made = NULL;
		errno = ENOMEM;
	}
	if (made != NULL) {
		remove_dead(directory, d);
		fd = listen_under(made, path, d);
	}
	error = errno;
	free(made);
	if (d >= 0)
		(void)close(d);
	errno = error;
	return fd;
}

int
live_listen(const char *directory, uint64_t run, char **path)
{
	int fd, error;

	if (asprintf(path, "%s/" LIVE_PREFIX "%016" PRIx64 LIVE_SUFFIX, directory, run) < 0) {
		*path = NULL;
		errno = ENOMEM;
		return -1;
	}
	fd = listen_in(directory, *path);
	if (fd < 0) {
		error = errno;
		free(*path);
		*path = NULL;
		errno = error;
	}
	return fd;
}
