/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE	/* O_TMPFILE, mkostemp */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *
file_directory(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return strdup(".");
	if (slash == path)
		return strdup("/");
	return strndup(path, (size_t)(slash - path));
}

int
file_open_scratch(const char *directory, struct flow_error *err)
{
	int fd = -1;
	char *path;

#ifdef O_TMPFILE
	fd = open(directory, O_RDWR | O_TMPFILE | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0)
		return fd;
#endif
	/* A file system without unnamed files: it has a name for a moment. */
	if (asprintf(&path, "%s/flow-scratch.XXXXXX", directory) < 0) {
		(void)flow_fail_memory(err);
		return -1;
	}
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		(void)flow_fail_errno(err, "%s: no temporary file", directory);
	else
		(void)unlink(path);
	free(path);
	return fd;
}

enum flow_status
file_mkdirs(const char *path, struct flow_error *err)
{
	enum flow_status st = FLOW_OK;
	char *copy = strdup(path);
	char *p;

	if (copy == NULL)
		return flow_fail_memory(err);
	for (p = copy + 1; st == FLOW_OK && *copy != '\0'; p++) {
		char was = *p;

		if (was != '/' && was != '\0')
			continue;
		*p = '\0';
		if (mkdir(copy, 0777) != 0 && errno != EEXIST)
			st = flow_fail_errno(err, "%s", copy);
		*p = was;
		if (was == '\0')
			break;
	}
	free(copy);
	return st;
}

enum flow_status
file_read_all_at(int fd, uint64_t offset, void *out, size_t len, struct flow_error *err)
{
	uint8_t *p = out;

	while (len > 0) {
		ssize_t n = pread(fd, p, len, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return flow_fail(err, FLOW_EIO, (int64_t)offset, "read: %s", strerror(errno));
		if (n == 0)
			return flow_fail(err, FLOW_ETRUNCATED, (int64_t)offset,
			    "the file became shorter while it was read");
		p += n;
		offset += (uint64_t)n;
		len -= (size_t)n;
	}
	return FLOW_OK;
}

enum flow_status
file_write_all(int fd, const void *bytes, size_t len, struct flow_error *err)
{
	const uint8_t *p = bytes;

	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return flow_fail_errno(err, "write");
		p += n;
		len -= (size_t)n;
	}
	return FLOW_OK;
}
