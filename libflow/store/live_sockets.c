/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "store/live_sockets.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/file.h"
#include "net/unix_address.h"
#include "store/live_reply.h"

void
live_sockets_clear(struct live_sockets *sockets)
{
	for (size_t i = 0; i < sockets->count; i++) {
		free(sockets->socket[i].path);
		free(sockets->socket[i].directory);
	}
	free(sockets->socket);
	*sockets = (struct live_sockets){ .socket = NULL };
}

static bool
has(const struct live_sockets *sockets, const struct stat *st)
{
	for (size_t i = 0; i < sockets->count; i++)
		if (sockets->socket[i].device == st->st_dev && sockets->socket[i].inode == st->st_ino)
			return true;
	return false;
}

static bool
is_believed(const struct stat *socket, const char *directory)
{
	struct stat d;

	return S_ISSOCK(socket->st_mode) && stat(directory, &d) == 0 && ((d.st_mode & S_IWOTH) == 0 ||
	    socket->st_uid == d.st_uid || socket->st_uid == geteuid());
}

static enum flow_status
add(struct live_sockets *sockets, const char *path)
{
	struct live_socket s = { .path = NULL }, *bigger;
	char *directory = file_directory(path);
	struct stat st;

	if (directory == NULL)
		return FLOW_ENOMEM;
	if (lstat(path, &st) != 0 || !is_believed(&st, directory) || has(sockets, &st)) {
		free(directory);
		return FLOW_OK;
	}
	s.device = st.st_dev;
	s.inode = st.st_ino;
	s.path = strdup(path);
	s.directory = realpath(directory, NULL);
	free(directory);
	bigger = realloc(sockets->socket, (sockets->count + 1) * sizeof(*bigger));
	if (bigger != NULL)
		sockets->socket = bigger;
	if (s.path == NULL || s.directory == NULL || bigger == NULL) {
		free(s.path);
		free(s.directory);
		return FLOW_ENOMEM;
	}
	bigger[sockets->count++] = s;
	return FLOW_OK;
}

enum flow_status
live_sockets_in(const char *directory, struct live_sockets *sockets)
{
	DIR *dir = opendir(directory);
	enum flow_status st = FLOW_OK;
	const struct dirent *entry;
	char *path;

	while (dir != NULL && st == FLOW_OK && (entry = readdir(dir)) != NULL) {
		if (!live_is_socket_name(entry->d_name))
			continue;
		if (asprintf(&path, "%s/%s", strcmp(directory, "/") == 0 ? "" : directory, entry->d_name) < 0) {
			st = FLOW_ENOMEM;
			break;
		}
		st = add(sockets, path);
		free(path);
	}
	if (dir != NULL)
		(void)closedir(dir);
	return st;
}

/* The directory of a path, a pattern or a range; NULL when out of memory. */
static char *
existing_directory(const char *asked)
{
	char *path = strdup(asked);
	struct stat st;

	while (path != NULL && !(stat(path, &st) == 0 && S_ISDIR(st.st_mode))) {
		char *above = strcmp(path, ".") == 0 || strcmp(path, "/") == 0 ? NULL : file_directory(path);

		free(path);
		path = above;
	}
	return path;
}

static enum flow_status
look_above(struct live_sockets *sockets, const char *asked)
{
	char *begin = existing_directory(asked), *path = begin != NULL ? realpath(begin, NULL) : NULL;
	enum flow_status st = FLOW_OK;

	free(begin);
	while (path != NULL && st == FLOW_OK) {
		char *above = strcmp(path, "/") == 0 ? NULL : file_directory(path);

		st = live_sockets_in(path, sockets);
		free(path);
		path = above;
	}
	free(path);
	return st;
}

enum flow_status
live_sockets_find(const struct flow_files *files, struct live_sockets *sockets)
{
	enum flow_status st = FLOW_OK;

	*sockets = (struct live_sockets){ .socket = NULL };
	for (size_t i = 0; i < files->sockets && st == FLOW_OK; i++)
		st = add(sockets, files->socket[i]);
	for (size_t i = 0; i < files->asked_count && st == FLOW_OK; i++)
		if (strcmp(files->asked[i].text, "-") != 0)
			st = look_above(sockets, files->asked[i].text);
	if (st != FLOW_OK)
		live_sockets_clear(sockets);
	return st;
}

int
live_socket_connect(const struct live_socket *socket_)
{
	int directory = open(socket_->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC), error;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_un a;

	if (fd >= 0 && (!unix_address(socket_->path, directory, &a) ||
	    connect(fd, (const struct sockaddr *)&a, sizeof(a)) != 0)) {
		error = errno;
		(void)close(fd);
		errno = error;
		fd = -1;
	}
	error = errno;
	if (directory >= 0)
		(void)close(directory);
	errno = error;
	return fd;
}
