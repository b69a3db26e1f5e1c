/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A disk that fails, for LD_PRELOAD (Linux).  The file that FAULTS names holds lines
 *
 *	CALL ERRNO TEXT		such calls fail with that error on files whose paths contain the text
 *	CALL 0 TEXT		they wait as long as the line is there
 *	CALL -1 TEXT		pwrite and write take half of what they are given, and of one byte all
 *
 * of the calls fsync (fdatasync, too), pwrite, write, pread, link, open.  It is read at each call, so that a
 * test changes its mind while the program runs.
 */
#define _GNU_SOURCE

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Files without a name are of the archive. */
#define UNNAMED ".parquet"

#define WAITS -1
#define HALF -2

/* The error for a call on a path; 0: none. */
static int
look_up(const char *call, const char *path)
{
	const char *name = getenv("FAULTS");
	char bytes[1024], *line, *rest = bytes, which[16], text[200];
	long got;
	int fd, number;

	/* Not by open, which is ours. */
	fd = name == NULL ? -1 : (int)syscall(SYS_openat, AT_FDCWD, name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	got = syscall(SYS_read, fd, bytes, sizeof(bytes) - 1);
	(void)syscall(SYS_close, fd);
	bytes[got > 0 ? got : 0] = '\0';
	while ((line = strsep(&rest, "\n")) != NULL)
		if (sscanf(line, "%15s %d %199s", which, &number, text) == 3 && strcmp(which, call) == 0 &&
		    strstr(path, text) != NULL)
			return number == 0 ? WAITS : number < 0 ? HALF : number;
	return 0;
}

static int
fault(const char *call, const char *path)
{
	const struct timespec pause = { 0, 20000000 };
	int error;

	while ((error = look_up(call, path)) == WAITS)
		(void)nanosleep(&pause, NULL);
	if (error > 0)
		errno = error;
	return error;
}

static int
fault_fd(const char *call, int fd)
{
	char link[64], path[1000];
	ssize_t len;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, sizeof(path) - 1);
	path[len > 0 ? len : 0] = '\0';
	/* One that has no name yet: "/archive/2026/.../#123 (deleted)". */
	if (strstr(path, "/#") != NULL && len + sizeof(UNNAMED) <= sizeof(path))
		(void)strcat(path, UNNAMED);
	return fault(call, path);
}

#define NEXT(type, name) ((type)dlsym(RTLD_NEXT, name))

int
fsync(int fd)
{
	return fault_fd("fsync", fd) != 0 ? -1 : NEXT(int (*)(int), "fsync")(fd);
}

int
fdatasync(int fd)
{
	return fault_fd("fsync", fd) != 0 ? -1 : NEXT(int (*)(int), "fdatasync")(fd);
}

/* How much of a write is done; false: none, it fails. */
static bool
fault_write(const char *call, int fd, size_t *len)
{
	int error = fault_fd(call, fd);

	if (error == HALF && *len > 1)
		*len /= 2;
	return error <= 0;
}

ssize_t
write(int fd, const void *bytes, size_t len)
{
	return !fault_write("write", fd, &len) ? -1 :
	    NEXT(ssize_t (*)(int, const void *, size_t), "write")(fd, bytes, len);
}

ssize_t
pwrite(int fd, const void *bytes, size_t len, off_t offset)
{
	return !fault_write("pwrite", fd, &len) ? -1 :
	    NEXT(ssize_t (*)(int, const void *, size_t, off_t), "pwrite")(fd, bytes, len, offset);
}

ssize_t
pwrite64(int fd, const void *bytes, size_t len, off64_t offset)
{
	return !fault_write("pwrite", fd, &len) ? -1 :
	    NEXT(ssize_t (*)(int, const void *, size_t, off64_t), "pwrite64")(fd, bytes, len, offset);
}

/* Only the second block of 64 KiB fails: what is around it can be read. */
static int
fault_read(int fd, off64_t offset)
{
	return offset >= 65536 && offset < 131072 && fault_fd("pread", fd) != 0;
}

ssize_t
pread(int fd, void *bytes, size_t len, off_t offset)
{
	if (offset < 65536 && offset + (off_t)len > 65536 && fault_fd("pread", fd) != 0)
		len = (size_t)(65536 - offset);
	return fault_read(fd, offset) ? -1 :
	    NEXT(ssize_t (*)(int, void *, size_t, off_t), "pread")(fd, bytes, len, offset);
}

ssize_t
pread64(int fd, void *bytes, size_t len, off64_t offset)
{
	if (offset < 65536 && offset + (off64_t)len > 65536 && fault_fd("pread", fd) != 0)
		len = (size_t)(65536 - offset);
	return fault_read(fd, offset) ? -1 :
	    NEXT(ssize_t (*)(int, void *, size_t, off64_t), "pread64")(fd, bytes, len, offset);
}

int
linkat(int from_directory, const char *from, int to_directory, const char *to, int flags)
{
	return fault("link", to) != 0 ? -1 : NEXT(int (*)(int, const char *, int, const char *, int),
	    "linkat")(from_directory,
	    from, to_directory, to, flags);
}

static int
open_at(const char *name, const char *path, int flags, va_list ap)
{
	mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? (mode_t)va_arg(ap, int) : 0;

	return fault("open", (flags & O_TMPFILE) == O_TMPFILE ? UNNAMED : path) != 0 ? -1 :
	    NEXT(int (*)(const char *, int, ...), name)(path, flags, mode);
}

int
open(const char *path, int flags, ...)
{
	va_list ap;
	int fd;

	va_start(ap, flags);
	fd = open_at("open", path, flags, ap);
	va_end(ap);
	return fd;
}

int
open64(const char *path, int flags, ...)
{
	va_list ap;
	int fd;

	va_start(ap, flags);
	fd = open_at("open64", path, flags, ap);
	va_end(ap);
	return fd;
}
